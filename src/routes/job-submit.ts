/** Starts a job that was made elsewhere: by mkpj, by a rerun, by the gangway API. */
import type { Env } from "../env.ts";
import { mainRefs } from "../jobs/refs.ts";
import { ProwJobDocument } from "../jobs/prowjob-schema.ts";
import type { ProwJob } from "../jobs/prowjob.ts";
import { ownerOf } from "./delivery-data.ts";

/** How long the answer waits for the new job to exist, so that its page can be shown at once. */
const WAIT_TRIES = 15;
const WAIT_MS = 200;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A ProwJob that somebody made, at its beginning and with our address; or a sentence that says what is wrong. */
export function submittedJob(body: Uint8Array, publicUrl: string): ProwJob | string {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return "The body must be a ProwJob as JSON.";
  }
  const read = ProwJobDocument.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is wrong"}`;
  }
  const job = read.data;
  const { name } = job.metadata;
  if (!UUID.test(name)) return "metadata.name must be a UUID in lower case.";
  const { startTime } = job.status;
  return { ...job, status: { startTime, state: "triggered", url: `${publicUrl}/jobs/${name}` } };
}

/** Starts a job through the object that reports it; a periodic, which nobody reports, at once. Once for an id. */
export async function submit(env: Env, job: ProwJob, by: string): Promise<void> {
  const text = JSON.stringify(job);
  const target = env.JOB.getByName(`job:${job.metadata.name}`);
  const { type, refs } = job.spec;
  const main = mainRefs(job.spec);
  if (main === null || (type === "periodic" && refs === undefined)) {
    await target.start(text, null);
    return;
  }
  const pull = type === "presubmit" ? refs?.pulls?.[0]?.number : undefined;
  await ownerOf(env, `${main.org}/${main.repo}${pull === undefined ? "" : `#${pull}`}`.toLowerCase()).startJob(
    text,
    by,
  );
  for (let tries = 0; tries < WAIT_TRIES && (await target.view()) === null; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}
