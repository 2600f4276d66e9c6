/** What is wrong with a Tekton job's use of refs (spec jobs 1.9, tekton). */
import type { Json, JsonObject } from "./model.ts";
import { mapping, mappings, text } from "./pod-spec.ts";
import type { Finding, Kind } from "./validate-pod.ts";

export interface PipelineSpecs {
  readonly pipeline_run_spec?: JsonObject | undefined;
  readonly tekton_pipeline_run_spec?: { readonly v1beta1?: JsonObject | undefined } | undefined;
}

const IMPLICIT = "PROW_IMPLICIT_GIT_REF";
const EXTRA = /PROW_EXTRA_GIT_REF_(\d+)/;

/** Every extra ref must be used by a task, and every one used must be there. */
export function* pipelineFindings(kind: Kind, written: PipelineSpecs, extraRefs: number): Generator<Finding> {
  const second = written.tekton_pipeline_run_spec?.v1beta1;
  const spec = second ?? written.pipeline_run_spec;
  if (!spec) return;
  const path = second ? ["tekton_pipeline_run_spec", "v1beta1"] : ["pipeline_run_spec"];
  const tasks: Json | undefined = mapping(spec["pipelineSpec"])["tasks"];
  const used = new Set<number>();
  for (const [at, task] of mappings(tasks).entries()) {
    const where = [...path, "pipelineSpec", "tasks", at, "taskRef", "name"];
    const name = text(mapping(task["taskRef"])["name"]);
    if (kind === "periodic" && name === IMPLICIT)
      yield { path: where, message: `a periodic job has no repository of its own for ${IMPLICIT}` };
    const index = EXTRA.exec(name)?.[1];
    if (index === undefined) continue;
    if (/^0\d/.test(index)) yield { path: where, message: "PROW_EXTRA_GIT_REF_<n> takes no leading zeros" };
    else used.add(Number(index));
  }
  for (let at = 0; at < extraRefs; at += 1) {
    if (!used.delete(at))
      yield { path: ["extra_refs", at], message: `is not used: some task must name PROW_EXTRA_GIT_REF_${at}` };
  }
  for (const index of used)
    yield { path, message: `PROW_EXTRA_GIT_REF_${index} is used, but there is no such extra_refs` };
}
