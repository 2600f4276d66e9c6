/** A ProwJob of a job that the configuration names: what mkpj and mkpod share. */
import { randomUUID } from "node:crypto";
import { stringify } from "yaml";
import { configuredJobs, jobOf, pickJob, repositoryOf } from "../src/jobs/configured.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import { loadRaw, problemLine } from "./checkconfig.ts";
import { ConfigFilesError, readText } from "./config-files.ts";
import { CONFIG_FLAGS, type ConfigFlags, readConfig } from "./config-flags.ts";
import { askGitHub, branchRefs, pullRefs, type RefsFlags } from "./github-refs.ts";

const OUTPUT = {
  type: "enum" as const,
  options: ["yaml", "json"],
  default: "yaml",
  description: "How the document is printed",
};

export const JOB_FLAGS = {
  ...CONFIG_FLAGS,
  "config-path": { type: "string", description: "config.yaml" },
  job: { type: "string", description: "Name of the job" },
  repo: { type: "string", description: "org/repo, where several have a job of that name" },
  "base-ref": {
    type: "string",
    description: "Branch (a presubmit: the pull request's; a postsubmit: the default one)",
  },
  "base-sha": { type: "string", description: "Commit of that branch (its tip)" },
  "pull-number": { type: "string", description: "Pull request of a presubmit" },
  "pull-sha": { type: "string", description: "Its commit (its head)" },
  "pull-author": { type: "string", description: "Its author's login" },
  "pull-head-ref": { type: "string", description: "Its head branch" },
  "github-endpoint": {
    type: "string",
    default: "https://api.github.com",
    description: "Where GitHub's API is, for what these flags leave out",
  },
  "github-token-path": { type: "string", description: "File with a GitHub token" },
  "public-url": { type: "string", default: "", description: "Where the worker is, for the job's link" },
  output: OUTPUT,
} as const;

export interface JobFlags extends Omit<ConfigFlags, "config-path">, RefsFlags {
  readonly "config-path"?: string | undefined;
  readonly job?: string | undefined;
  readonly repo?: string | undefined;
  readonly "github-endpoint": string;
  readonly "github-token-path"?: string | undefined;
  readonly "public-url": string;
}

/** A document as it is printed. */
export const printed = (document: object, output: string): string =>
  output === "json"
    ? JSON.stringify(document, null, 2)
    : stringify(document, { aliasDuplicateObjects: false }).trimEnd();

/** The ProwJob that the flags ask for. Throws {@link ConfigFilesError} or RefsError. */
export async function madeJob(flags: JobFlags, rawArgs: readonly string[]): Promise<ProwJob> {
  const { job: name, "config-path": configPath } = flags;
  if (!name) throw new ConfigFilesError("Give --job NAME");
  if (!configPath) throw new ConfigFilesError("Give --config-path FILE");
  const loaded = await loadRaw(await readConfig({ ...flags, "config-path": configPath }, rawArgs));
  const errors = loaded.index.problems.filter(({ severity }) => severity === "error");
  if (loaded.globals === null)
    throw new ConfigFilesError(`The configuration cannot be used:\n${errors.map(problemLine).join("\n")}`);
  const baseRef = flags["base-ref"] ?? null;
  const found = pickJob(configuredJobs(loaded.repositories, loaded.periodics), {
    name,
    repository: flags.repo ?? null,
    baseRef,
  });
  if (typeof found === "string") throw new ConfigFilesError(found);
  const { repositories } = loaded;
  const settings = repositories.find(({ org, repo }) => `${org}/${repo}` === repositoryOf(found))?.prow;
  const { prow } = loaded.globals;
  const linkUrl = settings?.link_url ?? "https://github.com";
  const tokenFile = flags["github-token-path"];
  const ask = askGitHub(flags["github-endpoint"], tokenFile ? (await readText(tokenFile)).trim() : "");
  const wanted = (org: string, repo: string) => ({ org, repo, linkUrl, flags });
  const refs =
    found.type === "periodic"
      ? null
      : await (found.type === "presubmit" ? pullRefs : branchRefs)(wanted(found.org, found.repo), ask);
  return jobOf(found, refs, {
    guid: randomUUID(),
    webhook: false,
    now: Date.now(),
    publicUrl: flags["public-url"].replace(/\/+$/, ""),
    settings: {
      prowjob_namespace: settings?.prowjob_namespace ?? prow.prowjob_namespace ?? "default",
      link_url: linkUrl,
    },
  });
}
