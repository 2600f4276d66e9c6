/** The configuration of kubernetes/test-infra, loaded, and every job of it as a ProwJob. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { loadRaw } from "../../cli/checkconfig.ts";
import { DEFAULT_SUFFIXES, readConfig } from "../../cli/config-flags.ts";
import { goTags } from "../../src/config/go-yaml.ts";
import type { Loaded } from "../../src/config/load.ts";
import type { Refs } from "../../src/config/model.ts";
import { type ConfiguredJob, configuredJobs, jobOf } from "../../src/jobs/configured.ts";
import { pullRequestRefs } from "../../src/jobs/create.ts";
import type { ProwJob } from "../../src/jobs/prowjob.ts";

const DATA = path.resolve(import.meta.dirname, "../../../shared/data/kubernetes-test-infra/config");
/** As Go reads YAML: 0400 is octal. */
const GO_YAML = { merge: true, customTags: goTags, maxAliasCount: 10_000 };

export const SHA = { base: "b".repeat(40), head: "a".repeat(40) } as const;
const LINK = "https://github.com";

export async function loadKubernetes(): Promise<Loaded> {
  const flags = {
    ...DEFAULT_SUFFIXES,
    "config-path": `${DATA}/prow/config.yaml`,
    "plugin-config": `${DATA}/prow/plugins.yaml`,
    "job-config-path": `${DATA}/jobs`,
  };
  return loadRaw(await readConfig(flags, []));
}

/** config.yaml as YAML alone says it. */
export const rawProwConfig = (): unknown => parse(readFileSync(`${DATA}/prow/config.yaml`, "utf8"), GO_YAML);

/** Every job file as YAML alone says it: what our own reading is compared with. */
export function rawJobFiles(): { readonly name: string; readonly file: unknown }[] {
  const names = readdirSync(`${DATA}/jobs`, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => ({
      name: path.join(DATA, "jobs", name),
      file: parse(readFileSync(path.join(DATA, "jobs", name), "utf8"), GO_YAML) ?? {},
    }));
}

export interface MadeJob {
  readonly found: ConfiguredJob;
  readonly refs: Refs | null;
  readonly prowjob: ProwJob;
}

function refsFor(found: ConfiguredJob): Refs | null {
  if (found.type === "periodic") return null;
  const { org, repo } = found;
  const of = { owner: org, repo };
  const pull = {
    number: 42,
    title: "Mend the sails",
    htmlUrl: `${LINK}/${org}/${repo}/pull/42`,
    author: { login: "mara" },
    head: { sha: SHA.head, ref: "sails" },
    base: { ref: "main" },
  };
  const refs = pullRequestRefs(of, pull, SHA.base, LINK);
  if (found.type === "presubmit") return refs;
  const { pulls: _, ...push } = refs;
  return push;
}

/** Every configured job's ProwJob, in the order of the configuration. */
export async function everyJob({ repositories, periodics }: Loaded): Promise<MadeJob[]> {
  const made: MadeJob[] = [];
  for (const [at, found] of configuredJobs(repositories, periodics).entries()) {
    const refs = refsFor(found);
    const origin = {
      guid: `job-${at}`,
      webhook: false,
      now: Date.UTC(2026, 8, 1),
      publicUrl: "https://prow.example.org",
      settings: { prowjob_namespace: "default", link_url: LINK },
    };
    made.push({ found, refs, prowjob: await jobOf(found, refs, origin) });
  }
  return made;
}
