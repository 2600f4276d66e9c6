/** What follows from looking at OWNERS files: the label, a review, and two comments (spec chatops 2.15, steps 4 and 5). */
import type { Effect } from "../../effects.ts";
import type { PullRequest } from "../../events.ts";
import {
  ALIASES_MARKER,
  aliasesEmpty,
  aliasesUnreadable,
  ownersReview,
  UNTRUSTED_OWNERS_MARKER,
  type UntrustedOwner,
  untrustedOwners,
} from "../../messages-owners.ts";
import { hunksOf } from "../../patch.ts";
import { hasLabel, isBot, trustOf } from "../../permissions.ts";
import type { Decision, View } from "../../plugin.ts";
import type { Changed, Finding, Inspection } from "./inspect.ts";

export const INVALID_OWNERS = "do-not-merge/invalid-owners-file";

/** People whom GitHub is asked about; the rest of a very large change is taken as it is. */
const MOST_PEOPLE = 50;

/** The answer to an inspection of the pull request's head. */
export async function answerTo(
  { aliasesFault, emptyAliases, findings, added }: Inspection,
  { aliases, aliasesChanged }: Changed,
  pullRequest: PullRequest,
  view: View,
): Promise<Decision> {
  if (aliasesFault !== null) {
    const body = aliasesUnreadable(aliases, aliasesFault);
    return {
      effects: [
        { kind: "addLabel", label: INVALID_OWNERS },
        { kind: "upsertComment", marker: ALIASES_MARKER, body },
      ],
      why: `${aliases} cannot be read`,
    };
  }
  const untrusted = view.config.owners.skip_collaborators ? [] : await untrustedOf(added, view);
  const bad = findings.length > 0 || untrusted.length > 0;
  const marked = hasLabel(await view.labels(), INVALID_OWNERS);
  const effects: Effect[] = [...(await reviewOf(findings, pullRequest, view))];
  if (bad !== marked) effects.push({ kind: bad ? "addLabel" : "removeLabel", label: INVALID_OWNERS });
  if (untrusted.length > 0) {
    effects.push({ kind: "upsertComment", marker: UNTRUSTED_OWNERS_MARKER, body: untrustedOwners(untrusted) });
  } else if (marked) effects.push({ kind: "deleteComments", marker: UNTRUSTED_OWNERS_MARKER });
  if (emptyAliases.length > 0) {
    effects.push({ kind: "upsertComment", marker: ALIASES_MARKER, body: aliasesEmpty(aliases, emptyAliases) });
  } else if (marked || aliasesChanged) effects.push({ kind: "deleteComments", marker: ALIASES_MARKER });
  const why = bad
    ? [...findings.map(({ path }) => path), ...untrusted.map(({ login }) => `${login} is not trusted`)]
        .slice(0, 10)
        .join(", ")
    : "the OWNERS files are fine";
  return { effects, why };
}

async function untrustedOf(
  added: ReadonlyMap<string, readonly string[]>,
  view: View,
): Promise<readonly UntrustedOwner[]> {
  const untrusted: UntrustedOwner[] = [];
  for (const [login, files] of [...added].slice(0, MOST_PEOPLE)) {
    const { trusted, checked } = await trustOf(login, view);
    if (!trusted) untrusted.push({ login, checked, files });
  }
  return untrusted;
}

/** One review for what was not said before, at the lines it is about where the diff shows them. */
async function reviewOf(findings: readonly Finding[], { head }: PullRequest, view: View): Promise<readonly Effect[]> {
  if (findings.length === 0) return [];
  const said = await saidBefore(view);
  const fresh = findings.filter(
    ({ path, message }) => !said.some((text) => text.includes(message) && text.includes(path)),
  );
  if (fresh.length === 0) return [];
  const comments: { path: string; line: number; body: string }[] = [];
  const loose: Finding[] = [];
  for (const finding of fresh) {
    const line = lineFor(finding, await view.patchOf(finding.path));
    if (line === null) loose.push(finding);
    else comments.push({ path: finding.path, line, body: finding.message });
  }
  return [{ kind: "review", sha: head.sha, body: ownersReview(loose), comments }];
}

/** Texts of the bot's review comments, each with its path, and of its reviews. */
async function saidBefore(view: View): Promise<readonly string[]> {
  const [comments, reviews] = await Promise.all([view.reviewComments(), view.reviews()]);
  const all = [
    ...comments.map(({ author, path, body }) => ({ author, text: `${path} ${body}` })),
    ...reviews.map(({ author, body }) => ({ author: author.login, text: body })),
  ];
  const ours: string[] = [];
  for (const { author, text } of all) if (await isBot(view, author)) ours.push(text);
  return ours;
}

/** A line of the new side that the diff shows: the one it is about or the last before that, else the first that is added, else the first. */
function lineFor({ line, word }: Finding, patch: string | null): number | null {
  const lines =
    patch === null
      ? []
      : hunksOf(patch)
          .flat()
          .filter(({ newLine }) => newLine > 0);
  const added = lines.filter(({ change }) => change === "added");
  const about =
    lines.findLast(({ newLine }) => newLine <= line) ??
    added.find(({ text }) => word !== "" && text.includes(word)) ??
    added[0] ??
    lines[0];
  return about?.newLine ?? null;
}
