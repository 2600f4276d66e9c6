/** Refusals sorted by what to do about them (spec chatops 1.12), limits from headers, endpoints from paths. */
import { describe, expect, it } from "vitest";
import { endpointOf } from "../../../src/github/endpoint.ts";
import { classify, GitHubError, retryAfter, revive } from "../../../src/github/errors.ts";
import { mergeRates, rateOf } from "../../../src/github/rate.ts";

const NOW = Date.parse("2026-11-23T08:00:00Z");
const RESET = String(NOW / 1000 + 30);

describe("a refusal", () => {
  it.each([
    ["a 404", "GET", 404, {}, "", "permanent", 0],
    ["a 422 to a write", "POST", 422, {}, "Validation Failed", "permanent", 0],
    [
      "the last of a thousand statuses (jobs 7.3: test-infra#17957; openshift/release#6179)",
      "POST",
      422,
      {},
      "This SHA and context has reached the maximum number of statuses.",
      "permanent",
      0,
    ],
    [
      "a commit that is not there any more (jobs 7.3: test-infra#13903)",
      "POST",
      422,
      {},
      "No commit found for SHA: 1234",
      "permanent",
      0,
    ],
    ["a 403 for a lack of rights", "PUT", 403, { "x-ratelimit-remaining": "4999" }, "Forbidden", "permanent", 0],
    ["a 403 with Retry-After", "POST", 403, { "retry-after": "7" }, "", "rate-limited", 7_000],
    ["a 429 with a date", "GET", 429, { "retry-after": "Mon, 23 Nov 2026 08:00:09 GMT" }, "", "rate-limited", 9_000],
    [
      "a 403 with nothing left",
      "GET",
      403,
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET },
      "",
      "rate-limited",
      31_000,
    ],
    ["a 429 that says nothing", "GET", 429, {}, "", "rate-limited", 60_000],
    [
      "a secondary limit named in words",
      "POST",
      403,
      {},
      "You have exceeded a secondary rate limit",
      "rate-limited",
      60_000,
    ],
    ["a 502 to a read", "GET", 502, {}, "", "transient", 0],
    ["a 502 to a write", "POST", 502, {}, "", "unknown-outcome", 0],
    ["a 503 with Retry-After to a write", "DELETE", 503, { "retry-after": "2" }, "", "unknown-outcome", 2_000],
    ["a 409", "PUT", 409, {}, "", "transient", 0],
  ] as const)("that is %s", (_name, method, status, headers, message, kind, retryAfterMs) => {
    expect(classify({ method, status, headers, message }, NOW)).toEqual({ kind, retryAfterMs });
  });

  it("asks for no more than a day, and for nothing in the past", () => {
    expect(retryAfter("9999999", NOW)).toBe(24 * 3600_000);
    expect(retryAfter("Mon, 23 Nov 2026 07:00:00 GMT", NOW)).toBe(0);
    expect(retryAfter("soon", NOW)).toBeNull();
  });

  it("keeps its fields on the way out of another object; a stranger passes by itself", () => {
    const sent = new GitHubError("rate-limited", 429, "GET /app", "slow down", 5_000);
    const fields = { kind: sent.kind, status: sent.status, call: sent.call, retryAfterMs: sent.retryAfterMs };
    const back = revive(Object.assign(new Error(sent.message), fields), "budget app");
    expect(back).toMatchObject({ ...fields, message: sent.message, passing: sent.passing });
    expect(revive(new Error("the object was reset"), "budget app")).toMatchObject({ kind: "transient", passing: true });
  });
});

describe("the rate state", () => {
  const core = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "41", "x-ratelimit-reset": RESET };
  const known = { limit: 5000, remaining: 41, resetAt: NOW + 30_000, blockedUntil: 0 };

  it("is what the headers of an answer say", () => {
    expect(rateOf(200, new Headers(core), null, NOW)).toEqual(known);
    expect(rateOf(200, new Headers(), null, NOW)).toBeNull();
    expect(rateOf(200, new Headers(), known, NOW)).toEqual(known);
  });

  it("is not that of search, whose budget is its own", () => {
    const search = new Headers({ ...core, "x-ratelimit-remaining": "0", "x-ratelimit-resource": "search" });
    expect(rateOf(403, search, known, NOW)).toEqual(known);
  });

  it("blocks everybody for as long as GitHub said", () => {
    expect(rateOf(403, new Headers({ "retry-after": "4" }), known, NOW)?.blockedUntil).toBe(NOW + 4_000);
    expect(rateOf(404, new Headers({ "retry-after": "4" }), known, NOW)?.blockedUntil).toBe(0);
  });

  it("joins two clients' views: later window, fewer left, longer block", () => {
    const next = { limit: 5000, remaining: 4999, resetAt: known.resetAt + 1, blockedUntil: 0 };
    expect(mergeRates({ ...known, blockedUntil: 9 }, next)).toEqual({ ...next, blockedUntil: 9 });
    expect(mergeRates(next, known)).toEqual(next);
    expect(mergeRates(known, { ...known, remaining: 50 }).remaining).toBe(41);
    expect(mergeRates(null, known)).toEqual(known);
  });
});

it.each([
  ["POST", "/repos/o/r/issues/5/comments", "POST /repos/{owner}/{repo}/issues/{number}/comments"],
  ["DELETE", "/repos/o/r/issues/5/labels/size%2FXL", "DELETE /repos/{owner}/{repo}/issues/{number}/labels/{name}"],
  ["GET", "/repos/o/r/contents/a/b/OWNERS?ref=main", "GET /repos/{owner}/{repo}/contents/{path}"],
  ["GET", "/repos/o/contents/git/ref/heads/a/b", "GET /repos/{owner}/{repo}/git/ref/{ref}"],
  ["GET", "/orgs/acme/teams/crew/memberships/ada", "GET /orgs/{org}/teams/{team_slug}/memberships/{username}"],
])("counts %s %s as %s", (method, path, endpoint) => {
  expect(endpointOf(method, path)).toBe(endpoint);
});
