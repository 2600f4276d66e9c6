/** Prometheus' text format of what the exporter knows, by Prow's names (spec jobs 4.17). Pure. */
import * as z from "zod";
import { type Measure, runtimeBuckets } from "../store/job-measure.ts";
import type { MeasuredJob } from "../store/job-metrics.ts";

type Labels = Readonly<Record<string, string | number>>;

const escaped = (value: string): string =>
  value.replace(/\\/g, "\\\\").replace(/"/g, String.raw`\"`).replace(/\n/g, String.raw`\n`);

export function sample(name: string, labels: Labels, value: number): string {
  const text = Object.entries(labels).map(([key, one]) => `${key}="${escaped(String(one))}"`);
  return `${name}{${text.join(",")}} ${value}`;
}

/** One metric with all its lines. */
export function metric(name: string, type: "counter" | "gauge" | "histogram", help: string, lines: readonly string[]) {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

const whose = (job: string): Labels => ({ job_name: job, job_namespace: "default", job_agent: "kubernetes" });

/** A job's sample, in the naming of kube-state-metrics, as Prow's exporter has it. */
export function labelsLine({ job, type, org, repo, baseRef, context, state }: MeasuredJob, own: Labels): string {
  const labels = {
    ...whose(job),
    label_prow_k8s_io_type: type,
    label_prow_k8s_io_job: job,
    label_prow_k8s_io_context: context,
    label_prow_k8s_io_refs_org: org,
    label_prow_k8s_io_refs_repo: repo,
    label_prow_k8s_io_refs_base_ref: baseRef,
    ...own,
    state,
  };
  return sample("prow_job_labels", labels, 1);
}

const Named = z.record(z.string(), z.string()).catch({});
const Counts = z.array(z.number()).length(runtimeBuckets.length + 1);

/** Labels that differ from run to run would be a new series each; those of Prow itself come from the index. */
const VARYING = /^(?:prow\.k8s\.io\/|created-by-prow$|event-GUID$)/;
const LONGEST = 300;

function namesOf(prefix: string, text: string, leftOut: RegExp | null): Labels {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(Named.parse(JSON.parse(text)))) {
    const key = `${prefix}_${name.replace(/\W/g, "_")}`;
    if (!leftOut?.test(name) && !Object.hasOwn(labels, key)) labels[key] = value.slice(0, LONGEST);
  }
  return labels;
}

/** A job's own labels, as the exporter names them. */
export const ownLabels = (measure: Measure | undefined): Labels =>
  measure === undefined ? {} : namesOf("label", measure.labels, VARYING);

/** Of each job name's latest run; `measures` has the newest first. */
export function annotationLines(newest: ReadonlyMap<string, Measure>): readonly string[] {
  return [...newest.values()].map(({ job, annotations }) =>
    sample("prow_job_annotations", { ...whose(job), ...namesOf("annotation", annotations, /^prow\.k8s\.io\//) }, 1),
  );
}

/** `prow_job_runtime_seconds`: how long jobs were in a state before the next. Waits are the same whatever came after. */
export function runtimeLines(measures: readonly Measure[]): readonly string[] {
  const series = new Map<string, { labels: Labels; counts: number[]; sum: number }>();
  const add = (labels: Labels, text: string, sum: number) => {
    const counts = Counts.parse(JSON.parse(text));
    const key = JSON.stringify(labels);
    const known = series.get(key);
    if (known === undefined) series.set(key, { labels, counts, sum });
    else {
      known.counts = known.counts.map((count, slot) => count + (counts[slot] ?? 0));
      known.sum += sum;
    }
  };
  for (const { job, type, org, repo, baseRef, lastState, state, waits, waited, runs, ran } of measures) {
    const at = { job_namespace: "default", job_name: job, type };
    const place = { org, repo, base_ref: baseRef };
    add({ ...at, last_state: lastState, state, ...place }, runs, ran);
    if (lastState === "pending") add({ ...at, last_state: "triggered", state: "pending", ...place }, waits, waited);
  }
  return [...series.values()].flatMap(({ labels, counts, sum }) => {
    const name = "prow_job_runtime_seconds";
    let total = 0;
    const buckets = counts.map((count, slot) => {
      total += count;
      return sample(`${name}_bucket`, { ...labels, le: runtimeBuckets[slot] ?? "+Inf" }, total);
    });
    return [...buckets, sample(`${name}_sum`, labels, sum), sample(`${name}_count`, labels, total)];
  });
}
