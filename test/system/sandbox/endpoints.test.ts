/** Every operation answers as GitHub describes it: its status, and a body that fits the published schema. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routes } from "../../../sandbox/rest/index.ts";
import { OPERATIONS } from "../../../sandbox/openapi/operations.ts";
import { type Bench, HARBOR, HELLO, type Json, startBench } from "./harness.ts";

let bench: Bench;
let installation = "";
/** Ids that rows need: filled by earlier rows and by the set-up. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  bench = await startBench();
  installation = await bench.installationToken();
  const { control } = bench.sandbox;
  const { sha } = await control.createPull({
    repo: HELLO,
    as: "ben",
    title: "Rows",
    files: { "rows.md": "# Rows\n" },
    branch: "rows",
  });
  Object.assign(ids, { sha, pull: "6" });
  const { json } = await bench.ask("/orgs/cutwater-demo/installation", { token: bench.jwt() });
  ids.installation = String(json.id);
  const run = { repo: HELLO, sha, branch: "rows", actor: "ben", status: "completed" };
  ids.run = String(control.workflowRun({ ...run, conclusion: "action_required" }).id);
  ids.failedRun = String(control.workflowRun({ ...run, conclusion: "failure" }).id);
  const teams: unknown = JSON.parse((await bench.ask("/orgs/cutwater-demo/teams")).text);
  ids.team = String((teams as Json[])[0]?.id);
  const { commit } = (await bench.ask(`/repos/${HELLO}/branches/main`)).json as {
    commit: { sha: string; commit: { tree: { sha: string } } };
  };
  Object.assign(ids, { main: commit.sha, tree: commit.commit.tree.sha });
  const { json: readme } = await bench.ask(`/repos/${HELLO}/contents/README.md`);
  ids.blob = String(readme.sha);
  control.comment({ repo: HELLO, number: 6, as: "ben", body: "something" });
  control.createRuleset({ repo: HELLO, branches: ["ruled"], contexts: ["x"], reviews: 1, mergeQueue: true });
  await control.settled();
  await bench.ask("/app/hook/config", { token: bench.jwt() });
  ids.delivery = String(control.deliveries()[0]?.id);
}, 60_000);
afterAll(() => bench.end());

interface Row {
  /** GitHub's operation. */
  readonly op: string;
  /** Path with `<id>` for what is known by then. */
  readonly path: string;
  readonly status: number;
  readonly as?: "owner" | "app" | "installation" | "nobody";
  readonly body?: unknown;
  /** Keeps a member of the answer under a name. */
  readonly keep?: readonly [name: string, member: string];
}

const R = "/repos/{owner}/{repo}";
const hello = `/repos/${HELLO}`;
const issue = `${hello}/issues/<pull>`;
const pull = `${hello}/pulls/<pull>`;

const ROWS: readonly Row[] = [
  { op: "GET /app", path: "/app", status: 200, as: "app" },
  { op: "GET /app/hook/config", path: "/app/hook/config", status: 200, as: "app" },
  { op: "PATCH /app/hook/config", path: "/app/hook/config", status: 200, as: "app", body: { content_type: "json" } },
  { op: "GET /app/hook/deliveries", path: "/app/hook/deliveries?per_page=5", status: 200, as: "app" },
  { op: "GET /app/hook/deliveries/{delivery_id}", path: "/app/hook/deliveries/<delivery>", status: 200, as: "app" },
  {
    op: "POST /app/hook/deliveries/{delivery_id}/attempts",
    path: "/app/hook/deliveries/<delivery>/attempts",
    status: 202,
    as: "app",
  },
  { op: "GET /app/installations", path: "/app/installations", status: 200, as: "app" },
  { op: "GET /app/installations/{installation_id}", path: "/app/installations/<installation>", status: 200, as: "app" },
  {
    op: "POST /app/installations/{installation_id}/access_tokens",
    path: "/app/installations/<installation>/access_tokens",
    status: 201,
    as: "app",
    body: { repositories: ["hello"], permissions: { contents: "read" } },
  },
  { op: "GET /orgs/{org}/installation", path: "/orgs/cutwater-demo/installation", status: 200, as: "app" },
  { op: "GET /users/{username}/installation", path: "/users/cutwater-demo/installation", status: 200, as: "app" },
  { op: `GET ${R}/installation`, path: `${hello}/installation`, status: 200, as: "app" },
  { op: "GET /installation/repositories", path: "/installation/repositories", status: 200, as: "installation" },
  { op: "GET /meta", path: "/meta", status: 200, as: "nobody" },
  { op: "GET /rate_limit", path: "/rate_limit", status: 200 },
  {
    op: "GET /search/issues",
    path: "/search/issues?q=type:pr+is:open+org:cutwater-demo+author:ben&sort=updated",
    status: 200,
  },
  { op: "GET /user", path: "/user", status: 200 },
  { op: "GET /user/repos", path: "/user/repos?visibility=private&per_page=100&page=1", status: 200 },
  { op: "GET /users/{username}", path: "/users/ben", status: 200 },
  { op: "GET /users/{username}/repos", path: "/users/mallory/repos", status: 200 },
  { op: "GET /orgs/{org}", path: "/orgs/cutwater-demo", status: 200 },
  { op: "GET /orgs/{org}/members", path: "/orgs/cutwater-demo/members?role=admin", status: 200 },
  { op: "GET /orgs/{org}/members/{username}", path: "/orgs/cutwater-demo/members/ben", status: 204 },
  { op: "GET /orgs/{org}/memberships/{username}", path: "/orgs/cutwater-demo/memberships/ben", status: 200 },
  { op: "GET /orgs/{org}/repos", path: "/orgs/cutwater-demo/repos", status: 200 },
  { op: "GET /orgs/{org}/teams", path: "/orgs/cutwater-demo/teams", status: 200 },
  { op: "GET /orgs/{org}/teams/{team_slug}", path: "/orgs/cutwater-demo/teams/release-managers", status: 200 },
  {
    op: "GET /orgs/{org}/teams/{team_slug}/members",
    path: "/orgs/cutwater-demo/teams/release-managers/members",
    status: 200,
  },
  {
    op: "GET /orgs/{org}/teams/{team_slug}/memberships/{username}",
    path: "/orgs/cutwater-demo/teams/release-managers/memberships/ben",
    status: 200,
  },
  { op: "GET /teams/{team_id}/members", path: "/teams/<team>/members", status: 200 },
  { op: "GET /teams/{team_id}/memberships/{username}", path: "/teams/<team>/memberships/ben", status: 200 },
  { op: `GET ${R}`, path: hello, status: 200 },
  { op: `GET ${R}/collaborators`, path: `/repos/${HARBOR}/collaborators`, status: 200 },
  { op: `GET ${R}/collaborators/{username}`, path: `/repos/${HARBOR}/collaborators/dana`, status: 204 },
  {
    op: `GET ${R}/collaborators/{username}/permission`,
    path: `/repos/${HARBOR}/collaborators/dana/permission`,
    status: 200,
  },
  { op: `GET ${R}/assignees`, path: `${hello}/assignees`, status: 200 },
  { op: `GET ${R}/assignees/{assignee}`, path: `${hello}/assignees/ben`, status: 204 },
  { op: `GET ${R}/branches`, path: `${hello}/branches`, status: 200 },
  { op: `GET ${R}/branches/{branch}`, path: `${hello}/branches/main`, status: 200 },
  { op: `GET ${R}/branches/{branch}/protection`, path: `${hello}/branches/main/protection`, status: 404 },
  { op: `GET ${R}/rules/branches/{branch}`, path: `${hello}/rules/branches/ruled`, status: 200 },
  { op: `GET ${R}/labels`, path: `${hello}/labels?per_page=100`, status: 200 },
  {
    op: `POST ${R}/labels`,
    path: `${hello}/labels`,
    status: 201,
    body: { name: "kind/odd one", color: "ff0000", description: "odd" },
  },
  { op: `GET ${R}/labels/{name}`, path: `${hello}/labels/kind%2Fodd%20one`, status: 200 },
  {
    op: `PATCH ${R}/labels/{name}`,
    path: `${hello}/labels/kind%2Fodd%20one`,
    status: 200,
    body: { new_name: "kind/odd" },
  },
  { op: `DELETE ${R}/labels/{name}`, path: `${hello}/labels/kind%2Fodd`, status: 204 },
  { op: `POST ${R}/milestones`, path: `${hello}/milestones`, status: 201, body: { title: "v1.0" } },
  { op: `GET ${R}/milestones`, path: `${hello}/milestones`, status: 200 },
  { op: `GET ${R}/issues`, path: `${hello}/issues?state=all&labels=kind/feature`, status: 200 },
  {
    op: `POST ${R}/issues`,
    path: `${hello}/issues`,
    status: 201,
    body: { title: "New", labels: ["kind/bug"], assignees: ["ben"] },
    keep: ["issue", "number"],
  },
  { op: `GET ${R}/issues/{issue_number}`, path: `${hello}/issues/<issue>`, status: 200 },
  {
    op: `PATCH ${R}/issues/{issue_number}`,
    path: `${hello}/issues/<issue>`,
    status: 200,
    body: { state: "closed", state_reason: "not_planned", milestone: 1, body: "done" },
  },
  {
    op: `POST ${R}/issues/{issue_number}/assignees`,
    path: `${issue}/assignees`,
    status: 201,
    body: { assignees: ["chidi", "mallory"] },
  },
  {
    op: `DELETE ${R}/issues/{issue_number}/assignees`,
    path: `${issue}/assignees`,
    status: 200,
    body: { assignees: ["chidi"] },
  },
  {
    op: `POST ${R}/issues/{issue_number}/comments`,
    path: `${issue}/comments`,
    status: 201,
    as: "installation",
    body: { body: "hello" },
    keep: ["comment", "id"],
  },
  { op: `GET ${R}/issues/{issue_number}/comments`, path: `${issue}/comments`, status: 200 },
  { op: `GET ${R}/issues/comments`, path: `${hello}/issues/comments?sort=created`, status: 200 },
  { op: `GET ${R}/issues/comments/{comment_id}`, path: `${hello}/issues/comments/<comment>`, status: 200 },
  {
    op: `PATCH ${R}/issues/comments/{comment_id}`,
    path: `${hello}/issues/comments/<comment>`,
    status: 200,
    as: "installation",
    body: { body: "bye" },
  },
  {
    op: `POST ${R}/issues/comments/{comment_id}/reactions`,
    path: `${hello}/issues/comments/<comment>/reactions`,
    status: 201,
    body: { content: "heart" },
  },
  {
    op: `DELETE ${R}/issues/comments/{comment_id}`,
    path: `${hello}/issues/comments/<comment>`,
    status: 204,
    as: "installation",
  },
  {
    op: `POST ${R}/issues/{issue_number}/labels`,
    path: `${issue}/labels`,
    status: 200,
    body: { labels: ["kind/bug", "lgtm"] },
  },
  { op: `GET ${R}/issues/{issue_number}/labels`, path: `${issue}/labels`, status: 200 },
  { op: `GET ${R}/issues/{issue_number}/events`, path: `${issue}/events`, status: 200 },
  { op: `GET ${R}/issues/events`, path: `${hello}/issues/events?per_page=100`, status: 200 },
  { op: `DELETE ${R}/issues/{issue_number}/labels/{name}`, path: `${issue}/labels/kind%2Fbug`, status: 200 },
  { op: `PUT ${R}/issues/{issue_number}/labels`, path: `${issue}/labels`, status: 200, body: { labels: ["approved"] } },
  { op: `DELETE ${R}/issues/{issue_number}/labels`, path: `${issue}/labels`, status: 204 },
  { op: `POST ${R}/issues/{issue_number}/reactions`, path: `${issue}/reactions`, status: 201, body: { content: "+1" } },
  { op: `GET ${R}/pulls`, path: `${hello}/pulls?state=all&head=cutwater-demo:rows`, status: 200 },
  { op: `POST ${R}/git/refs`, path: `${hello}/git/refs`, status: 201, body: { ref: "refs/heads/again", sha: "<sha>" } },
  {
    op: `POST ${R}/pulls`,
    path: `${hello}/pulls`,
    status: 201,
    body: { title: "Again", head: "again", base: "main" },
    keep: ["second", "number"],
  },
  { op: `GET ${R}/pulls/{pull_number}`, path: pull, status: 200 },
  { op: `PATCH ${R}/pulls/{pull_number}`, path: pull, status: 200, body: { title: "Rows of rows", body: "b" } },
  { op: `GET ${R}/pulls/{pull_number}/commits`, path: `${pull}/commits`, status: 200 },
  { op: `GET ${R}/pulls/{pull_number}/files`, path: `${pull}/files?per_page=100`, status: 200 },
  { op: `GET ${R}/pulls/{pull_number}/merge`, path: `${pull}/merge`, status: 404 },
  {
    op: `POST ${R}/pulls/{pull_number}/requested_reviewers`,
    path: `${pull}/requested_reviewers`,
    status: 201,
    body: { reviewers: ["chidi"], team_reviewers: ["hello-maintainers"] },
  },
  { op: `GET ${R}/pulls/{pull_number}/requested_reviewers`, path: `${pull}/requested_reviewers`, status: 200 },
  {
    op: `DELETE ${R}/pulls/{pull_number}/requested_reviewers`,
    path: `${pull}/requested_reviewers`,
    status: 200,
    body: { reviewers: ["chidi"] },
  },
  {
    op: `POST ${R}/pulls/{pull_number}/reviews`,
    path: `${pull}/reviews`,
    status: 200,
    body: { event: "APPROVE", body: "fine" },
    keep: ["review", "id"],
  },
  { op: `GET ${R}/pulls/{pull_number}/reviews`, path: `${pull}/reviews`, status: 200 },
  {
    op: `PUT ${R}/pulls/{pull_number}/reviews/{review_id}/dismissals`,
    path: `${pull}/reviews/<review>/dismissals`,
    status: 200,
    body: { message: "old" },
  },
  {
    op: `POST ${R}/pulls/{pull_number}/comments`,
    path: `${pull}/comments`,
    status: 201,
    body: { body: "here", path: "rows.md", line: 1, commit_id: "<sha>" },
    keep: ["lineComment", "id"],
  },
  {
    op: `PATCH ${R}/pulls/comments/{comment_id}`,
    path: `${hello}/pulls/comments/<lineComment>`,
    status: 200,
    body: { body: "there" },
  },
  {
    op: `POST ${R}/pulls/comments/{comment_id}/reactions`,
    path: `${hello}/pulls/comments/<lineComment>/reactions`,
    status: 201,
    body: { content: "heart" },
  },
  { op: `GET ${R}/pulls/comments`, path: `${hello}/pulls/comments?sort=updated&direction=asc`, status: 200 },
  { op: `GET ${R}/pulls/{pull_number}/comments`, path: `${pull}/comments`, status: 200 },
  { op: `GET ${R}/commits`, path: `${hello}/commits?sha=rows&per_page=2`, status: 200 },
  { op: `GET ${R}/commits/{ref}`, path: `${hello}/commits/rows`, status: 200 },
  {
    op: `POST ${R}/statuses/{sha}`,
    path: `${hello}/statuses/<sha>`,
    status: 201,
    as: "installation",
    body: { state: "pending", context: "unit", description: "d", target_url: "https://x.example/1" },
  },
  { op: `GET ${R}/commits/{ref}/status`, path: `${hello}/commits/<sha>/status?per_page=100`, status: 200 },
  { op: `GET ${R}/commits/{ref}/statuses`, path: `${hello}/commits/<sha>/statuses`, status: 200 },
  { op: `GET ${R}/commits/{commit_sha}/pulls`, path: `${hello}/commits/<sha>/pulls`, status: 200 },
  {
    op: `POST ${R}/check-runs`,
    path: `${hello}/check-runs`,
    status: 201,
    as: "installation",
    body: { name: "check", head_sha: "<sha>", status: "in_progress" },
    keep: ["check", "id"],
  },
  { op: `GET ${R}/check-runs/{check_run_id}`, path: `${hello}/check-runs/<check>`, status: 200 },
  {
    op: `PATCH ${R}/check-runs/{check_run_id}`,
    path: `${hello}/check-runs/<check>`,
    status: 200,
    as: "installation",
    body: { conclusion: "success", output: { title: "t", summary: "s" } },
  },
  { op: `GET ${R}/commits/{ref}/check-runs`, path: `${hello}/commits/<sha>/check-runs`, status: 200 },
  { op: `GET ${R}/compare/{basehead}`, path: `${hello}/compare/main...rows`, status: 200 },
  { op: `GET ${R}/contents/{path}`, path: `${hello}/contents/test`, status: 200 },
  {
    op: `PUT ${R}/contents/{path}`,
    path: `${hello}/contents/docs/new.md`,
    status: 201,
    body: { message: "m", content: "aGk=", branch: "again" },
  },
  { op: `GET ${R}/git/ref/{ref}`, path: `${hello}/git/ref/heads/main`, status: 200 },
  { op: `GET ${R}/git/matching-refs/{ref}`, path: `${hello}/git/matching-refs/heads/ma`, status: 200 },
  {
    op: `POST ${R}/git/blobs`,
    path: `${hello}/git/blobs`,
    status: 201,
    body: { content: "hi", encoding: "utf-8" },
    keep: ["newBlob", "sha"],
  },
  { op: `GET ${R}/git/blobs/{file_sha}`, path: `${hello}/git/blobs/<blob>`, status: 200 },
  {
    op: `POST ${R}/git/trees`,
    path: `${hello}/git/trees`,
    status: 201,
    body: { base_tree: "<tree>", tree: [{ path: "hi.txt", mode: "100644", type: "blob", sha: "<newBlob>" }] },
    keep: ["newTree", "sha"],
  },
  { op: `GET ${R}/git/trees/{tree_sha}`, path: `${hello}/git/trees/main?recursive=1`, status: 200 },
  {
    op: `POST ${R}/git/commits`,
    path: `${hello}/git/commits`,
    status: 201,
    body: { message: "m", tree: "<newTree>", parents: ["<main>"] },
    keep: ["newCommit", "sha"],
  },
  { op: `GET ${R}/git/commits/{commit_sha}`, path: `${hello}/git/commits/<newCommit>`, status: 200 },
  {
    op: `PATCH ${R}/git/refs/{ref}`,
    path: `${hello}/git/refs/heads/again`,
    status: 200,
    body: { sha: "<newCommit>", force: true },
  },
  { op: `GET ${R}/tarball/{ref}`, path: `${hello}/tarball/main`, status: 302 },
  {
    op: `PUT ${R}/pulls/{pull_number}/merge`,
    path: `${hello}/pulls/<second>/merge`,
    status: 200,
    body: { merge_method: "squash" },
  },
  { op: `DELETE ${R}/git/refs/{ref}`, path: `${hello}/git/refs/heads/again`, status: 204 },
  { op: `GET ${R}/actions/runs`, path: `${hello}/actions/runs?head_sha=<sha>&status=action_required`, status: 200 },
  { op: `GET ${R}/actions/runs/{run_id}`, path: `${hello}/actions/runs/<run>`, status: 200 },
  { op: `POST ${R}/actions/runs/{run_id}/approve`, path: `${hello}/actions/runs/<run>/approve`, status: 201 },
  {
    op: `POST ${R}/actions/runs/{run_id}/rerun-failed-jobs`,
    path: `${hello}/actions/runs/<failedRun>/rerun-failed-jobs`,
    status: 201,
    as: "installation",
  },
  { op: `POST ${R}/actions/runs/{run_id}/rerun`, path: `${hello}/actions/runs/<failedRun>/rerun`, status: 403 },
  {
    op: `POST ${R}/hooks`,
    path: `${hello}/hooks`,
    status: 201,
    body: { config: { url: "http://127.0.0.1:9/none", secret: "s" }, events: ["push"] },
    keep: ["hook", "id"],
  },
  { op: `GET ${R}/hooks`, path: `${hello}/hooks`, status: 200 },
  { op: `GET ${R}/hooks/{hook_id}/deliveries`, path: `${hello}/hooks/<hook>/deliveries`, status: 200 },
  {
    op: `POST ${R}/hooks/{hook_id}/deliveries/{delivery_id}/attempts`,
    path: `${hello}/hooks/<hook>/deliveries/1/attempts`,
    status: 404,
  },
  {
    op: "POST /app-manifests/{code}/conversions",
    path: "/app-manifests/unknown/conversions",
    status: 404,
    as: "nobody",
  },
  { op: "DELETE /installation/token", path: "/installation/token", status: 204, as: "installation" },
];

const filled = (text: string): string => text.replace(/<(\w+)>/g, (_, name: string) => ids[name] ?? `unknown-${name}`);

describe("each operation", () => {
  for (const row of ROWS)
    it(`${row.op}: ${row.status}`, async () => {
      bench.sandbox.control.journal.clear();
      const token = { owner: undefined, app: bench.jwt(), installation, nobody: null }[row.as ?? "owner"];
      const answer = await bench.ask(filled(row.path), {
        method: row.op.split(" ")[0] ?? "GET",
        ...(token === undefined ? {} : { token }),
        ...(row.body === undefined ? {} : { body: filled(JSON.stringify(row.body)) }),
      });
      expect(answer.status, answer.text).toBe(row.status);
      if (row.keep) ids[row.keep[0]] = String(answer.json[row.keep[1]]);
      await new Promise((resolve) => setImmediate(resolve));
      expect(bench.sandbox.control.journal.violations).toEqual([]);
      expect(bench.sandbox.control.journal.counts[row.op]).toBeGreaterThan(0);
    });

  it("is in the table, in the cut-out and served", () => {
    const served = Object.keys(routes).sort();
    expect(ROWS.map((row) => row.op).sort()).toEqual(served);
    expect([...OPERATIONS].sort()).toEqual(served);
  });
});
