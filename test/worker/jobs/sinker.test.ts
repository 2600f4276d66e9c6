/** Sinker: finished jobs go by age, with all that belongs to them; what runs never does. */
import { createExecutionContext, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { storagePath } from "../../../src/jobs/paths.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import { completed, finishReport, jobStub, prowJob, startQueued, until } from "./support.ts";

const DAY_MS = 24 * 3600_000;

/** Has the job's alarm look now whether it may be forgotten. */
async function forget(id: string): Promise<void> {
  await runInDurableObject(jobStub(id), async (_object, { storage }) => {
    storage.sql.exec("UPDATE todo SET due = 0 WHERE key = 'forget'");
    await storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(jobStub(id));
}
const rowOf = (id: string) => env.DB.prepare("SELECT id FROM prow_job WHERE id = ?").bind(id).first();
const files = async (prefix: string) => (await env.ARTIFACTS.list({ prefix })).objects.map(({ key }) => key);

it("a job that ended long ago goes with its files and its row; a younger one stays", async () => {
  const job = prowJob();
  const id = job.metadata.name;
  await startQueued(job);
  const claimed = await jobStub(id).claim("runner-1");
  const assignment: Assignment = JSON.parse(claimed?.assignment ?? "");
  const folder = storagePath(job.spec, assignment.buildId);
  await env.ARTIFACTS.put(`${folder}/artifacts/junit.xml`, "<testsuites/>");
  await jobStub(id).finish(assignment.token, finishReport());
  await completed(id);
  await until(async () => (await files(`${folder}/finished.json`)).length > 0 && (await rowOf(id)), "its end");

  await forget(id);
  expect((await jobStub(id).view())?.state).toBe("success");
  expect(await files(folder)).toContain(`${folder}/artifacts/junit.xml`);

  await runInDurableObject(jobStub(id), (_object, { storage }) => {
    const { value } = storage.sql.exec<{ value: string }>("SELECT value FROM document WHERE key = 'record'").one();
    const record = JSON.parse(value);
    const old = JSON.stringify({ ...record, completedAt: record.completedAt - 91 * DAY_MS });
    storage.sql.exec("UPDATE document SET value = ? WHERE key = 'record'", old);
  });
  await env.ARTIFACTS.put(`${folder}0/finished.json`, "a build whose number begins the same");
  await evictDurableObject(jobStub(id));
  await forget(id);
  expect(await jobStub(id).view()).toBeNull();
  expect(await rowOf(id)).toBeNull();
  expect(await files(folder)).toEqual([`${folder}0/finished.json`]);
  expect(await files(`pr-logs/directory/${job.spec.job}/${assignment.buildId}.txt`)).toEqual([]);
});

it("one that never set its alarm (it ended before there was a sinker) goes when the cron duty meets its row", async () => {
  const job = prowJob();
  const id = job.metadata.name;
  await startQueued(job);
  const claimed = await jobStub(id).claim("runner-1");
  const assignment: Assignment = JSON.parse(claimed?.assignment ?? "");
  await jobStub(id).finish(assignment.token, finishReport());
  await completed(id);
  const folder = storagePath(job.spec, assignment.buildId);
  await until(async () => (await files(`${folder}/finished.json`)).length > 0 && (await rowOf(id)), "its end");
  await runInDurableObject(jobStub(id), (_object, { storage }) => {
    storage.sql.exec("DELETE FROM todo WHERE key = 'forget'");
  });
  await until(async () => {
    await runCron("*/5 * * * *", Date.now() + 92 * DAY_MS, env, createExecutionContext());
    return (await jobStub(id).view()) === null;
  }, "that it is forgotten");
  expect(await rowOf(id)).toBeNull();
  expect(await files(folder)).toEqual([]);
});

it("a job that runs is never forgotten, however old it is", async () => {
  const job = prowJob();
  const id = job.metadata.name;
  await startQueued(job);
  await jobStub(id).claim("runner-1");
  await runInDurableObject(jobStub(id), (_object, { storage }) => {
    storage.sql.exec("INSERT INTO todo (key, due, asked, tries, error) VALUES ('forget', 0, 1, 0, '')");
  });
  await forget(id);
  expect((await jobStub(id).view())?.state).toBe("pending");
});

it("the cron duty takes what nobody else did: old deliveries, rows of jobs that ended; some at a time", async () => {
  const old = Date.now() - 100 * DAY_MS;
  const insert = (id: string, start: number, end: number | null) =>
    env.DB.prepare(
      `INSERT INTO prow_job (id, version, build_id, job, type, org, repo, author, base_ref, base_sha, head_sha, cluster,
       context, state, description, url, storage_path, hidden, start_time, completion_time)
       VALUES (?, 1, '', 'j', 'periodic', '', '', '', '', '', '', '', '', '', '', '', '', 0, ?, ?)`,
    ).bind(id, start, end);
  const delivered = (guid: string, at: number) =>
    env.DB.prepare(
      `INSERT INTO delivery (guid, version, object, event, action, org, repo, number, sender, received_at, state, effects, summary)
       VALUES (?, 1, '', '', '', '', '', 0, '', ?, '', 0, '')`,
    ).bind(guid, at);
  await env.DB.batch([
    insert("old", old, old + 1),
    insert("old-but-running", old, null),
    insert("old-but-just-ended", old, Date.now()),
    insert("new", Date.now(), Date.now()),
    delivered("old", old),
    delivered("new", Date.now()),
  ]);
  await runCron("*/5 * * * *", Date.now(), env, createExecutionContext());
  const left = await env.DB.prepare("SELECT id FROM prow_job WHERE job = 'j' ORDER BY id").all();
  expect(left.results.map(({ id }) => id)).toEqual(["new", "old-but-just-ended", "old-but-running"]);
  expect((await env.DB.prepare("SELECT guid FROM delivery").all()).results).toEqual([{ guid: "new" }]);
});
