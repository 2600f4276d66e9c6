/** Each row of Deck's table (spec jobs 4.7) that this dashboard has: its address, its parameters, what comes back. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import { completed, finishReport, jobStub, prowJob, startQueued, until } from "../jobs/support.ts";
import { forgetConfiguration, useConfiguration } from "./configuration.ts";
import { ADMIN_TOKEN, addRepository, as, asPage, call, SETTINGS } from "./harness.ts";

const JOB = "tabled-unit";
const CONFIG = { ...SETTINGS, CONFIG_REPO: "tabled/config@main" };
let id = "";
let build = "";

beforeAll(async () => {
  await addRepository("tabled/open", false);
  await addRepository("tabled/config", false);
  const jobs = `presubmits:
  tabled/open:
  - name: ${JOB}
    always_run: true
    spec: { containers: [{ image: i, command: [c] }] }
`;
  await useConfiguration(jobs);
  const pulls = [{ number: 7, author: "mara", sha: "a".repeat(40) }];
  const refs = { org: "tabled", repo: "open", base_ref: "main", base_sha: "b".repeat(40), pulls };
  const made = prowJob({ job: JOB, refs, rerun_auth_config: { allow_anyone: true } });
  id = made.metadata.name;
  await startQueued(made);
  const { token, buildId }: Assignment = JSON.parse((await jobStub(id).claim("r"))?.assignment ?? "null");
  build = buildId;
  await jobStub(id).appendLog(token, 0, new TextEncoder().encode("tabled log\n"));
  await jobStub(id).finish(token, finishReport({ logBytes: 11 }));
  await completed(id);
  await until(async () => (await (await call("/data.js")).text()).includes(`"job":"${JOB}","build_id":"${build}"`));
});
afterEach(() => void vi.unstubAllGlobals());
afterAll(forgetConfiguration);

interface Row {
  /** ID, BUILD stand for the job. */
  readonly path: string;
  readonly status?: number;
  readonly type?: string;
  /** Part of the body, or of where it leads. */
  readonly says?: string | RegExp;
  readonly page?: true;
  readonly post?: true;
}

const JSON_TYPE = "application/json";
const SCRIPT = "text/javascript";
const HTML = "text/html";
const TEXT = "text/plain";

const TABLE: Readonly<Record<string, Row>> = {
  "/": { path: "/", page: true, type: HTML, says: JOB },
  "/ type= repo= pull= author= job= state= cluster=": {
    path: `/?type=presubmit&repo=tabled/open&pull=7&author=mara&job=tabled-*&state=success`,
    page: true,
    says: JOB,
  },
  "/ that nothing matches": { path: "/?repo=tabled/open&pull=8", page: true, says: /^(?!.*href="\/jobs\/)/s },
  "/data.js": { path: "/data.js", type: JSON_TYPE, says: /"duration":"\d+s","state":"success"/ },
  "/data.js var": { path: "/data.js?var=x", type: SCRIPT, says: /^var x = \[/ },
  "/prowjobs.js": { path: "/prowjobs.js", type: JSON_TYPE, says: /^\{"items":\[/ },
  "/prowjobs.js var": { path: "/prowjobs.js?var=x", type: SCRIPT, says: /^var x = \{"items":/ },
  "/prowjobs.js omit org repo owner": {
    path: "/prowjobs.js?org=tabled&repo=open&owner=mara&omit=annotations,labels,decoration_config,pod_spec",
    says: new RegExp(`^(?!.*"labels")(?!.*"annotations").*"job":"${JOB}"`),
  },
  "/badge.svg jobs=": { path: "/badge.svg?jobs=tabled-*", type: "image/svg+xml", says: "passing" },
  "/badge.svg without jobs=": { path: "/badge.svg", status: 400 },
  "/log job= id=": { path: `/log?job=${JOB}&id=BUILD`, type: TEXT, says: "tabled log\n" },
  "/log container=test": { path: `/log?job=${JOB}&id=BUILD&container=test`, says: "tabled log\n" },
  "/log without a parameter": { path: `/log?job=${JOB}`, status: 400 },
  "/log of an unknown build": { path: `/log?job=${JOB}&id=1900000000000000009`, status: 404 },
  "/prowjob": { path: "/prowjob?prowjob=ID", type: TEXT, says: /^apiVersion: prow\.k8s\.io\/v1/ },
  "/prowjob of none": { path: "/prowjob?prowjob=x", status: 404 },
  "GET /rerun": { path: "/rerun?prowjob=ID", type: TEXT, says: "state: triggered" },
  "GET /rerun mode=latest": { path: "/rerun?prowjob=ID&mode=latest", type: TEXT, says: `job: ${JOB}` },
  "POST /rerun": { path: "/rerun?prowjob=ID", post: true, status: 201 },
  "POST /abort of what is over": { path: "/abort?prowjob=ID", post: true, status: 409 },
  "/plugins": { path: "/plugins", page: true, type: HTML, says: "hold" },
  "/command-help": { path: "/command-help", page: true, type: HTML, says: "/hold" },
  "/plugin-help leads people to /command-help": {
    path: "/plugin-help",
    page: true,
    status: 301,
    says: /^\/command-help$/,
  },
  "/plugin-help.js": { path: "/plugin-help.js", type: JSON_TYPE, says: '"PluginHelp":{' },
  "/plugin-help.js var": { path: "/plugin-help.js?var=x", type: SCRIPT, says: "var x = {" },
  "/config": { path: "/config", type: TEXT, says: /^disabled_clusters:\n {2}- reef\nplank:\n/m },
  "/config key=disabled-clusters": { path: "/config?key=disabled-clusters", type: TEXT, says: /^- reef\n$/ },
  "/config with another key": { path: "/config?key=x", status: 400 },
  "/config for people": { path: "/config", page: true, type: HTML },
  "/plugin-config": {
    path: "/plugin-config",
    type: TEXT,
    says: /^plugins:\n {2}tabled:\n {4}plugins:\n {6}- hold\n[^]*size:\n {2}s: 7\n/m,
  },
  "/configured-jobs": { path: "/configured-jobs", type: JSON_TYPE, says: "tabled" },
  "/configured-jobs/org": { path: "/configured-jobs/tabled", says: JOB },
  "/configured-jobs/org/repo": { path: "/configured-jobs/tabled/open", says: JOB },
  "/configured-jobs with more than two names": { path: "/configured-jobs/tabled/open/x", status: 404 },
  "/job-history": { path: `/job-history/gs/bucket/pr-logs/directory/${JOB}`, says: `"builds":[` },
  "/job-history buildId": { path: `/job-history/${JOB}?buildId=BUILD`, says: `"buildId":"BUILD"` },
  "/pr-history": { path: "/pr-history/?org=tabled&repo=open&pr=7", says: JOB },
  "/view of a build's folder": { path: `/view/gs/b/pr-logs/pull/tabled_open/7/${JOB}/BUILD`, status: 302, says: "ID" },
  "/view of a build's file": { path: `/view/gs/b/pr-logs/pull/tabled_open/7/${JOB}/BUILD/x.txt`, status: 302 },
  "/view/prowjob": { path: `/view/prowjob/${JOB}/BUILD`, status: 302, says: /^\/jobs\/ID$/ },
  "/view of none": { path: `/view/gs/b/logs/${JOB}/1900000000000000009`, status: 404 },
  "/github-login dest=": { path: "/github-login?dest=/plugins", status: 302, says: "/login?return=%2Fplugins" },
  "/github-login to elsewhere": { path: "/github-login?dest=//evil.test", status: 302, says: "/login?return=%2F" },
  "/github-link dest=": {
    path: "/github-link?dest=/a/b/pulls?q=x",
    status: 302,
    says: /^https:\/\/[^/]+\/a\/b\/pulls\?q=x$/,
  },
  "/github-link without dest=": { path: "/github-link", status: 400 },
  "/git-provider-link target=commit": {
    path: `/git-provider-link?target=commit&repo='a/b'&commit=abcdef1`,
    status: 302,
    says: "/a/b/commit/abcdef1",
  },
  "/git-provider-link target=branch": {
    path: "/git-provider-link?target=branch&repo=a/b&branch=rel/1%3Fx",
    status: 302,
    says: "/a/b/tree/rel/1%3Fx",
  },
  "/git-provider-link target=pr": {
    path: "/git-provider-link?target=pr&repo=a/b&number=3",
    status: 302,
    says: "/a/b/pull/3",
  },
  "/git-provider-link target=prcommit": {
    path: "/git-provider-link?target=prcommit&repo=a/b&number=3&commit=abcdef1",
    status: 302,
    says: "/a/b/pull/3/commits/abcdef1",
  },
  "/git-provider-link target=author": {
    path: "/git-provider-link?target=author&author=dependabot[bot]",
    status: 302,
    says: "/dependabot[bot]",
  },
  "/git-provider-link to nowhere": { path: "/git-provider-link?target=pr&repo=a/../b&number=3", status: 400 },
};

const placed = (text: string): string => text.replaceAll("BUILD", build).replaceAll("ID", id);

it.each(Object.entries(TABLE))("%s", async (_, { path, status = 200, type, says = "", page, post }) => {
  const init = post ? await as(null, { method: "POST" }) : page ? asPage({}) : {};
  const answer = await call(placed(path), init, CONFIG);
  const text = answer.headers.get("location") ?? (await answer.text());
  expect([answer.status, answer.headers.get("content-type") ?? ""]).toEqual([
    status,
    type === undefined ? expect.anything() : expect.stringContaining(type),
  ]);
  if (typeof says === "string") expect(text).toContain(placed(says));
  else expect(text).toMatch(new RegExp(placed(says.source), says.flags));
});

it("the configuration is shown to whoever sees the configuration repository only", async () => {
  await addRepository("tabled/closed", true);
  const settings = { ...SETTINGS, CONFIG_REPO: "tabled/closed@main" };
  const admin = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
  for (const path of ["/config", "/config?key=disabled-clusters", "/config?key=x", "/plugin-config"]) {
    expect([path, (await call(path, {}, settings)).status]).toEqual([path, 404]);
    expect((await call(path, admin, settings)).status).not.toBe(404);
  }
});

it("a GitHub Enterprise Server's links lead there, and nowhere else", async () => {
  const settings = { ...SETTINGS, GITHUB_URL: "https://ghes.test/base" };
  const led = async (path: string) => (await call(path, {}, settings)).headers.get("location");
  expect(await led("/github-link?dest=//evil.test")).toBe("https://ghes.test/base/evil.test");
  expect(await led("/github-link?dest=@evil.test")).toBe("https://ghes.test/base/@evil.test");
  expect(await led("/git-provider-link?target=pr&repo=a/b&number=3")).toBe("https://ghes.test/base/a/b/pull/3");
});
