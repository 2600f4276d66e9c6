import { json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { issue as issueShape } from "../shape/issue.ts";
import { rateHeaders } from "../http/rate.ts";
import { budgetOf } from "../http/caller.ts";
import { find, MAX_RESULTS } from "../verbs/find.ts";
import type { Routes } from "./route.ts";

export const search: Routes = {
  "GET /search/issues": (call) => {
    const sort = call.query("sort") === "updated" ? "updated" : "created";
    const order = call.query("order") === "asc" ? "asc" : "desc";
    const seen = Object.values(call.world.state.repos).filter((repo) => call.sees(repo));
    const found = find(call.world, seen, `${call.query("q") ?? ""} sort:${sort}-${order}`);
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
