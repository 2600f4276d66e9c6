/** The environment of a job's process (spec jobs 6.2). ARTIFACTS and GOPATH are the executor's to add. */
import type { ProwJobSpec } from "./prowjob.ts";
import { clonePath, refsString } from "./refs.ts";

/** Variables by name, sorted. `id` is the ProwJob's. */
export function jobEnvironment(spec: ProwJobSpec, id: string, buildId: string): Record<string, string> {
  const variables: Record<string, string> = {
    CI: "true",
    JOB_NAME: spec.job,
    JOB_TYPE: spec.type,
    BUILD_ID: buildId,
    PROW_JOB_ID: id,
    JOB_SPEC: jobSpec(spec, id, buildId),
    ...(spec.agent === "kubernetes" ? { BUILD_NUMBER: buildId } : {}),
    ...(spec.type === "periodic" ? {} : refsVariables(spec)),
  };
  return Object.fromEntries(Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function refsVariables(spec: ProwJobSpec): Record<string, string> {
  const { refs } = spec;
  if (!refs) return {};
  const [host = "", ...rest] = clonePath(refs).split("/");
  const pull = spec.type === "presubmit" ? refs.pulls?.[0] : undefined;
  return {
    REPO_OWNER: refs.org,
    REPO_NAME: refs.repo,
    SRC_HOST: host,
    SRC_BASE: rest.join("/"),
    PULL_BASE_REF: refs.base_ref ?? "",
    PULL_BASE_SHA: refs.base_sha ?? "",
    PULL_REFS: refsString(refs),
    ...(pull
      ? {
          PULL_NUMBER: String(pull.number),
          PULL_PULL_SHA: pull.sha,
          PULL_HEAD_REF: pull.head_ref ?? "",
          PULL_TITLE: pull.title ?? "",
        }
      : {}),
  };
}

/** JOB_SPEC: what `kubetest` and bootstrap-era scripts read. Empty members are left out. */
function jobSpec(spec: ProwJobSpec, id: string, buildId: string): string {
  return JSON.stringify({
    type: spec.type,
    job: spec.job,
    buildid: buildId,
    prowjobid: id,
    ...(spec.refs ? { refs: spec.refs } : {}),
    ...(spec.extra_refs?.length ? { extra_refs: spec.extra_refs } : {}),
    ...(spec.decoration_config ? { decoration_config: spec.decoration_config } : {}),
  });
}
