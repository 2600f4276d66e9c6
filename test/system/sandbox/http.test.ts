/** The manners of the interface: pages, entity tags, budgets, and strictness towards what GitHub would reject. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Bench, HELLO, startBench } from "./harness.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
}, 60_000);
afterAll(() => bench.end());
beforeEach(() => bench.sandbox.control.journal.clear());

const hello = `/repos/${HELLO}`;

describe("lists", () => {
  it("are cut into pages of thirty that link to each other", async () => {
    const first = await bench.ask(`${hello}/labels`);
    expect(JSON.parse(first.text)).toHaveLength(30);
    const link = first.headers.get("link") ?? "";
    expect(link).toMatch(/^<[^>]+[?&]page=2>; rel="next", <[^>]+[?&]page=\d+>; rel="last"$/);
    const next = await bench.ask(/<([^>]+)>; rel="next"/.exec(link)?.[1] ?? "");
    expect(next.headers.get("link")).toContain('rel="prev"');
    const all = await bench.ask(`${hello}/labels?per_page=100`);
    expect(all.headers.get("link")).toBeNull();
    const names = (text: string) => (JSON.parse(text) as { name: string }[]).map((label) => label.name);
    expect([...names(first.text), ...names(next.text)].length).toBe(names(all.text).length);
    expect(names(all.text)).toContain("do-not-merge/hold");
  });

  it("keep other parameters in their links", async () => {
    const { headers } = await bench.ask(`${hello}/issues?state=all&per_page=1`);
    expect(headers.get("link")).toMatch(/state=all&per_page=1&page=2/);
  });
});

describe("conditional requests", () => {
  it("answer 304 without counting, until something changes", async () => {
    const path = `${hello}/issues/1`;
    const first = await bench.ask(path);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^W\/"[0-9a-f]+"$/);
    const again = await bench.ask(path, { headers: { "if-none-match": etag } });
    expect([again.status, again.text]).toEqual([304, ""]);
    expect(again.headers.get("x-ratelimit-used")).toBe(first.headers.get("x-ratelimit-used"));
    bench.sandbox.control.addLabel({ repo: HELLO, number: 1, as: "ada", label: "kind/bug" });
    const changed = await bench.ask(path, { headers: { "if-none-match": etag } });
    expect(changed.status).toBe(200);
    expect(Number(changed.headers.get("x-ratelimit-used"))).toBe(Number(first.headers.get("x-ratelimit-used")) + 1);
  });
});

describe("budgets", () => {
  it("are told on every answer, per credential and resource", async () => {
    const { headers } = await bench.ask("/user");
    expect(headers.get("x-ratelimit-limit")).toBe("5000");
    expect(headers.get("x-ratelimit-resource")).toBe("core");
    const search = await bench.ask("/search/issues?q=is:pr");
    expect([search.headers.get("x-ratelimit-limit"), search.headers.get("x-ratelimit-resource")]).toEqual([
      "30",
      "search",
    ]);
    const anonymous = await bench.ask(hello, { token: null });
    expect(anonymous.headers.get("x-ratelimit-limit")).toBe("60");
  });

  it("refuse with 403 and the time of the reset once used up", async () => {
    const token = bench.sandbox.control.token("emil");
    bench.sandbox.control.rates.exhaust("user:emil", "core", 100);
    const { status, headers, json } = await bench.ask("/user", { token });
    expect([status, headers.get("x-ratelimit-remaining")]).toEqual([403, "0"]);
    expect(json.message).toMatch(/API rate limit exceeded/);
    expect(Number(headers.get("x-ratelimit-reset"))).toBeGreaterThan(Date.now() / 1000 + 90);
    expect((await bench.ask("/rate_limit", { token })).status).toBe(200);
  });
});

describe("what GitHub would reject fails here, and is noted", () => {
  const comments = `${hello}/issues/1/comments`;
  const ROWS: readonly {
    what: string;
    method: string;
    path: string;
    body?: unknown;
    status: number;
    says: RegExp;
    noted: boolean;
  }[] = [
    { what: "an unknown path", method: "GET", path: `${hello}/pull/2`, status: 404, says: /Not Found/, noted: true },
    {
      what: "an unknown method",
      method: "POST",
      path: `${hello}/issues/1`,
      status: 404,
      says: /Not Found/,
      noted: true,
    },
    {
      what: "an unknown query parameter",
      method: "GET",
      path: `${hello}/pulls?status=open`,
      status: 422,
      says: /"status" is not a permitted/,
      noted: true,
    },
    {
      what: "a wrong query value",
      method: "GET",
      path: `${hello}/pulls?state=opened`,
      status: 422,
      says: /"opened"/,
      noted: true,
    },
    {
      what: "a number that is none",
      method: "GET",
      path: `${hello}/issues/one`,
      status: 404,
      says: /Not Found/,
      noted: false,
    },
    {
      what: "a missing member",
      method: "POST",
      path: comments,
      body: {},
      status: 422,
      says: /"body" wasn't supplied/,
      noted: true,
    },
    {
      what: "a member of a wrong type",
      method: "POST",
      path: comments,
      body: { body: 5 },
      status: 422,
      says: /For 'body', 5 must be string/,
      noted: true,
    },
    {
      what: "an unknown member",
      method: "POST",
      path: comments,
      body: { body: "x", text: "y" },
      status: 422,
      says: /"text" is not a permitted key/,
      noted: true,
    },
    {
      what: "a value out of the list",
      method: "POST",
      path: `${hello}/statuses/main`,
      body: { state: "aborted" },
      status: 422,
      says: /For 'state'/,
      noted: true,
    },
    {
      what: "no JSON",
      method: "POST",
      path: comments,
      body: "{",
      status: 400,
      says: /Problems parsing JSON/,
      noted: true,
    },
    {
      what: "a body where none belongs",
      method: "DELETE",
      path: `${hello}/labels/lgtm`,
      body: { name: "lgtm" },
      status: 422,
      says: /not a permitted key/,
      noted: true,
    },
    {
      what: "an empty comment",
      method: "POST",
      path: comments,
      body: { body: " " },
      status: 422,
      says: /Validation Failed/,
      noted: false,
    },
    {
      what: "a comment too long",
      method: "POST",
      path: comments,
      body: { body: "x".repeat(65_537) },
      status: 422,
      says: /Validation Failed/,
      noted: false,
    },
    {
      what: "a status description too long",
      method: "POST",
      path: `${hello}/statuses/main`,
      body: { state: "success", description: "x".repeat(141) },
      status: 422,
      says: /Validation Failed/,
      noted: false,
    },
    {
      what: "a status of no commit",
      method: "POST",
      path: `${hello}/statuses/${"0".repeat(40)}`,
      body: { state: "success" },
      status: 422,
      says: /No commit found/,
      noted: false,
    },
    {
      what: "a search without words",
      method: "GET",
      path: "/search/issues",
      status: 422,
      says: /Validation Failed/,
      noted: false,
    },
    {
      what: "a label that the issue lacks",
      method: "DELETE",
      path: `${hello}/issues/1/labels/lgtm`,
      status: 404,
      says: /Label does not exist/,
      noted: false,
    },
    {
      what: "a label that exists",
      method: "POST",
      path: `${hello}/labels`,
      body: { name: "LGTM" },
      status: 422,
      says: /Validation Failed/,
      noted: false,
    },
    {
      what: "a review from a stranger",
      method: "POST",
      path: `${hello}/pulls/2/requested_reviewers`,
      body: { reviewers: ["mallory"] },
      status: 422,
      says: /not a collaborator/,
      noted: false,
    },
    {
      what: "a review from the author",
      method: "POST",
      path: `${hello}/pulls/2/requested_reviewers`,
      body: { reviewers: ["ben"] },
      status: 422,
      says: /pull request author/,
      noted: false,
    },
    {
      what: "a check run of a user",
      method: "POST",
      path: `${hello}/check-runs`,
      body: { name: "x", head_sha: "main" },
      status: 403,
      says: /GitHub App/,
      noted: false,
    },
  ];
  for (const { what, method, path, body, status, says, noted } of ROWS)
    it(`${what}: ${status}`, async () => {
      const answer = await bench.ask(path, { method, ...(body === undefined ? {} : { body }) });
      expect(answer.status, answer.text).toBe(status);
      expect(answer.json.message).toMatch(says);
      expect(bench.sandbox.control.journal.violations.some((one) => one.kind === "request")).toBe(noted);
      expect(bench.sandbox.control.journal.violations.some((one) => one.kind === "response")).toBe(false);
    });

  it("a call without a User-Agent: 403", async () => {
    const { request } = await import("node:http");
    const status = await new Promise((resolve) =>
      request(`${bench.sandbox.apiUrl}/meta`, (answer) => resolve(answer.statusCode)).end(),
    );
    expect(status).toBe(403);
  });

  it("assigning somebody who cannot be assigned leaves them out without a word", async () => {
    const { status, json } = await bench.ask(`${hello}/issues/2/assignees`, {
      method: "POST",
      body: { assignees: ["mallory", "chidi"] },
    });
    expect(status).toBe(201);
    expect((json.assignees as { login: string }[]).map((one) => one.login)).toEqual(["chidi"]);
  });
});

describe("the journal", () => {
  it("counts by endpoint and keeps who asked for which delivery", async () => {
    await bench.ask(`${hello}/issues/1`, { headers: { "x-github-delivery": "guid-1" } });
    await bench.ask(`${hello}/issues/2`, { token: await bench.installationToken() });
    const { journal } = bench.sandbox.control;
    expect(journal.counts["GET /repos/{owner}/{repo}/issues/{issue_number}"]).toBe(2);
    expect(journal.requests.find((one) => one.delivery === "guid-1")).toMatchObject({
      caller: "ada",
      status: 200,
      method: "GET",
    });
    expect(journal.requests.at(-1)).toMatchObject({ caller: "cutwater-demo-bot[bot]", delivery: null });
    const { requests } = (await bench.ask(`${bench.sandbox.url}/_sandbox/requests`, { token: null })).json;
    expect(requests).toHaveLength(journal.requests.length);
  });
});

describe("GraphQL", () => {
  const query = (text: string, variables = {}) =>
    bench.ask("/graphql", { method: "POST", body: { query: text, variables } });
  it("is held to GitHub's published schema", async () => {
    const { json } = await query("{ viewer { logn } }");
    expect(JSON.stringify(json.errors)).toMatch(/Cannot query field .*logn.*login/);
  });
  it("answers for pull requests, and makes them ready", async () => {
    const text =
      'query($n: Int!) { viewer { login } repository(owner: "cutwater-demo", name: "hello") { pullRequest(number: $n) { id isDraft mergeable headRefOid labels(first: 10) { nodes { name } } } } }';
    const { json } = await query(text, { n: 5 });
    expect(json.data).toMatchObject({
      viewer: { login: "ada" },
      repository: { pullRequest: { isDraft: true, mergeable: "MERGEABLE" } },
    });
    const { id } = (json.data as { repository: { pullRequest: { id: string } } }).repository.pullRequest;
    await query(
      "mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }",
      { id },
    );
    expect(bench.sandbox.control.snapshot({ repo: HELLO, number: 5 }).pull?.draft).toBe(false);
  });
  it("hides comments, for their author and for who may write", async () => {
    const { id } = bench.sandbox.control.comment({ repo: HELLO, number: 5, as: "mallory", body: "first" });
    const { json: comment } = await bench.ask(`/repos/${HELLO}/issues/comments/${id}`);
    const text =
      "mutation($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized minimizedReason } } }";
    const hidden = () => bench.sandbox.control.snapshot({ repo: HELLO, number: 5 }).comments.at(-1)?.hidden;
    const body = { query: text, variables: { id: comment.node_id } };
    const { json: refused } = await bench.ask("/graphql", {
      method: "POST",
      token: bench.sandbox.control.token("nova"),
      body,
    });
    expect(JSON.stringify(refused.errors)).toContain("FORBIDDEN");
    expect(hidden()).toBeNull();
    const { json } = await query(text, { id: comment.node_id });
    expect(json.data).toEqual({
      minimizeComment: { minimizedComment: { isMinimized: true, minimizedReason: "outdated" } },
    });
    expect(hidden()).toBe("outdated");
    expect(JSON.stringify((await query(text, { id: "IC_nobody" })).json.errors)).toContain("Could not resolve");
  });
  it("needs a credential", async () => {
    expect(
      (await bench.ask("/graphql", { method: "POST", token: null, body: { query: "{ viewer { login } }" } })).status,
    ).toBe(401);
  });
});
