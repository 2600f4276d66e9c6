/** Labels and annotations of a ProwJob, and of its pod (spec jobs 2.2). */
import type { ProwJobSpec } from "./prowjob.ts";

const LABEL_VALUE_LENGTH = 63;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/**
 * The labels of a job: generated ones, overridden by `extra`. A value that Kubernetes would refuse is cut to the last
 * part of its path (`feature/x` becomes `x`), or left out when that is no label either.
 */
export function labelsFor(spec: ProwJobSpec, extra: Readonly<Record<string, string>>): Record<string, string> {
  const refs = spec.refs ?? spec.extra_refs?.[0];
  const pull = spec.refs?.pulls?.[0];
  const wanted: Record<string, string> = {
    "created-by-prow": "true",
    "prow.k8s.io/type": spec.type,
    "prow.k8s.io/job": shortened(spec.job),
    "prow.k8s.io/context": shortened(spec.context ?? ""),
    ...(refs ? { "prow.k8s.io/refs.org": refs.org, "prow.k8s.io/refs.repo": refs.repo } : {}),
    ...(refs?.base_ref ? { "prow.k8s.io/refs.base_ref": refs.base_ref } : {}),
    ...(pull ? { "prow.k8s.io/refs.pull": String(pull.number) } : {}),
    ...extra,
  };
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(wanted)) {
    const fitting = [value, value.slice(value.lastIndexOf("/") + 1)].find((text) => LABEL_VALUE.test(text));
    if (fitting !== undefined) labels[key] = fitting;
  }
  return labels;
}

/** The annotations of a job: its full name and context, overridden by `extra`. */
export function annotationsFor(spec: ProwJobSpec, extra: Readonly<Record<string, string>>): Record<string, string> {
  return { "prow.k8s.io/job": spec.job, "prow.k8s.io/context": spec.context ?? "", ...extra };
}

/** Cut to a label's length, without an end that Kubernetes forbids. */
function shortened(name: string): string {
  if (name.length <= LABEL_VALUE_LENGTH) return name;
  return name.slice(0, LABEL_VALUE_LENGTH).replace(/[._-]+$/, "");
}
