/** What bugzilla decides about: a pull request, the bug in its title, and whom it answers (spec chatops 2.39). */
import { ownValue } from "../../../config/lookup.ts";
import type { BugzillaBranch } from "../../../config/plugin-settings.ts";
import type { Effect, MissingReply } from "../../effects.ts";
import type { PullRequest } from "../../events.ts";
import { type Answered, reply } from "../../messages.ts";
import { bugzillaFailed, noSuchBug } from "../../messages-bugzilla.ts";
import type { Decision, View } from "../../plugin.ts";
import type { Answer, Bug, Write } from "./bugs.ts";

export interface Subject {
  readonly pull: PullRequest;
  /** Null: the title names none. */
  readonly bugId: number | null;
  readonly options: BugzillaBranch;
  readonly to: Answered;
  readonly view: View;
}

/** A subject whose bug is known; `url` is where people find Bugzilla. */
export interface Found extends Subject {
  readonly bug: Bug;
  readonly url: string;
}

const TITLE = /Bug\s+([0-9]+):/i;

/** The bug that a title names; null: none. */
export function bugIn(title: string): number | null {
  const id = Number(TITLE.exec(title)?.[1]);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** The title with another bug in the place of the one that it names. */
export const titleOf = (title: string, id: number): string =>
  title.replace(TITLE, (named, old: string) => named.replace(old, String(id)));

const NO_OPTIONS: BugzillaBranch = {
  validate_by_default: null,
  is_open: null,
  target_release: null,
  valid_states: null,
  dependent_bug_states: null,
  dependent_bug_target_releases: null,
  state_after_validation: null,
  state_after_merge: null,
  state_after_close: null,
  add_external_link: null,
  enable_backporting: null,
  allowed_groups: null,
};

/** Options of a branch; what no level names has none. */
export function optionsOf({ config }: View, branch: string): BugzillaBranch {
  const { bugzilla } = config.settings;
  return ownValue(bugzilla, branch) ?? bugzilla["*"] ?? NO_OPTIONS;
}

export const says = ({ to, view }: Subject, message: string): Effect => ({
  kind: "comment",
  body: reply(to, view, message),
});

/** Bugzilla has no such bug, or could not be asked. */
export function unanswered(subject: Subject, id: number, { why }: Extract<Answer<never>, { why: string }>): Decision {
  const message = why === "missing" ? noSuchBug(id) : bugzillaFailed(`Looking for bug ${id}`, why);
  return { effects: [says(subject, message)], why: why === "missing" ? `there is no bug ${id}` : why };
}

const MARK = "\u0000";

/** Writes, each once the one before it is done, then what follows. A refusal is told, and ends it. */
export function inOrder(subject: Subject, writes: readonly Write[], then: readonly Effect[]): readonly Effect[] {
  const { to, view } = subject;
  const [before = "", after = ""] = reply(to, view, bugzillaFailed("Changing the bug", MARK)).split(MARK);
  const onRefused: MissingReply = { before, after };
  return writes.reduceRight<readonly Effect[]>((onDone, write) => [{ ...write, onDone, onRefused }], then);
}
