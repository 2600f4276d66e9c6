/** `cutwater mkpod`: the pod that the runner would make of a ProwJob or of a configured job (spec jobs 4.13). */
import path from "node:path";
import { defineCommand } from "citty";
import { parse } from "yaml";
import { nextBuildId, nodeOf } from "../src/jobs/buildid.ts";
import { localPod, podDocument } from "../src/jobs/pod/document.ts";
import { PodSpecError } from "../src/jobs/pod/index.ts";
import { ProwJobDocument } from "../src/jobs/prowjob-schema.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import { ConfigFilesError, readText } from "./config-files.ts";
import { JOB_FLAGS, type JobFlags, madeJob, printed } from "./made-job.ts";
import { saidPlainly } from "./mkpj.ts";

/** A ProwJob from a file, or from standard input for `-`; YAML or JSON. Throws {@link ConfigFilesError}. */
async function readProwJob(file: string): Promise<ProwJob> {
  const text = await readText(file);
  try {
    const read = ProwJobDocument.safeParse(parse(text, { maxAliasCount: 1000 }));
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw new ConfigFilesError(`${file} is no ProwJob: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  } catch (error) {
    if (error instanceof ConfigFilesError || !(error instanceof Error)) throw error;
    throw new ConfigFilesError(`${file} is no YAML: ${error.message}`);
  }
}

function buildIdOf(given: string, job: ProwJob): string {
  if (given === "snowflake") return nextBuildId("", Date.now(), nodeOf(job.spec.job));
  if (/^\d{1,20}$/.test(given)) return given;
  throw new ConfigFilesError(`--build-id needs a number or "snowflake", not "${given}"`);
}

export const mkpod = defineCommand({
  meta: { name: "mkpod", description: "Print the pod of a ProwJob, or of a configured job" },
  args: {
    "prow-job": { type: "string", description: "File with a ProwJob, as mkpj prints it (-: standard input)" },
    ...JOB_FLAGS,
    "build-id": { type: "string", default: "snowflake", description: "The build id, or snowflake for a new one" },
    image: { type: "string", default: "cutwater-runner", description: "Image of the runner" },
    url: { type: "string", default: "http://127.0.0.1:8787", description: "Where the pod reaches the worker" },
    "git-url": { type: "string", default: "https://github.com", description: "Where it clones from" },
    local: {
      type: "boolean",
      default: false,
      description: "Without a worker: artifacts stay in --out-dir on the node",
    },
    "out-dir": { type: "string", description: "With --local: where artifacts go" },
  },
  async run({ args, rawArgs }) {
    try {
      const flags: JobFlags = args;
      const job = args["prow-job"] ? await readProwJob(args["prow-job"]) : await madeJob(flags, rawArgs);
      const buildId = buildIdOf(args["build-id"], job);
      const pod = podDocument(job, { buildId, image: args.image, workerUrl: args.url, gitBaseUrl: args["git-url"] });
      if (args.local && !args["out-dir"]) throw new ConfigFilesError("--local needs --out-dir FOLDER");
      const out = path.resolve(args["out-dir"] ?? ".", job.spec.job, buildId);
      console.log(printed(args.local ? localPod(pod, out) : pod, args.output));
    } catch (error) {
      saidPlainly(error instanceof PodSpecError ? new ConfigFilesError(error.message) : error);
    }
  },
});
