/** A part of GitHub's search language: what people, plugins and tide look for among issues and pull requests. */
import type { Issue, Repo } from "../state/model.ts";
import { fullName, isPull, type World } from "../world.ts";
import { reviewDecision } from "../gates.ts";

export type Found = { readonly repo: Repo; readonly issue: Issue };
type Test = (found: Found, value: string) => boolean;

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const IS: Readonly<Record<string, (found: Found) => boolean>> = {
  pr: ({ issue }) => issue.pull !== null,
  issue: ({ issue }) => issue.pull === null,
  open: ({ issue }) => issue.state === "open",
  closed: ({ issue }) => issue.state === "closed",
  merged: ({ issue }) => Boolean(issue.pull?.mergedAt),
  unmerged: ({ issue }) => issue.pull !== null && !issue.pull.mergedAt,
  draft: ({ issue }) => issue.pull?.draft === true,
  public: ({ repo }) => !repo.private,
  private: ({ repo }) => repo.private,
};

const is: Test = (found, value) => IS[value.toLowerCase()]?.(found) ?? false;

/** `>=t`, `<t`, `a..b` (either end may be `*`), or a day. */
function within(time: string, range: string): boolean {
  const at = Date.parse(time);
  const [from, to] = range.split("..");
  if (from !== undefined && to !== undefined)
    return (from === "*" || at >= Date.parse(from)) && (to === "*" || at <= Date.parse(to));
  const [, sign, than = ""] = /^([<>]=?)(.+)$/.exec(range) ?? [];
  const bound = Date.parse(than);
  if (sign === ">=") return at >= bound;
  if (sign === ">") return at > bound;
  if (sign === "<=") return at <= bound;
  return sign === "<" ? at < bound : time.startsWith(range);
}

const qualifiers = (world: World): Readonly<Record<string, Test>> => ({
  is,
  type: is,
  state: is,
  // Nothing here is archived.
  archived: (_found, value) => value === "false",
  org: ({ repo }, value) => same(repo.owner, value),
  user: ({ repo }, value) => same(repo.owner, value),
  repo: ({ repo }, value) => same(fullName(repo), value),
  author: ({ issue }, value) => same(issue.user, value.replace(/^app\/(.*)$/, "$1[bot]")),
  assignee: ({ issue }, value) => issue.assignees.some((login) => same(login, value)),
  label: ({ issue }, value) =>
    value.split(",").some((name) => issue.labels.some((one) => same(one, name.replaceAll('"', "")))),
  base: ({ issue }, value) => issue.pull?.base.ref === value,
  head: ({ issue }, value) => issue.pull?.head.ref === value,
  sha: ({ issue }, value) => issue.pull?.head.sha.startsWith(value) ?? false,
  draft: ({ issue }, value) => issue.pull?.draft === (value === "true"),
  review: ({ repo, issue }, value) =>
    isPull(issue) && same(reviewDecision(world, repo, issue) ?? "none", value.replaceAll("-", "_")),
  updated: ({ issue }, value) => within(issue.updatedAt, value),
  created: ({ issue }, value) => within(issue.createdAt, value),
  milestone: ({ repo, issue }, value) =>
    repo.milestones.some((one) => one.number === issue.milestone && same(one.title, value)),
});

/** Of several values of these any one will do; places are one question together. */
const EITHER: Readonly<Record<string, string>> = {
  org: "where",
  user: "where",
  repo: "where",
  base: "base",
  author: "author",
};

type Condition = (found: Found) => boolean;

function conditionOf(tests: Readonly<Record<string, Test>>, term: string): { group: string | null; holds: Condition } {
  const [, minus, name = "", raw = ""] = /^(-?)([\w-]+):(.+)$/.exec(term) ?? [];
  const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
  if (!test) {
    const wanted = term.replaceAll('"', "").toLowerCase();
    const text = ({ issue }: Found) => `${issue.title} ${issue.body ?? ""} ${issue.pull?.head.sha ?? ""}`.toLowerCase();
    return { group: null, holds: (found) => text(found).includes(wanted) };
  }
  const value = raw.replace(/^"([^"]*)"$/, "$1");
  if (minus === "-") return { group: null, holds: (found) => !test(found, value) };
  return { group: EITHER[name] ?? null, holds: (found) => test(found, value) };
}

/** What matches, the newest first unless `sort:` says otherwise; words without a qualifier are looked for in title and body. */
export function find(world: World, repos: readonly Repo[], query: string): Found[] {
  const terms = query.match(/-?[\w-]+:(?:"[^"]*"|[^\s"])+|"[^"]*"|\S+/g) ?? [];
  const order = terms.find((term) => term.startsWith("sort:"))?.slice("sort:".length) ?? "";
  const tests = qualifiers(world);
  const conditions = terms.filter((term) => !term.startsWith("sort:")).map((term) => conditionOf(tests, term));
  const all = conditions.filter(({ group }) => group === null);
  const groups = Map.groupBy(
    conditions.filter(({ group }) => group !== null),
    ({ group }) => group,
  );
  const sign = order.endsWith("-asc") ? 1 : -1;
  const byUpdate = order.startsWith("updated");
  return repos
    .flatMap((repo) => Object.values(repo.issues).map((issue) => ({ repo, issue })))
    .filter(
      (found) =>
        all.every(({ holds }) => holds(found)) &&
        [...groups.values()].every((group) => group.some(({ holds }) => holds(found))),
    )
    .sort(
      (a, b) => sign * ((byUpdate ? a.issue.updatedAt.localeCompare(b.issue.updatedAt) : 0) || a.issue.id - b.issue.id),
    );
}

/** GitHub shows no more of one search. */
export const MAX_RESULTS = 1000;
