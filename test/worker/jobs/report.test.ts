import { env } from "cloudflare:workers";
import { afterEach, expect, it } from "vitest";
import { Conversation } from "../../../durable/conversation.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import type { JobSummary } from "../../../src/jobs/rpc.ts";
import { saveJobRow } from "../../../src/store/job-row.ts";
import type { prowJob as prowJobTable } from "../../../src/store/schema.ts";
import { completed, finishReport, jobStub, prowJob, until } from "./support.ts";

const own = Object.getOwnPropertyDescriptor(Conversation.prototype, "jobChanged");

afterEach(() => {
  if (own) Object.defineProperty(Conversation.prototype, "jobChanged", own);
  else Reflect.deleteProperty(Conversation.prototype, "jobChanged");
});

/** Puts a listener in the place of what Conversations do with news of a job. */
function listen(hear: (summary: JobSummary) => void): void {
  const value = async (summary: JobSummary): Promise<void> => hear(summary);
  Object.defineProperty(Conversation.prototype, "jobChanged", { value, configurable: true, writable: true });
}

async function run(job = prowJob()) {
  const stub = jobStub(job.metadata.name);
  await stub.start(JSON.stringify(job), { kind: "conversation", name: `acme/rocket#${job.metadata.name}` });
  const claimed = await until(() => stub.claim("r1"));
  const assignment: Assignment = JSON.parse(claimed.assignment);
  return { job, stub, assignment };
}

it("tells the conversation of every state with increasing versions, and again until it has heard (jobs 7.3: test-infra#19161)", async () => {
  const heard: JobSummary[] = [];
  let failures = 2;
  listen((summary) => {
    if (failures > 0) {
      failures -= 1;
      throw new Error("reset because its code was updated");
    }
    heard.push(summary);
  });
  const { job, stub, assignment } = await run();
  await stub.finish(assignment.token, finishReport({ exitCodes: [{ container: "test", code: 2 }] }));
  await completed(job.metadata.name);
  const last = await until(() => heard.find(({ complete }) => complete));
  expect(failures).toBe(0);
  expect(last).toMatchObject({
    id: job.metadata.name,
    context: "pull-rocket-unit",
    rerunCommand: "/test unit",
    state: "failure",
    sha: "a".repeat(40),
    baseSha: "b".repeat(40),
    baseRef: "main",
    report: true,
    optional: false,
    buildId: assignment.buildId,
  });
  const versions = heard.map(({ version }) => version);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
});

it("tells of a superseded run, but not to report it", async () => {
  const heard: JobSummary[] = [];
  listen((summary) => heard.push(summary));
  const { stub, assignment } = await run();
  await stub.abort("A newer run takes its place.", "system", true);
  await stub.finish(assignment.token, finishReport({ reason: "aborted" }));
  const last = await until(() => heard.find(({ complete }) => complete));
  expect(last).toMatchObject({ state: "aborted", report: false });
  expect(JSON.parse((await stub.prowjob()) ?? "")).toMatchObject({
    status: { state: "aborted", prev_report_states: { "github-reporter": "aborted" } },
  });
});

it("never lets an older row of the index overwrite a newer one", async () => {
  const row: typeof prowJobTable.$inferInsert = {
    id: "versions",
    version: 4,
    buildId: "1",
    job: "j",
    type: "presubmit",
    org: "acme",
    repo: "rocket",
    pull: 1,
    author: "a",
    baseRef: "main",
    baseSha: "b",
    headSha: "h",
    cluster: "default",
    context: "c",
    state: "success",
    description: "",
    url: "",
    storagePath: "",
    hidden: 0,
    startTime: 1,
    pendingTime: null,
    completionTime: 2,
  };
  const state = () => env.DB.prepare("SELECT state FROM prow_job WHERE id = 'versions'").first<string>("state");
  await saveJobRow(env.DB, row);
  await saveJobRow(env.DB, { ...row, version: 3, state: "pending" });
  await saveJobRow(env.DB, { ...row, version: 4, state: "pending" });
  expect(await state()).toBe("success");
  await saveJobRow(env.DB, { ...row, version: 5, state: "error" });
  expect(await state()).toBe("error");
});
