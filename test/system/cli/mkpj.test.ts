/** `cutwater mkpj`, `mkpod` and `phony` from a shell (spec jobs 4.13). */
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Pod } from "../../../src/jobs/pod/index.ts";
import type { ProwJob } from "../../../src/jobs/prowjob.ts";
import { BASE, type Folder, folder, jobFile } from "./cutwater.ts";

const CONFIG = ["--config-path", "config.yaml", "--job-config-path", "jobs"];
const SHA = "a".repeat(40);
const BASE_SHA = "b".repeat(40);
const PULL = ["--pull-number", "7", "--pull-sha", SHA, "--pull-author", "mara"];
const REFS = ["--base-ref", "main", "--base-sha", BASE_SHA, ...PULL];

interface Call {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

let at: Folder;
let server: Server;
let origin = "";
let calls: Call[] = [];
let answers: Record<string, object> = {};

beforeEach(async () => {
  at = await folder();
  await at.write({
    ...BASE,
    "jobs/nightly.yaml": `periodics:
- name: nightly
  interval: 24h
  decorate: true
  extra_refs: [{ org: acme, repo: ship, base_ref: main }]
  spec: { containers: [{ image: i, command: [make, night] }] }
`,
  });
  calls = [];
  answers = {};
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = request.url ?? "";
      calls.push({ url, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const answer = answers[`${request.method ?? ""} ${url}`];
      response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { message: "Not Found" }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
});
afterEach(async () => {
  server.close();
  await at.remove();
});

describe("mkpj", () => {
  it("prints a presubmit's ProwJob as YAML, refs from the flags alone", async () => {
    const run = await at.cutwater("mkpj", ...CONFIG, "--job", "unit", ...REFS, "--github-endpoint", origin);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const job = parse(run.stdout) as ProwJob;
    expect(job).toMatchObject({ apiVersion: "prow.k8s.io/v1", kind: "ProwJob", status: { state: "triggered" } });
    expect(job.spec.refs).toMatchObject({ org: "acme", repo: "ship", base_ref: "main", base_sha: BASE_SHA });
    expect(job.spec.refs?.pulls).toMatchObject([{ number: 7, sha: SHA, author: "mara" }]);
    expect(job.metadata.labels["event-GUID"]).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it("asks GitHub for what the flags leave out, with the token of a file", async () => {
    await at.write({ token: "secret-token\n" });
    answers = {
      "GET /repos/acme/ship/pulls/7": {
        title: "Sails",
        html_url: "https://github.com/acme/ship/pull/7",
        user: { login: "mara" },
        head: { sha: SHA, ref: "sails" },
        base: { ref: "main" },
      },
      "GET /repos/acme/ship/branches/main": { commit: { sha: BASE_SHA } },
    };
    const github = ["--github-endpoint", origin, "--github-token-path", "token", "--output", "json"];
    const run = await at.cutwater("mkpj", ...CONFIG, "--job=unit", "--pull-number=7", ...github);
    const job = JSON.parse(run.stdout) as ProwJob;
    expect(job.spec.refs?.pulls).toMatchObject([{ sha: SHA, title: "Sails", head_ref: "sails" }]);
    expect(new Set(calls.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer secret-token"]));
  });

  it("a periodic needs no refs", async () => {
    const run = await at.cutwater("mkpj", ...CONFIG, "--job", "nightly");
    expect(parse(run.stdout)).toMatchObject({ spec: { type: "periodic", extra_refs: [{ repo: "ship" }] } });
  });

  it("two jobs of one name: says which there are, and takes the one that runs on the base ref", async () => {
    await at.write({
      "jobs/ship.yaml": jobFile("unit", "    branches: [^main$]\n"),
      "jobs/more.yaml": jobFile("unit", "    branches: [^release$]\n    max_concurrency: 3\n"),
    });
    const both = await at.cutwater("mkpj", ...CONFIG, "--job", "unit", "--pull-number", "7");
    expect([both.code, both.stderr]).toEqual([1, expect.stringContaining("unit names 2 jobs")]);
    const one = await at.cutwater("mkpj", ...CONFIG, "--job=unit", "--base-ref=release", "--base-sha=x", ...PULL);
    expect(parse(one.stdout)).toMatchObject({ spec: { max_concurrency: 3 } });
  });

  it.each([
    ["no such job", ["--job", "none"], "There is no job named none"],
    ["no job", [], "Give --job NAME"],
    ["a presubmit without a pull request", ["--job", "unit"], "--pull-number"],
    ["a number that is none", ["--job", "unit", "--pull-number", "x"], "--pull-number"],
    ["--submit without a worker", ["--job", "nightly", "--submit"], "Give --url"],
  ])("%s: status 1 and what to do, no stack", async (_, args, said) => {
    const run = await at.cutwater("mkpj", ...CONFIG, ...args);
    expect([run.code, run.stdout]).toEqual([1, ""]);
    expect(run.stderr).toContain(said);
    expect(run.stderr).not.toContain("    at ");
  });

  it("--submit hands it over; --trigger-job waits, and --fail-with-job fails with it", async () => {
    answers["POST /api/jobs"] = { id: "one", url: `${origin}/jobs/one` };
    answers["GET /api/jobs/one"] = { job: { state: "failure", description: "No wind.", completionTime: 5 } };
    const to = ["--job", "nightly", "--url", origin, "--token", "an-admin-token"];
    expect(await at.cutwater("mkpj", ...CONFIG, ...to, "--submit")).toMatchObject({ code: 0, stdout: "one\n" });
    const [call] = calls;
    expect(call?.headers.authorization).toBe("Bearer an-admin-token");
    expect(JSON.parse(call?.body ?? "")).toMatchObject({ kind: "ProwJob", spec: { job: "nightly" } });
    const waited = await at.cutwater("mkpj", ...CONFIG, ...to, "--trigger-job");
    expect(waited).toMatchObject({ code: 0, stdout: "failure\n" });
    expect((await at.cutwater("mkpj", ...CONFIG, ...to, "--trigger-job", "--fail-with-job")).code).toBe(1);
  });
});

describe("mkpod", () => {
  const pod = ["--image", "runner:1", "--build-id", "1900000000000000001"];

  it("prints the pod of a ProwJob's file, the same as that of the configured job", async () => {
    const made = await at.cutwater("mkpj", ...CONFIG, "--job", "unit", ...REFS);
    await at.write({ "job.yaml": made.stdout });
    const run = await at.cutwater("mkpod", "--prow-job", "job.yaml", ...pod);
    const document = parse(run.stdout) as Pod;
    expect(document).toMatchObject({ kind: "Pod", spec: { restartPolicy: "Never" } });
    expect(document.metadata.labels["prow.k8s.io/build-id"]).toBe("1900000000000000001");
    const direct = parse((await at.cutwater("mkpod", ...CONFIG, "--job", "unit", ...REFS, ...pod)).stdout) as Pod;
    expect(Object.keys(direct.spec)).toEqual(Object.keys(document.spec));
  });

  it("--local: no sidecar, no credentials, artifacts in a folder of the node", async () => {
    const local = ["--local", "--out-dir", "/var/out"];
    const run = await at.cutwater("mkpod", ...CONFIG, "--job", "unit", ...REFS, ...pod, ...local);
    expect(run.stdout).toContain("path: /var/out/unit/1900000000000000001");
    expect(run.stdout).not.toMatch(/name: sidecar|cutwater-credentials|CLONE_TOKEN_FILE/);
  });

  it("what is no ProwJob: status 1, and where", async () => {
    await at.write({ "job.yaml": "kind: ProwJob\napiVersion: prow.k8s.io/v1\nmetadata: {}\n" });
    const run = await at.cutwater("mkpod", "--prow-job", "job.yaml", ...pod);
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining("job.yaml is no ProwJob: metadata.name")]);
  });
});

describe("phony", () => {
  it("sends an example or a file, signed as GitHub signs", async () => {
    answers["POST /hook"] = { ok: true };
    await at.write({ "body.json": '{"zen":"calm"}' });
    const to = ["--address", `${origin}/hook`, "--hmac", "the-secret", "--guid", "guid-1"];
    const about = ["--event=issue_comment", "--repo=acme/ship", "--number=5", "--comment=/hold"];
    expect((await at.cutwater("phony", ...to, ...about)).stdout).toBe('200 guid-1 {"ok":true}\n');
    expect((await at.cutwater("phony", ...to, "--event=ping", "--payload=body.json")).code).toBe(0);
    for (const { body, headers } of calls) {
      const signature = createHmac("sha256", "the-secret").update(body).digest("hex");
      expect(headers["x-hub-signature-256"]).toBe(`sha256=${signature}`);
    }
    expect(calls.map(({ headers }) => headers["x-github-event"])).toEqual(["issue_comment", "ping"]);
    expect(JSON.parse(calls[0]?.body ?? "")).toMatchObject({ comment: { body: "/hold" }, issue: { number: 5 } });
  });

  it("no secret, no example of that name, a refusal: status 1", async () => {
    const to = ["--address", `${origin}/hook`];
    expect((await at.cutwater("phony", ...to)).stderr).toContain("No webhook secret");
    expect((await at.cutwater("phony", ...to, "--hmac=x", "--event=no_such")).stderr).toContain("There is no example");
    expect(await at.cutwater("phony", ...to, "--hmac=x")).toMatchObject({ code: 1 });
  });
});
