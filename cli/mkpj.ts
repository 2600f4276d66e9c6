/** `cutwater mkpj`: the ProwJob of a configured job, printed or handed to a worker (spec jobs 4.13). */
import { defineCommand } from "citty";
import { z } from "zod";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import { ConfigFilesError } from "./config-files.ts";
import { RefsError } from "./github-refs.ts";
import { JOB_FLAGS, type JobFlags, madeJob, printed } from "./made-job.ts";
import { ask, tell, WORKER_FLAGS, workerAt, type WorkerAt, WorkerError } from "./worker-client.ts";

const POLL_MS = 2_000;
const Submitted = z.object({ id: z.string(), url: z.string() });
const Watched = z.object({
  job: z.object({ state: z.string(), description: z.string(), completionTime: z.number().nullable() }),
});

/** Waits for the job's end; the state that it ended in. */
async function ended(at: WorkerAt, id: string): Promise<string> {
  for (let last = ""; ; ) {
    const { job } = Watched.parse(await ask(at, `api/jobs/${id}`));
    if (job.state !== last) console.error(`  ${job.state}: ${job.description}`);
    if (job.completionTime !== null) return job.state;
    last = job.state;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function submit(at: WorkerAt, job: ProwJob): Promise<string> {
  const { id, url } = Submitted.parse(await tell(at, "api/jobs", job));
  console.error(`Started ${job.spec.job}: ${url}`);
  return id;
}

/** Says what went wrong where the user can mend it. */
export function saidPlainly(error: unknown): void {
  if (!(error instanceof ConfigFilesError || error instanceof RefsError || error instanceof WorkerError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

export const mkpj = defineCommand({
  meta: { name: "mkpj", description: "Print the ProwJob of a configured job, or start it" },
  args: {
    ...JOB_FLAGS,
    submit: { type: "boolean", default: false, description: "Hand it to the worker at --url" },
    "trigger-job": { type: "boolean", default: false, description: "Hand it over, and wait until the job has ended" },
    "fail-with-job": {
      type: "boolean",
      default: false,
      description: "With --trigger-job: exit status 1 unless it succeeds",
    },
    url: { ...WORKER_FLAGS.url, required: false },
    token: WORKER_FLAGS.token,
  },
  async run({ args, rawArgs }) {
    try {
      const flags: JobFlags = args;
      const job = await madeJob({ ...flags, "public-url": args["public-url"] || (args.url ?? "") }, rawArgs);
      if (!args.submit && !args["trigger-job"]) {
        console.log(printed(job, args.output));
        return;
      }
      if (!args.url) throw new WorkerError("Give --url: where the worker is that shall run it");
      const at = workerAt({ url: args.url, token: args.token });
      const id = await submit(at, job);
      if (!args["trigger-job"]) {
        console.log(id);
        return;
      }
      const state = await ended(at, id);
      console.log(state);
      if (args["fail-with-job"] && state !== "success") process.exitCode = 1;
    } catch (error) {
      saidPlainly(error);
    }
  },
});
