/** A cherry-pick has a bug of its own: a clone of the one that it picks (spec chatops 2.39). */
import { nothing } from "../../decide.ts";
import type { Effect } from "../../effects.ts";
import {
  bugLink,
  bugzillaFailed,
  cloned,
  cloneFound,
  cloneLost,
  noTargetRelease,
  pickedPullMissing,
} from "../../messages-bugzilla.ts";
import type { Decision } from "../../plugin.ts";
import { type Bug, bug, bugs, bugsAbout, change, copyOf, create, isFound } from "./bugs.ts";
import { bugIn, type Found, inOrder, says, type Subject, titleOf, unanswered } from "./subject.ts";
import { isAllowed } from "./validate.ts";
import { validate } from "./validation.ts";

const NAME = "bugzilla";
const PICK = /This is an automated cherry-pick of #([0-9]{1,10})\b/;
/** Bugzilla may show a new bug a little late. */
const AGAIN_MS: readonly number[] = [1_000, 5_000, 30_000];

/** The pull request that a description says to be a cherry-pick of; null: none. */
export function pickOf(body: string): number | null {
  const found = PICK.exec(body)?.[1];
  return found === undefined ? null : Number(found);
}

/**
 * Looks for a clone, or has one made; then the title names it. Asked again it finds what was made before: a clone made
 * for a pull request has its address. `round`: how often it was looked for since.
 */
export async function cherryPick(subject: Subject, of: number, round: number | null): Promise<Decision> {
  const { view, options, pull } = subject;
  const picked = await view.pullRequestOf(of);
  if (!picked) return { effects: [says(subject, pickedPullMissing(of))], why: `there is no #${of}` };
  const id = bugIn(picked.title);
  if (id === null) return nothing(`#${of} names no bug`);
  const answer = await bug(view, id);
  if (!isFound(answer)) return unanswered(subject, id, answer);
  const original: Found = { ...subject, bug: answer.found, url: answer.url };
  if (!isAllowed(answer.found, options.allowed_groups)) return nothing(`bug ${id} is in a group that is not allowed`);
  const name = bugLink(id, answer.url);
  const target = options.target_release;
  if (target === null) {
    const before = `${noTargetRelease(name)}\n\n`;
    const named = subject.bugId === id ? original : null;
    return named ? validate(named, null, before) : { effects: [says(subject, before)], why: "no target release" };
  }
  const failed = (why: string): Decision => ({ effects: [says(subject, bugzillaFailed(`Cloning ${name}`, why))], why });
  const blocked = await bugs(view, answer.found.blocks);
  if (!isFound(blocked)) return failed(blocked.why);
  const clone = blocked.found.find(
    ({ summary, target_release }) =>
      summary === answer.found.summary && target_release.length === 1 && target_release[0] === target,
  );
  if (clone) return { effects: renamed(original, clone, cloneFound), why: `bug ${clone.id} is its clone` };
  const made = await bugsAbout(view, pull.htmlUrl);
  if (!isFound(made)) return failed(made.why);
  const own = made.found.find(({ id: other, summary }) => other !== id && summary === answer.found.summary);
  if (own) return { effects: finished(original, own, target), why: `bug ${own.id} was made for it` };
  if (round !== null && round >= AGAIN_MS.length) {
    return { effects: [says(subject, cloneLost(name))], why: "Bugzilla shows no clone" };
  }
  const later = look(of, round ?? 0);
  if (round !== null) return { effects: [later], why: "Bugzilla does not show the clone yet" };
  const fields = await copyOf(view, answer.found, pull.htmlUrl);
  if (!isFound(fields)) return failed(fields.why);
  return { effects: inOrder(subject, [create(fields.found, pull.htmlUrl)], [later]), why: `bug ${id} is to be cloned` };
}

const look = (of: number, round: number): Effect => ({
  kind: "lookAgain",
  plugin: NAME,
  note: `${of} ${round + 1}`,
  afterMs: AGAIN_MS[round] ?? 1_000,
});

/** What a timer of {@link cherryPick} is about. */
export function lookIn(note: string): { readonly of: number; readonly round: number } | null {
  const [, of, round] = /^(\d{1,10}) (\d{1,3})$/.exec(note) ?? [];
  return of === undefined ? null : { of: Number(of), round: Number(round) };
}

/** Ties a new clone to the original and the branch. */
function finished(subject: Found, clone: Bug, target: string): readonly Effect[] {
  const { bug: original } = subject;
  const changes = {
    target_release: [target],
    depends_on: { add: [original.id] },
    ...(original.blocks.length > 0 ? { blocks: { add: original.blocks.filter((id) => id !== clone.id) } } : {}),
    ...(original.whiteboard === "" ? {} : { whiteboard: original.whiteboard }),
  };
  return inOrder(subject, [change(clone.id, changes)], renamed(subject, clone, cloned));
}

type Message = (link: string, clone: string) => string;

/** The new title is an edit that has the clone validated. */
function renamed(subject: Found, clone: Bug, message: Message): readonly Effect[] {
  const { bug: original, url, pull } = subject;
  const said = says(subject, message(bugLink(original.id, url), bugLink(clone.id, url)));
  const title = titleOf(pull.title, clone.id);
  return title === pull.title ? [said] : [{ kind: "editIssue", changes: { title } }, said];
}
