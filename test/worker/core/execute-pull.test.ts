import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { describe, expect, test } from "vitest";
import type { Effect } from "../../../src/chatops/effects.ts";
import { execute } from "../../../src/chatops/execute.ts";
import { createPullRequest } from "../../../src/chatops/execute-pull.ts";
import type { Execution } from "../../../src/chatops/execution.ts";
import { GitHubError } from "../../../src/github/index.ts";

type Of<Kind extends Effect["kind"]> = Extract<Effect, { kind: Kind }>;
const effect: Of<"createPullRequest"> = {
  kind: "createPullRequest",
  head: "cherry-pick-5-to-v1",
  base: "v1",
  title: "[v1] Fix",
  body: "text",
  labels: ["pick"],
  assignees: ["member"],
  onOpened: { before: "It is ", after: "." },
  onRefused: { before: "No: ", after: "!" },
};

/** A GitHub that keeps pull requests; `refuse` answers instead of it. */
function github(open: { number: number; head: string }[], refuse: (call: string) => GitHubError | null = () => null) {
  const calls: string[] = [];
  const answer = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { pathname, searchParams } = new URL(url instanceof Request ? url.url : url);
    const call = `${init?.method ?? "GET"} ${pathname}`;
    calls.push(call);
    const refused = refuse(call);
    if (refused) throw refused;
    if (call === "GET /repos/org/repo/pulls") {
      const hits = open.filter(({ head }) => `org:${head}` === searchParams.get("head"));
      return Response.json(hits.map(({ number, head }) => ({ number, head: { ref: head } })));
    }
    if (call !== "POST /repos/org/repo/pulls") return Response.json({});
    open.push({ number: 9, head: effect.head });
    return Response.json({ number: 9 });
  };
  const { request, paginate } = new (Octokit.plugin(paginateRest))({ request: { fetch: answer } });
  const no = (): never => {
    throw new Error("not asked here");
  };
  const withErrors = async (...of: Parameters<typeof request>) => {
    try {
      return await request(...of);
    } catch (error) {
      throw error instanceof Error && error.cause instanceof GitHubError ? error.cause : error;
    }
  };
  const x: Execution = {
    client: {
      request: Object.assign(withErrors, request),
      paginate,
      graphql: no,
      raw: no,
      botLogin: () => Promise.resolve("bot"),
      flush: () => Promise.resolve(),
    },
    owner: "org",
    repo: "repo",
    number: 5,
    marker: "<!-- m -->",
    again: false,
    posted: {
      containing: () => [],
      put: no,
      drop: no,
      saidFor: () => [],
      hidden: no,
      adopted: () => true,
      adopt: no,
    },
    startJob: no,
    recordJob: no,
    lookAgain: no,
    gitTask: no,
    reportAgain: no,
    service: no,
    outside: no,
    abortJobs: no,
  };
  return { calls, x };
}

describe("createPullRequest (spec chatops 2.40)", () => {
  const decorated = ["POST /repos/org/repo/issues/9/labels", "POST /repos/org/repo/issues/9/assignees"];

  test("opens one, labels and assigns it, and tells its number", async () => {
    const { calls, x } = github([]);
    const told = { kind: "comment", body: "It is #9." };
    expect(await createPullRequest(effect, x)).toEqual({ state: "done", answer: "opened #9", follow: [told] });
    expect(calls).toEqual(["GET /repos/org/repo/pulls", "POST /repos/org/repo/pulls", ...decorated]);
  });

  test("tried again after a lost answer it finds what it opened", async () => {
    const { calls, x } = github([]);
    await createPullRequest(effect, x);
    expect(await createPullRequest(effect, x)).toMatchObject({
      answer: "#9 was open",
      follow: [{ body: "It is #9." }],
    });
    expect(calls.filter((call) => call === "POST /repos/org/repo/pulls")).toHaveLength(1);
  });

  test("another branch's is not it", async () => {
    const { x } = github([{ number: 3, head: "cherry-pick-5-to-v2" }]);
    expect(await createPullRequest(effect, x)).toMatchObject({ answer: "opened #9" });
  });

  test("GitHub's refusal is said", async () => {
    const refusal = new GitHubError("permanent", 422, "POST /x", "No commits between v1 and it");
    const { x } = github([], (call) => (call.endsWith("POST /repos/org/repo/pulls") ? refusal : null));
    expect(await createPullRequest(effect, x)).toMatchObject({
      follow: [{ kind: "comment", body: "No: No commits between v1 and it!" }],
    });
  });

  test("a refused label does not undo it", async () => {
    const refusal = new GitHubError("permanent", 403, "POST /x", "Forbidden");
    const { x } = github([], (call) => (call.endsWith("/labels") ? refusal : null));
    expect(await createPullRequest(effect, x)).toMatchObject({ answer: expect.stringMatching(/^opened #9, without/) });
  });

  test("what may pass is left to the outbox", async () => {
    const passing = new GitHubError("unknown-outcome", 502, "POST /x", "Bad gateway");
    const { x } = github([], () => passing);
    await expect(createPullRequest(effect, x)).rejects.toBe(passing);
  });
});

describe("callService after a lost answer", () => {
  const create: Of<"callService"> = {
    kind: "callService",
    service: "bugzilla",
    method: "POST",
    path: "/rest/bug",
    body: {},
    unless: { path: "/rest/bug?url=here", contains: "here" },
    onDone: [{ kind: "addLabel", label: "cloned" }],
  };
  const service = async (again: boolean, status: number, body: string) => {
    const written: string[] = [];
    const x: Execution = {
      ...github([]).x,
      again,
      service: async ({ path }) => `bugzilla: ${written.push(path)}`,
      outside: async ({ path }) => ({ status, contentType: "", length: null, url: path, body }),
    };
    const { follow } = await execute(create, x);
    expect(follow).toEqual(create.onDone);
    return written;
  };

  test.each([
    ["it happened", true, '{"bugs":[{"url":"here"}]}', []],
    ["it did not happen", true, '{"bugs":[]}', ["/rest/bug"]],
    ["the first try looks for nothing", false, '{"bugs":[{"url":"here"}]}', ["/rest/bug"]],
  ])("%s", async (_, again, body, written) => {
    expect(await service(again, 200, body)).toEqual(written);
  });

  test("what cannot be looked at is tried later", async () => {
    await expect(service(true, 0, "")).rejects.toMatchObject({ kind: "transient" });
  });
});
