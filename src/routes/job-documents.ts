/** ProwJobs as their objects hold them. A document of a version never changes, so an isolate asks for it once. */
import type { Env } from "../env.ts";
import { ProwJobDocument } from "../jobs/prowjob-schema.ts";
import type { ProwJob } from "../jobs/prowjob.ts";

const KEPT = 500;
const AT_ONCE = 20;

const known = new Map<string, ProwJob>();

/** The ProwJob of a job, its status as it is now; null when there is no such job. */
export async function storedJob(env: Env, id: string): Promise<ProwJob | null> {
  const text = await env.JOB.getByName(`job:${id}`).prowjob();
  return text === null ? null : ProwJobDocument.parse(JSON.parse(text));
}

interface Versioned {
  readonly id: string;
  readonly version: number;
}

async function documentOf(env: Env, { id, version }: Versioned): Promise<ProwJob | null> {
  const key = `${id} ${version}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const document = await storedJob(env, id);
  if (document === null) return null;
  const [oldest] = known.keys();
  if (known.size >= KEPT && oldest !== undefined) known.delete(oldest);
  known.set(key, document);
  return document;
}

/** The documents of some rows of the index, in their order; without those that are gone. */
export async function documentsOf(env: Env, rows: readonly Versioned[]): Promise<ProwJob[]> {
  const documents: ProwJob[] = [];
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const some = await Promise.all(rows.slice(at, at + AT_ONCE).map((row) => documentOf(env, row)));
    documents.push(...some.filter((document) => document !== null));
  }
  return documents;
}
