/** A small part of GitHub's search language: enough for `type:pr is:merged org:x author:y label:"z" sha`. */
import { json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { issue as issueShape } from "../shape/issue.ts";
import { rateHeaders } from "../http/rate.ts";
import { budgetOf } from "../http/caller.ts";
import type { Issue, Repo } from "../state/model.ts";
import { fullName } from "../world.ts";
import type { Routes } from "./route.ts";

type Found = { readonly repo: Repo; readonly issue: Issue };
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

const QUALIFIERS: Readonly<Record<string, Test>> = {
  is,
  type: is,
  state: is,
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
  milestone: ({ repo, issue }, value) =>
    repo.milestones.some((one) => one.number === issue.milestone && same(one.title, value)),
};

/** Whether an issue matches a query; words without a qualifier are looked for in title and body. */
function matches(query: string, found: Found): boolean {
  const terms = query.match(/-?[\w-]+:(?:"[^"]*"|\S+)|"[^"]*"|\S+/g) ?? [];
  return terms.every((term) => {
    const [, minus, name = "", raw = ""] = /^(-?)([\w-]+):(.+)$/.exec(term) ?? [];
    const test = QUALIFIERS[name];
    if (!test) {
      const text = `${found.issue.title} ${found.issue.body ?? ""} ${found.issue.pull?.head.sha ?? ""}`.toLowerCase();
      return text.includes(term.replaceAll('"', "").toLowerCase());
    }
    return test(found, raw.replace(/^"(.*)"$/, "$1")) !== (minus === "-");
  });
}

const MAX_RESULTS = 1000;

export const search: Routes = {
  "GET /search/issues": (call) => {
    const query = call.query("q") ?? "";
    const sign = call.query("order") === "asc" ? 1 : -1;
    const byUpdate = call.query("sort") === "updated";
    const found = Object.values(call.world.state.repos)
      .filter((repo) => call.sees(repo))
      .flatMap((repo) => Object.values(repo.issues).map((issue) => ({ repo, issue })))
      .filter((one) => matches(query, one))
      .sort((a, b) => sign * (byUpdate ? a.issue.updatedAt.localeCompare(b.issue.updatedAt) : a.issue.id - b.issue.id));
    return paged(
      call,
      found.slice(0, MAX_RESULTS),
      ({ repo, issue }) => ({ ...issueShape(call.world, repo, issue), score: 1 }),
      (items) => ({ total_count: found.length, incomplete_results: false, search_type: "lexical", items }),
    );
  },
  "GET /rate_limit": (call) => {
    const who = budgetOf(call.caller, call.address);
    const of = (resource: "core" | "search" | "graphql") => {
      const { resource: _, ...budget } = call.rates.spend(who, call.caller, resource, 0);
      return budget;
    };
    const core = of("core");
    const body = { resources: { core, search: of("search"), graphql: of("graphql") }, rate: core };
    return json(body, 200, rateHeaders(call.rates.spend(who, call.caller, "core", 0)));
  },
  "GET /meta": () =>
    json({
      verifiable_password_authentication: false,
      hooks: ["127.0.0.1/32"],
      web: ["127.0.0.1/32"],
      api: ["127.0.0.1/32"],
      git: ["127.0.0.1/32"],
    }),
};
