/** Why a pull request waits: a mark, a sentence, what can be done about it. */
import type { JSX } from "preact";
import type { PoolPullView } from "../../src/tide/view.ts";
import { type JobState, StateMark } from "./state.tsx";

type Wait = PoolPullView["wait"];
type Code = Wait["code"];

interface Look {
  readonly state: JobState;
  readonly word: string;
  /** What people can do; empty: nothing, it goes on by itself. */
  readonly advice: string;
}

const GOES_ON = { advice: "" } as const;

const LOOKS: Readonly<Record<Code, Look>> = {
  merging: { state: "pending", word: "Merging", ...GOES_ON },
  ready: { state: "success", word: "Ready", ...GOES_ON },
  "in-batch": { state: "pending", word: "In a batch", ...GOES_ON },
  retesting: { state: "pending", word: "Testing", ...GOES_ON },
  queued: { state: "triggered", word: "In line", ...GOES_ON },
  "needs-labels": {
    state: "scheduling",
    word: "Needs labels",
    advice: "Commands such as /lgtm and /approve add them, said by those who may.",
  },
  "forbidden-labels": {
    state: "aborted",
    word: "Held by labels",
    advice: "Each goes by its own command, such as /hold cancel, or once its cause is gone.",
  },
  "branch-forbidden": { state: "aborted", word: "Branch left out", advice: "No query of tide covers this branch." },
  "author-forbidden": { state: "aborted", word: "Author left out", advice: "Tide’s queries name another author." },
  "needs-milestone": { state: "scheduling", word: "Needs a milestone", advice: "The command /milestone sets it." },
  "needs-review": {
    state: "scheduling",
    word: "Needs a review",
    advice: "Somebody who may has to approve it on GitHub.",
  },
  contexts: {
    state: "failure",
    word: "Checks missing",
    advice: "Look at what failed below; /retest runs failed jobs again.",
  },
  conflict: { state: "failure", word: "Conflict", advice: "Rebase it on the branch and push." },
  draft: { state: "scheduling", word: "Draft", advice: "Mark it as ready for review." },
  "method-labels": {
    state: "error",
    word: "Two merge methods",
    advice: "Keep one of the labels that choose how it is merged.",
  },
  "method-forbidden": {
    state: "error",
    word: "Method not allowed",
    advice: "Choose another merge method by label, or allow this one in the repository’s settings.",
  },
  "cannot-rebase": {
    state: "error",
    word: "Cannot be rebased",
    advice: "Rebase it by hand, or choose another method.",
  },
  "blocked-by-github": {
    state: "error",
    word: "Blocked by GitHub",
    advice: "Its page on GitHub says which rule is not met.",
  },
  "blocked-by-issue": {
    state: "aborted",
    word: "Stopped",
    advice: "Merging goes on once the issue is closed or loses its label.",
  },
  "merge-queue": { state: "triggered", word: "In GitHub’s queue", advice: "GitHub’s own merge queue merges it." },
  refused: {
    state: "failure",
    word: "Refused by GitHub",
    advice: "It is tried again when its commit, labels, reviews or checks change, or the branch moves.",
  },
  fault: { state: "error", word: "Misconfigured", advice: "Correct the configuration; it is looked at again then." },
  frozen: { state: "aborted", word: "Frozen", ...GOES_ON },
  paused: { state: "aborted", word: "Stopped", advice: "An administrator has to let merging go on." },
};

export function WaitMark({ code, big = false }: { readonly code: Code; readonly big?: boolean }): JSX.Element {
  const { state, word } = LOOKS[code];
  return <StateMark state={state} word={word} big={big} />;
}

export const adviceOf = (code: Code): string => LOOKS[code].advice;
