/** Every route as a stranger meets it who asks for what is private: the table names each, so none is forgotten. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { api } from "../../../src/routes/api.ts";
import { buildMetrics } from "../../../src/routes/build-metrics.ts";
import { artifacts } from "../../../src/routes/artifacts.ts";
import { auth } from "../../../src/routes/auth.ts";
import { config } from "../../../src/routes/config.ts";
import { deck } from "../../../src/routes/deck.ts";
import { deckConfig } from "../../../src/routes/deck-config.ts";
import { deckLinks } from "../../../src/routes/deck-links.ts";
import { dashboard } from "../../../src/routes/dashboard.ts";
import { gangway } from "../../../src/routes/gangway.ts";
import { openapi } from "../../../src/routes/openapi.ts";
import { history } from "../../../src/routes/history.ts";
import { hook } from "../../../src/routes/hook.ts";
import { metrics } from "../../../src/routes/metrics.ts";
import { pull } from "../../../src/routes/pull.ts";
import { runner } from "../../../src/routes/runner.ts";
import { webhookSecrets } from "../../../src/routes/webhook-secrets.ts";
import { setup } from "../../../src/routes/setup.ts";
import { tide } from "../../../src/routes/tide.ts";
import { velodrome } from "../../../src/routes/velodrome.ts";
import { velodromeEmbed } from "../../../src/routes/velodrome-embed.ts";
import { velodromePanels } from "../../../src/routes/velodrome-panels.ts";
import { velodromeReports } from "../../../src/routes/velodrome-reports.ts";
import { velodromeImport } from "../../../src/routes/velodrome-import.ts";
import { velodromeSeries } from "../../../src/routes/velodrome-series.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import { storagePath } from "../../../src/jobs/paths.ts";
import { completed, finishReport, jobStub, prowJob, startQueued } from "../jobs/support.ts";
import { addDelivery, addRepository, as, call, gitHub } from "./harness.ts";

/** A word that no answer to a stranger may hold. */
const PRIVATE = "sunken-treasure";
const GUID = "guid-of-sunken";
let id = "";
let build = "";

beforeAll(async () => {
  await addRepository(`harbor/${PRIVATE}`, true);
  await addDelivery(GUID, "harbor", PRIVATE, `harbor/${PRIVATE}#5`);
  const refs = { org: "harbor", repo: PRIVATE, base_ref: "main", base_sha: "b".repeat(40) };
  const job = prowJob({ type: "postsubmit", job: `post-${PRIVATE}`, refs });
  id = job.metadata.name;
  await startQueued(job);
  const assignment: Assignment = JSON.parse((await jobStub(id).claim("r"))?.assignment ?? "null");
  build = assignment.buildId;
  await jobStub(id).appendLog(assignment.token, 0, new TextEncoder().encode(`${PRIVATE}\n`));
  await jobStub(id).finish(assignment.token, finishReport({ logBytes: PRIVATE.length + 1 }));
  await completed(id);
  await env.ARTIFACTS.put(`${storagePath(job.spec, assignment.buildId)}/artifacts/a.txt`, PRIVATE);
});

afterEach(() => void vi.unstubAllGlobals());

interface Row {
  /** Where `ID` and `GUID` stand for a private repository's job and delivery. */
  readonly path: string;
  /** What a stranger gets: 404 for what is not theirs to see; lists answer 200 without it. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What somebody gets whom GitHub shows nothing, where it is not the same. */
  readonly user?: number;
}

const TABLE: Readonly<Record<string, Row>> = {
  "GET /": { path: "/", status: 200 },
  "GET /jobs/:id": { path: "/jobs/ID", status: 404 },
  "GET /jobs/:id/log": { path: "/jobs/ID/log", status: 404 },
  "GET /jobs/:id/log/stream": { path: "/jobs/ID/log/stream", status: 404, headers: { upgrade: "websocket" } },
  "GET /jobs/:id/artifacts/": { path: "/jobs/ID/artifacts/", status: 404 },
  "GET /jobs/:id/artifacts/*": { path: "/jobs/ID/artifacts/artifacts/a.txt", status: 404 },
  "GET /deliveries": { path: "/deliveries", status: 200 },
  "GET /deliveries/:guid": { path: "/deliveries/GUID", status: 404 },
  "GET /command-help": { path: `/command-help?repo=harbor/${PRIVATE}`, status: 404 },
  "GET /plugin-help": { path: "/plugin-help", status: 200 },
  "GET /plugin-help.js": { path: "/plugin-help.js", status: 200 },
  "GET /plugins": { path: "/plugins", status: 200 },
  "GET /pr": { path: "/pr", status: 200 },
  "GET /pr/:org/:repo/:number": { path: `/pr/harbor/${PRIVATE}/5`, status: 404 },
  "POST /pr/:org/:repo/:number": { path: `/pr/harbor/${PRIVATE}/5`, status: 404, body: "comment=/hold" },
  "POST /api/explain": {
    path: "/api/explain",
    status: 404,
    body: `{"repo":"harbor/${PRIVATE}","number":5,"comment":"/hold"}`,
  },
  "GET /job-history/:path{.+}": { path: `/job-history/post-${PRIVATE}`, status: 200 },
  "GET /pr-history": { path: `/pr-history?org=harbor&repo=${PRIVATE}&pr=5`, status: 404 },
  "GET /pr-history/": { path: `/pr-history/?org=harbor&repo=${PRIVATE}&pr=5`, status: 404 },
  "GET /configured-jobs": { path: "/configured-jobs", status: 200 },
  "GET /configured-jobs/": { path: "/configured-jobs/", status: 200 },
  "GET /configured-jobs/:org": { path: "/configured-jobs/harbor", status: 404 },
  "GET /configured-jobs/:org/:repo": { path: `/configured-jobs/harbor/${PRIVATE}`, status: 404 },
  "GET /tide": { path: "/tide", status: 200 },
  "GET /tide.js": { path: "/tide.js", status: 200 },
  "GET /tide-history": { path: "/tide-history", status: 200 },
  "GET /tide-history.js": { path: "/tide-history.js", status: 200 },
  "POST /tide/pause": { path: "/tide/pause", status: 404, body: `pool=harbor/${PRIVATE}@main&paused=true` },
  "GET /velodrome/mirrors": { path: "/velodrome/mirrors", status: 200 },
  "GET /api/velodrome": { path: "/api/velodrome", status: 200 },
  "GET /api/velodrome/:org/:repo": { path: `/api/velodrome/harbor/${PRIVATE}`, status: 404 },
  "POST /api/velodrome/:org/:repo": { path: `/api/velodrome/harbor/${PRIVATE}`, status: 401, user: 403, body: "{}" },
  "GET /api/velodrome/:org/:repo/:kind{issues|events|comments}": {
    path: `/api/velodrome/harbor/${PRIVATE}/issues`,
    status: 404,
  },
  "GET /api/velodrome/:org/:repo/points": { path: `/api/velodrome/harbor/${PRIVATE}/points`, status: 404 },
  "POST /api/velodrome/:org/:repo/import": {
    path: `/api/velodrome/harbor/${PRIVATE}/import`,
    status: 401,
    user: 403,
    body: "{}",
  },
  "GET /api/velodrome/metrics": { path: "/api/velodrome/metrics", status: 200 },
  "GET /velodrome/reports": { path: "/velodrome/reports", status: 200 },
  "GET /velodrome/reports/:week{\\d{4}-W\\d{2}\\.md}": {
    path: `/velodrome/reports/2026-W47.md?repo=harbor/${PRIVATE}`,
    status: 404,
  },
  "GET /velodrome/reports/:week{\\d{4}-W\\d{2}}": {
    path: `/velodrome/reports/2026-W47?repo=harbor/${PRIVATE}`,
    status: 404,
  },
  "GET /velodrome": { path: "/velodrome", status: 200 },
  "GET /velodrome/:dashboard": { path: `/velodrome/velocity?repo=harbor/${PRIVATE}`, status: 404 },
  "GET /velodrome/:dashboard/:panel": { path: `/velodrome/velocity/merge-rate?repo=harbor/${PRIVATE}`, status: 404 },
  "GET /velodrome/:dashboard/:panel/data.json": {
    path: `/velodrome/velocity/merge-rate/data.json?repo=harbor/${PRIVATE}`,
    status: 404,
  },
  "GET /velodrome/:dashboard/:panel/data.csv": {
    path: `/velodrome/velocity/merge-rate/data.csv?repo=harbor/${PRIVATE}`,
    status: 404,
  },
  "GET /embed/:dashboard/:panel": {
    path: `/embed/velocity/merge-rate?repo=harbor/${PRIVATE}&key=00000000000000000000000000000000`,
    status: 404,
  },
  "GET /embed/:dashboard/:panel/data.json": {
    path: `/embed/velocity/merge-rate/data.json?repo=harbor/${PRIVATE}`,
    status: 404,
  },
  "GET /embed/:dashboard/:panel/data.csv": {
    path: `/embed/velocity/merge-rate/data.csv?repo=harbor/${PRIVATE}`,
    status: 404,
  },
  "GET /api/velodrome/series": {
    path: `/api/velodrome/series?metric=merge&repository=harbor/${PRIVATE}`,
    status: 404,
  },
  "GET /clusters": { path: "/clusters", status: 404 },
  "GET /plugin-config": { path: "/plugin-config", status: 404 },
  "POST /v1/executions": { path: "/v1/executions", status: 401, body: "{}" },
  "POST /v1/bulk-job-status-update": { path: "/v1/bulk-job-status-update", status: 401, body: "{}" },
  "GET /v1/executions": { path: `/v1/executions?job_name=post-${PRIVATE}`, status: 401 },
  "GET /v1/executions/:id": { path: "/v1/executions/ID", status: 401 },
  "GET /api": { path: "/api", status: 200 },
  "GET /api/openapi.json": { path: "/api/openapi.json", status: 200 },
  "GET /data.js": { path: "/data.js", status: 200 },
  "GET /prowjobs.js": { path: "/prowjobs.js", status: 200 },
  "GET /badge.svg": { path: "/badge.svg?jobs=*", status: 200 },
  "GET /log": { path: `/log?job=post-${PRIVATE}&id=BUILD`, status: 404 },
  "GET /prowjob": { path: "/prowjob?prowjob=ID", status: 404 },
  "GET /view/:path{.+}": { path: `/view/gs/b/logs/post-${PRIVATE}/BUILD`, status: 404 },
  "GET /github-login": { path: "/github-login", status: 302 },
  "GET /github-link": { path: "/github-link?dest=x/y", status: 302 },
  "GET /git-provider-link": { path: "/git-provider-link?target=pr&repo=x/y&number=1", status: 302 },
  "GET /rerun": { path: "/rerun?prowjob=ID", status: 404 },
  "POST /rerun": { path: "/rerun?prowjob=ID", status: 404 },
  "POST /abort": { path: "/abort?prowjob=ID", status: 404 },
  "GET /config": { path: "/config", status: 404 },
  "GET /api/jobs": { path: "/api/jobs", status: 200 },
  "POST /api/jobs": { path: "/api/jobs", status: 401, user: 403, body: "{}" },
  "GET /api/jobs/:id": { path: "/api/jobs/ID", status: 404 },
  "GET /api/jobs/:id/log-index": { path: "/api/jobs/ID/log-index", status: 404 },
  "POST /api/jobs/:id/:action{rerun|abort}": { path: "/api/jobs/ID/rerun", status: 404 },
  "GET /api/deliveries": { path: "/api/deliveries", status: 200 },
  "GET /api/deliveries/:guid": { path: "/api/deliveries/GUID", status: 404 },
  "POST /api/deliveries/:guid/redeliver": { path: "/api/deliveries/GUID/redeliver", status: 401, user: 403 },
  "GET /api/config": { path: "/api/config", status: 200 },
  "POST /api/config/push": { path: "/api/config/push", status: 401, user: 403 },
  "POST /api/config/diff": { path: "/api/config/diff", status: 401, user: 403 },
  "GET /api/config/diff/:id": { path: "/api/config/diff/1", status: 401, user: 403 },
  "POST /api/config/diff/:id/replay": { path: "/api/config/diff/1/replay", status: 401, user: 403 },
  "GET /config/diff/:id": { path: "/config/diff/1", status: 404 },
  "POST /api/config/confirm/:id": { path: "/api/config/confirm/1", status: 401, user: 403 },
  "GET /login": { path: "/login", status: 200, user: 303 },
  "GET /login/github": { path: "/login/github", status: 303 },
  "GET /login/callback": { path: "/login/callback?code=x&state=y", status: 400 },
  "POST /logout": { path: "/logout", status: 303 },
  "GET /admin": { path: "/admin", status: 404 },
  "POST /admin": { path: "/admin", status: 404, body: "token=wrong" },
  "GET /setup": { path: "/setup", status: 404 },
  "POST /setup": { path: "/setup", status: 404, body: "token=wrong" },
  "GET /setup/callback": { path: "/setup/callback?code=x&state=y", status: 404 },
  "GET /webhook-secrets": { path: "/webhook-secrets", status: 404 },
  "POST /webhook-secrets": { path: "/webhook-secrets", status: 404, body: '{"key":"*"}' },
  "GET /healthz": { path: "/healthz", status: 200 },
  "GET /metrics": { path: "/metrics", status: 200 },
  "GET /metrics/": { path: "/metrics/", status: 200 },
  "GET /metrics/index.json": { path: "/metrics/index.json", status: 200 },
  "GET /metrics/:file{[a-z-]+-latest\\.json}": { path: "/metrics/job-health-latest.json", status: 404 },
  "GET /metrics/:metric/:file{(?:daily|raw)-\\d{4}-\\d{2}-\\d{2}\\.json}": {
    path: "/metrics/job-health/raw-2026-01-01.json",
    status: 404,
  },
  "POST /api/metrics/run": { path: "/api/metrics/run", status: 401, user: 403 },
  "GET /runner/:cluster/connect": { path: "/runner/default/connect", status: 401 },
  "POST /runner/:cluster/ended": { path: "/runner/default/ended", status: 401, body: '{"attempts":[]}' },
  "POST /runner/:cluster/poll": { path: "/runner/default/poll", status: 401, body: "[]" },
  "PUT /runner/jobs/:id/log": { path: "/runner/jobs/ID/log?offset=0", status: 401, body: "x" },
  "POST /runner/jobs/:id/state": {
    path: "/runner/jobs/ID/state",
    status: 401,
    body: '{"seq":1,"phase":"running","at":5}',
  },
  "PUT /runner/jobs/:id/podinfo": { path: "/runner/jobs/ID/podinfo", status: 401, body: '{"pod":{},"events":[]}' },
  "POST /runner/jobs/:id/finish": { path: "/runner/jobs/ID/finish", status: 401, body: finishReport() },
  "PUT /runner/jobs/:id/artifacts/*": {
    path: "/runner/jobs/ID/artifacts/a.txt",
    status: 401,
    headers: { "content-length": "1" },
    body: "x",
  },
  "POST /runner/jobs/:id/artifacts/*": { path: "/runner/jobs/ID/artifacts/a.txt?uploads", status: 401 },
};

/** `/hook` takes any method and knows no viewers: whoever cannot sign gets nowhere (test/worker/core/hook.test.ts). */
it("the table has every route", () => {
  const apps = [
    hook,
    runner,
    api,
    config,
    deck,
    deckConfig,
    deckLinks,
    history,
    gangway,
    openapi,
    pull,
    auth,
    setup,
    webhookSecrets,
    tide,
    velodrome,
    velodromeImport,
    velodromeSeries,
    velodromeReports,
    velodromePanels,
    velodromeEmbed,
    metrics,
    buildMetrics,
    artifacts,
    dashboard,
  ];
  const routes = apps.flatMap((app) => app.routes.filter(({ method }) => method !== "ALL"));
  expect([...new Set(routes.map(({ method, path }) => `${method} ${path}`))].sort()).toEqual(Object.keys(TABLE).sort());
});

describe("a stranger, and a user whom GitHub shows nothing, ask for what is private", () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  it.each(Object.entries(TABLE))("%s", async (name, { path, status, headers = {}, body, user = status }) => {
    gitHub({});
    const [method = ""] = name.split(" ");
    const sent = { ...(name.includes("/runner/") ? {} : form), ...headers };
    const init = {
      headers: sent,
      ...(method === "GET" ? {} : { method }),
      ...(body === undefined ? {} : { body }),
    };
    const where = path.replace("ID", id).replace("GUID", GUID).replace("BUILD", build);
    for (const [login, wanted] of [
      [null, status],
      ["no-reader", user],
    ] as const) {
      const answer = await call(where, await as(login, init));
      expect([login, answer.status]).toEqual([login, wanted]);
      if (!where.includes(PRIVATE)) expect(await answer.text()).not.toContain(PRIVATE);
    }
  });
});
