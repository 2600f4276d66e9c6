/** Webhooks: GitHub's headers, signatures, shapes and order; recorded, redelivered on request, never by themselves. */
import { verify } from "@octokit/webhooks-methods";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Bench, HARBOR, HELLO, type Received, SECRET, signatureOf, startBench } from "./harness.ts";
import { unlikeGitHub } from "./shape.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
}, 60_000);
afterAll(() => bench.end());
beforeEach(() => {
  bench.received.length = 0;
});

const sent = async (): Promise<readonly Received[]> => {
  await bench.sandbox.control.settled();
  return bench.received;
};
const names = (list: readonly Received[]): string[] =>
  list.map(({ event, payload }) => (typeof payload.action === "string" ? `${event}.${payload.action}` : event));

describe("a delivery", () => {
  it("carries GitHub's headers and a signature of the exact bytes", async () => {
    bench.sandbox.control.comment({ repo: HELLO, number: 2, as: "ben", body: "ünïcode \u{1f6a2}\r\n/test all" });
    const [one] = await sent();
    if (!one) throw new Error("nothing was sent");
    expect(one.headers).toMatchObject({
      "content-type": "application/json",
      "x-github-event": "issue_comment",
      "x-hub-signature-256": signatureOf(one.body),
      "x-github-hook-installation-target-type": "integration",
      "x-github-hook-installation-target-id": bench.sandbox.credentials.appId,
    });
    expect(one.headers["user-agent"]).toMatch(/^GitHub-Hookshot\/[0-9a-f]{7}$/);
    expect(one.headers["x-github-hook-id"]).toMatch(/^\d+$/);
    expect(one.headers["x-hub-signature"]).toMatch(/^sha1=[0-9a-f]{40}$/);
    expect(one.guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(await verify(SECRET, one.body, String(one.headers["x-hub-signature-256"]))).toBe(true);
    expect(await verify("another secret", one.body, String(one.headers["x-hub-signature-256"]))).toBe(false);
  });

  it("names its installation and its sender", async () => {
    bench.sandbox.control.comment({ repo: HELLO, number: 2, as: "mallory", body: "hi" });
    const [one] = await sent();
    expect(one?.payload).toMatchObject({
      sender: { login: "mallory", type: "User" },
      organization: { login: "cutwater-demo" },
      installation: { id: expect.any(Number) as number },
      comment: { author_association: "FIRST_TIME_CONTRIBUTOR" },
    });
  });

  it("is sent once even if it is refused, is listed, and goes out again with its GUID when asked", async () => {
    bench.answers.push(500);
    bench.sandbox.control.comment({ repo: HELLO, number: 2, as: "ben", body: "refused" });
    const [one] = await sent();
    expect(bench.received).toHaveLength(1);
    const token = bench.jwt();
    const listed: unknown = JSON.parse((await bench.ask("/app/hook/deliveries?per_page=1", { token })).text);
    expect(listed).toMatchObject([
      { guid: one?.guid, status_code: 500, redelivery: false, event: "issue_comment", action: "created" },
    ]);
    const id = (listed as { id: number }[])[0]?.id;
    const { status } = await bench.ask(`/app/hook/deliveries/${id}/attempts`, { method: "POST", token });
    expect(status).toBe(202);
    await sent();
    expect(bench.received.map(({ guid, body }) => [guid, body])).toEqual([
      [one?.guid, one?.body],
      [one?.guid, one?.body],
    ]);
    const again: unknown = JSON.parse((await bench.ask("/app/hook/deliveries?per_page=1", { token })).text);
    expect(again).toMatchObject([{ guid: one?.guid, status_code: 200, redelivery: true }]);
  });

  it("pages by cursor", async () => {
    const token = bench.jwt();
    const first = await bench.ask("/app/hook/deliveries?per_page=1", { token });
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    const second = await bench.ask(next, { token });
    expect(second.status).toBe(200);
    expect(second.text).not.toBe(first.text);
  });
});

describe("what happens is told in order, in GitHub's shape", () => {
  const ROWS: readonly { when: string; act: (bench: Bench) => unknown; then: readonly string[] }[] = [
    {
      when: "a comment is made, edited and deleted",
      then: ["issue_comment.created", "issue_comment.edited", "issue_comment.deleted"],
      act: ({ sandbox: { control } }) => {
        const { id } = control.comment({ repo: HELLO, number: 2, as: "ben", body: "one" });
        control.editComment({ repo: HELLO, id, as: "ben", body: "two" });
        control.deleteComment({ repo: HELLO, id, as: "ben" });
      },
    },
    {
      when: "an issue is opened, edited, labeled, closed, reopened",
      then: [
        "issues.opened",
        "issues.edited",
        "issues.labeled",
        "issues.unlabeled",
        "issues.closed",
        "issues.reopened",
      ],
      act: ({ sandbox: { control } }) => {
        const { number } = control.createIssue({ repo: HELLO, as: "nova", title: "An issue" });
        const at = { repo: HELLO, number, as: "ada" };
        control.edit({ ...at, title: "The issue" });
        control.addLabel({ ...at, label: "kind/bug" });
        control.removeLabel({ ...at, label: "kind/bug" });
        control.setState({ ...at, state: "closed" });
        control.setState({ ...at, state: "open" });
      },
    },
    {
      when: "a pull request goes its way",
      then: [
        "push",
        "pull_request.opened",
        "push",
        "pull_request.synchronize",
        "pull_request.edited",
        "pull_request.labeled",
        "pull_request.unlabeled",
        "pull_request.converted_to_draft",
        "pull_request.ready_for_review",
        "pull_request.closed",
        "pull_request.reopened",
        "pull_request.closed",
        "push",
      ],
      act: async ({ sandbox: { control } }) => {
        const { number } = await control.createPull({
          repo: HELLO,
          as: "ben",
          title: "A way",
          branch: "way",
          files: { "way.md": "1\n" },
        });
        const at = { repo: HELLO, number, as: "ben" };
        await control.pushToPull({ ...at, files: { "way.md": "2\n" }, message: "More" });
        control.edit({ ...at, body: "with words" });
        control.addLabel({ ...at, label: "lgtm" });
        control.removeLabel({ ...at, label: "lgtm" });
        control.setDraft({ ...at, draft: true });
        control.setDraft({ ...at, draft: false });
        control.setState({ ...at, state: "closed" });
        control.setState({ ...at, state: "open" });
        await control.merge(at);
      },
    },
    {
      when: "a pull request is reviewed",
      then: ["pull_request_review.submitted", "pull_request_review_comment.created"],
      act: ({ sandbox: { control } }) =>
        control.review({
          repo: HELLO,
          number: 3,
          as: "ben",
          verdict: "REQUEST_CHANGES",
          body: "no",
          comments: [{ path: "lib/greetings.sh", line: 3, body: "here" }],
        }),
    },
    {
      when: "somebody is assigned and asked for a review",
      then: ["pull_request.assigned", "pull_request.unassigned", "pull_request.review_requested"],
      act: async ({ ask }) => {
        await ask(`/repos/${HELLO}/issues/2/assignees`, { method: "POST", body: { assignees: ["ben"] } });
        await ask(`/repos/${HELLO}/issues/2/assignees`, { method: "DELETE", body: { assignees: ["ben"] } });
        await ask(`/repos/${HELLO}/pulls/2/requested_reviewers`, { method: "POST", body: { reviewers: ["chidi"] } });
      },
    },
    {
      when: "a status is set",
      then: ["status"],
      act: async ({ ask, sandbox: { control } }) => {
        const sha = control.snapshot({ repo: HELLO, number: 2 }).pull?.head;
        await ask(`/repos/${HELLO}/statuses/${sha}`, { method: "POST", body: { state: "success", context: "unit" } });
      },
    },
    {
      when: "a check run is made and completed",
      then: ["check_run.created", "check_run.completed"],
      act: async ({ ask, installationToken, sandbox: { control } }) => {
        const token = await installationToken();
        const head_sha = control.snapshot({ repo: HELLO, number: 2 }).pull?.head;
        const { json } = await ask(`/repos/${HELLO}/check-runs`, {
          method: "POST",
          token,
          body: { name: "c", head_sha },
        });
        await ask(`/repos/${HELLO}/check-runs/${String(json.id)}`, {
          method: "PATCH",
          token,
          body: { conclusion: "failure" },
        });
      },
    },
    {
      when: "a label is made, changed and deleted",
      then: ["label.created", "label.edited", "label.deleted"],
      act: async ({ ask }) => {
        await ask(`/repos/${HELLO}/labels`, { method: "POST", body: { name: "odd", color: "00ff00" } });
        await ask(`/repos/${HELLO}/labels/odd`, { method: "PATCH", body: { color: "ff0000" } });
        await ask(`/repos/${HELLO}/labels/odd`, { method: "DELETE" });
      },
    },
    {
      when: "a repository gets a hook",
      then: ["ping"],
      act: async ({ ask, url }) => {
        await ask(`/repos/${HARBOR}/hooks`, {
          method: "POST",
          body: { config: { url, secret: SECRET }, events: ["issues"] },
        });
      },
    },
  ];

  for (const { when, act, then } of ROWS)
    it(`when ${when}`, async () => {
      await act(bench);
      const all = await sent();
      expect(names(all)).toEqual(then);
      expect(all.flatMap(({ event, payload }) => unlikeGitHub(event, payload))).toEqual([]);
    });
});

describe("details that plugins decide on", () => {
  it("a push lists its commits with the paths that they touch", async () => {
    const before = await bench.sandbox.control.branch(HELLO, "main");
    const after = await bench.sandbox.control.push({
      repo: HELLO,
      as: "ada",
      branch: "main",
      message: "Move",
      files: { "docs/usage.md": null, "docs/use.md": "# Use\n", "README.md": "# hello\n" },
    });
    const push = (await sent()).find((one) => one.event === "push");
    expect(push?.payload).toMatchObject({
      ref: "refs/heads/main",
      before,
      after,
      created: false,
      deleted: false,
      forced: false,
      pusher: { name: "ada" },
      repository: { owner: { name: "cutwater-demo", login: "cutwater-demo" } },
      commits: [{ id: after, added: ["docs/use.md"], removed: ["docs/usage.md"], modified: ["README.md"] }],
      head_commit: { id: after },
    });
  });

  it("a deleted branch says so with forty zeros, and closes its pull request", async () => {
    const { number } = await bench.sandbox.control.createPull({
      repo: HELLO,
      as: "ben",
      title: "Gone",
      branch: "gone",
      files: { "g.md": "g\n" },
    });
    await sent();
    bench.received.length = 0;
    await bench.ask(`/repos/${HELLO}/git/refs/heads/gone`, { method: "DELETE" });
    const all = await sent();
    expect(names(all)).toEqual(["push", "pull_request.closed"]);
    expect(all[0]?.payload).toMatchObject({
      ref: "refs/heads/gone",
      after: "0".repeat(40),
      deleted: true,
      commits: [],
      head_commit: null,
    });
    expect(bench.sandbox.control.snapshot({ repo: HELLO, number }).state).toBe("closed");
  });

  it("retargeting tells where the base was; synchronize tells both heads", async () => {
    const { control } = bench.sandbox;
    const { number, sha } = await control.createPull({
      repo: HARBOR,
      as: "dana",
      title: "Retarget",
      branch: "retarget",
      files: { "r.md": "r\n" },
    });
    await bench.ask(`/repos/${HARBOR}/pulls/${number}`, { method: "PATCH", body: { base: "release-1.0" } });
    const after = await control.pushToPull({
      repo: HARBOR,
      number,
      as: "dana",
      files: { "r.md": "s\n" },
      message: "s",
    });
    const all = await sent();
    const edited = all.find(({ payload }) => payload.action === "edited");
    expect(edited?.payload).toMatchObject({
      changes: { base: { ref: { from: "main" }, sha: { from: expect.any(String) as string } } },
    });
    const moved = all.find(({ payload }) => payload.action === "synchronize");
    expect(moved?.payload).toMatchObject({
      before: sha,
      after,
      pull_request: { head: { sha: after }, mergeable: null },
    });
  });

  it("edits carry what was there before", async () => {
    const { id } = bench.sandbox.control.comment({ repo: HELLO, number: 2, as: "ben", body: "was" });
    bench.sandbox.control.editComment({ repo: HELLO, id, as: "ada", body: "is" });
    const edited = (await sent()).at(-1);
    expect(edited?.payload).toMatchObject({
      changes: { body: { from: "was" } },
      comment: { body: "is", user: { login: "ben" } },
      sender: { login: "ada" },
    });
  });
});
