/** From findings of a linter to one review: added lines only, nothing said before, at most 20 comments in all. */
import type { GitTaskOutcome } from "../../../jobs/git-task.ts";
import type { Effect } from "../../effects.ts";
import { lintComment, lintMarker, lintSummary } from "../../messages-lint.ts";
import { isBot } from "../../permissions.ts";
import { hunksOf } from "../../patch.ts";
import type { View } from "../../plugin.ts";

/** Comments of one linter on one pull request, those of earlier reviews counted. */
const MOST_COMMENTS = 20;

type Finding = Extract<GitTaskOutcome, { state: "findings" }>["findings"][number];

const at = (path: string, line: number | null): string => `${line ?? 0} ${path}`;

/** The review of `sha`, and what it rests on. */
export async function reviewOf(
  linter: string,
  findings: readonly Finding[],
  sha: string,
  view: View,
): Promise<{ effect: Effect; why: string }> {
  const ours = await onAddedLines(findings, view);
  const before = await commented(linter, view);
  const fresh = ours.filter(({ path, line }) => !before.has(at(path, line)));
  const shown = fresh.slice(0, Math.max(0, MOST_COMMENTS - before.size));
  const comments = shown.map((found) => ({
    path: found.path,
    line: found.line,
    body: lintComment(linter, found.text, found.suggestion),
  }));
  const counts = { fresh: fresh.length, old: ours.length - fresh.length, shown: shown.length };
  return {
    effect: { kind: "review", sha, body: lintSummary(linter, counts), comments },
    why: `${fresh.length} new findings on added lines, ${counts.old} told before`,
  };
}

/** Findings on lines that the pull request adds, several on one line as one. */
async function onAddedLines(findings: readonly Finding[], view: View): Promise<readonly Finding[]> {
  const paths = [...new Set(findings.map(({ path }) => path))];
  const added = new Set<string>();
  for (const path of paths) {
    const patch = await view.patchOf(path);
    for (const { change, newLine } of hunksOf(patch ?? "").flat()) {
      if (change === "added") added.add(at(path, newLine));
    }
  }
  const byLine = new Map<string, Finding>();
  for (const found of findings) {
    const where = at(found.path, found.line);
    if (!added.has(where)) continue;
    const other = byLine.get(where);
    byLine.set(where, other ? { ...other, text: `${other.text}\n${found.text}` } : found);
  }
  return [...byLine.values()];
}

/** Lines that an earlier review of the linter speaks of. */
async function commented(linter: string, view: View): Promise<ReadonlySet<string>> {
  const lines = new Set<string>();
  for (const { author, body, path, line } of await view.reviewComments()) {
    if (body.includes(lintMarker(linter)) && (await isBot(view, author))) lines.add(at(path, line));
  }
  return lines;
}
