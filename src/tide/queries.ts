/** Which pull requests a query takes, and what the others lack, in tide's words (spec jobs 5.3, 5.9). */
import type { CoveringQuery as Query } from "../config/tide.ts";
import type { HeadContext, PoolSettings, PullFacts, WaitCode } from "./model.ts";

/** The first thing that a pull request lacks for a query. The lowest score is nearest to being merged. */
export interface Requirement {
  readonly score: number;
  /** With a space before it; empty: nothing is lacking. */
  readonly text: string;
  readonly code: WaitCode | "";
  readonly about: readonly string[];
}

const SHOWN_CHARS = 50;
const FULFILLED: Requirement = { score: 0, text: "", code: "", about: [] };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** `a,b` is fulfilled by either. */
function hasLabel(labels: readonly string[], entry: string): boolean {
  return entry.split(",").some((one) => labels.some((label) => same(label, one.trim())));
}

/** Whether a query is about a branch at all. */
export function coversBranch(query: Query, branch: string): boolean {
  if (query.excludedBranches.includes(branch)) return false;
  return query.includedBranches.length === 0 || query.includedBranches.includes(branch);
}

/** As GitHub's search would decide. */
export function fulfils(query: Query, facts: PullFacts, branch: string): boolean {
  return (
    coversBranch(query, branch) &&
    (query.author === "" || same(query.author, facts.author)) &&
    (query.milestone === "" || same(query.milestone, facts.milestone)) &&
    query.labels.every((label) => hasLabel(facts.labels, label)) &&
    !query.missingLabels.some((label) => hasLabel(facts.labels, label)) &&
    (!query.reviewApprovedRequired || facts.reviewDecision === "APPROVED")
  );
}

/** Sorted, as many as 50 characters hold, one at least. */
function shown(names: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let length = 0;
  for (const name of names.toSorted()) {
    length += name.length;
    if (kept.length > 0 && length > SHOWN_CHARS) break;
    kept.push(name);
  }
  return kept;
}

const list = (names: readonly string[]): string => shown(names).join(", ");

/** What one query still wants, in the spec's order: the first that is lacking gives the words, all of them the score. */
function lacking(
  query: Query,
  facts: PullFacts,
  branch: string,
  failing: readonly HeadContext[],
  blocked: boolean,
): Requirement {
  if (!coversBranch(query, branch)) {
    return {
      score: 2000,
      text: ` Merging to branch ${branch} is forbidden.`,
      code: "branch-forbidden",
      about: [branch],
    };
  }
  const found: Requirement[] = [];
  const add = (score: number, code: WaitCode, about: readonly string[], text: string): void => {
    found.push({ score, code, about, text });
  };
  if (query.author !== "" && !same(query.author, facts.author)) {
    add(1000, "author-forbidden", [query.author], ` Must be by author ${query.author}.`);
  }
  if (query.milestone !== "" && !same(query.milestone, facts.milestone)) {
    add(100, "needs-milestone", [query.milestone], ` Must be in milestone ${query.milestone}.`);
  }
  const missing = query.labels
    .filter((label) => !hasLabel(facts.labels, label))
    .map((label) => label.split(",").join(" or "));
  if (missing.length > 0) {
    add(missing.length, "needs-labels", missing, ` Needs ${list(missing)} label${missing.length > 1 ? "s" : ""}.`);
  }
  const forbidden = query.missingLabels.filter((label) => hasLabel(facts.labels, label));
  if (forbidden.length > 0) {
    const text = ` Should not have ${list(forbidden)} label${forbidden.length > 1 ? "s" : ""}.`;
    add(forbidden.length, "forbidden-labels", forbidden, text);
  }
  const contexts = failing.map(({ context }) => context);
  if (contexts.length > 0) {
    const text =
      contexts.length > 1 ? ` Jobs ${list(contexts)} have not succeeded.` : ` Job ${list(contexts)} has not succeeded.`;
    add(contexts.length, "contexts", contexts, text);
  }
  if (query.reviewApprovedRequired && facts.reviewDecision !== "APPROVED") {
    add(50, "needs-review", [], " PullRequest is missing sufficient approving GitHub review(s)");
  }
  if (blocked) add(100, "blocked-by-github", [], " Blocked by GitHub (branch rulesets or protection)");
  const [first] = found;
  if (!first) return FULFILLED;
  return { ...first, score: found.reduce((sum, { score }) => sum + score, 0) };
}

/** What a pull request lacks, by the query that it is nearest to; of several, all, where the configuration wants that. */
export function requirement(
  settings: PoolSettings,
  facts: PullFacts,
  branch: string,
  failing: readonly HeadContext[],
): Requirement {
  const blocked = settings.blocksPolicy === "block" && facts.mergeState === "BLOCKED";
  const all = settings.queries.map((query) => lacking(query, facts, branch, failing, blocked));
  const nothing: Requirement = {
    score: 2000,
    text: ` No Tide query for branch ${branch} found.`,
    code: "branch-forbidden",
    about: [branch],
  };
  const nearest = all.reduce<Requirement>((best, one) => (one.score < best.score ? one : best), all[0] ?? nothing);
  if (!settings.displayAllQueries || nearest.score === 0) return nearest;
  const here = all.filter(({ code }) => code !== "branch-forbidden");
  if (here.length === 0) return nothing;
  return { ...nearest, text: here.map(({ text }) => text.replace(/\.+$/, "")).join(" OR") };
}
