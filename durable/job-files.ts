/** The files of a build in R2 (spec jobs 6.4). Each may be written again: the last word wins, and it is the worker's. */
import type { JobRecord } from "../src/jobs/lifecycle.ts";
import { isNewerBuild } from "../src/jobs/buildid.ts";
import { cloneLog, finishedJson, startedJson } from "../src/jobs/metadata.ts";
import { aliasOf, latestBuildKeys, storagePath } from "../src/jobs/paths.ts";
import type { FinishReport } from "../src/jobs/protocol.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import { documentOf } from "../src/jobs/summary.ts";
import type { FinalState } from "../src/jobs/verdict.ts";

const JSON_FILE = { httpMetadata: { contentType: "application/json" } };
const TEXT_FILE = { httpMetadata: { contentType: "text/plain; charset=utf-8" } };

const KEYS_A_PAGE = 1_000;

export interface Build {
  readonly buildId: string;
  /** Milliseconds. */
  readonly at: number;
}

/** An attempt began: started.json and prowjob.json. */
export async function writeStart(bucket: R2Bucket, job: ProwJob, record: JobRecord, build: Build): Promise<void> {
  const folder = storagePath(job.spec, build.buildId);
  await bucket.put(`${folder}/started.json`, json(startedJson(job.spec, build.at, record.node, [])), JSON_FILE);
  await bucket.put(`${folder}/prowjob.json`, json(documentOf(job, record)), JSON_FILE);
}

/** What leads to a build: the alias and latest-build.txt. */
export async function writePointers(bucket: R2Bucket, job: ProwJob, build: Build): Promise<void> {
  const alias = aliasOf(job.spec, build.buildId);
  if (alias)
    await bucket.put(alias.key, alias.body, { ...TEXT_FILE, customMetadata: { "x-goog-meta-link": alias.body } });
  for (const key of latestBuildKeys(job.spec)) await writeLatest(bucket, key, build.buildId);
}

/** An attempt ended, its log is whole: everything else, finished.json last. `finish` null: the runner said nothing. */
export async function writeEnd(
  bucket: R2Bucket,
  job: ProwJob,
  record: JobRecord,
  build: Build,
  finish: FinishReport | null,
  outcome: { readonly state: FinalState; readonly at: number },
): Promise<void> {
  const folder = storagePath(job.spec, build.buildId);
  const records = finish?.cloneRecords ?? [];
  if (records.length > 0) {
    await bucket.put(`${folder}/clone-log.txt`, cloneLog(records), TEXT_FILE);
    await bucket.put(`${folder}/clone-records.json`, json(records), JSON_FILE);
  }
  const started = startedJson(job.spec, finish?.startedAt ?? build.at, finish?.node ?? record.node, records);
  await bucket.put(`${folder}/started.json`, json(started), JSON_FILE);
  await bucket.put(`${folder}/prowjob.json`, json(documentOf(job, record)), JSON_FILE);
  const finished = finishedJson(job.spec, outcome.at, outcome.state, finish?.metadata ?? null);
  await bucket.put(`${folder}/finished.json`, json(finished), JSON_FILE);
}

/** Compare and swap: the file never goes back to an older build. */
async function writeLatest(bucket: R2Bucket, key: string, buildId: string): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    const known = await bucket.get(key);
    if (known !== null && !isNewerBuild(buildId, await known.text())) return;
    const onlyIf = known === null ? { etagDoesNotMatch: "*" } : { etagMatches: known.etag };
    if ((await bucket.put(key, buildId, { ...TEXT_FILE, onlyIf })) !== null) return;
  }
  throw new Error(`${key} changes too often to be written`);
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** Deletes the files of a build, a page at a time, and what leads to it. True: there are more. */
export async function dropBuild(bucket: R2Bucket, job: ProwJob, buildId: string): Promise<boolean> {
  const page = await bucket.list({ prefix: `${storagePath(job.spec, buildId)}/`, limit: KEYS_A_PAGE });
  await bucket.delete(page.objects.map(({ key }) => key));
  if (page.truncated) return true;
  const alias = aliasOf(job.spec, buildId);
  if (alias) await bucket.delete(alias.key);
  return false;
}
