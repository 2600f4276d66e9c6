/** What is wrong with a compiled job on its own (spec jobs 1.9). Each finding is a path below the job and a sentence. */
import { isCron } from "./cron.ts";
import { goRegExp, regexFault } from "./goregexp.ts";
import type { JobBase, Periodic, Postsubmit, Presubmit } from "./model.ts";
import { decorationFindings, isUrl, type Finding, type Kind, podFindings } from "./validate-pod.ts";

/** What of the installation jobs are held against. */
export interface JobRules {
  readonly podNamespace: string;
  readonly queues: Readonly<Record<string, number>>;
}

/** What of a job's text compiling does not keep. */
export interface AsWritten {
  readonly pipeline_run_spec?: unknown;
  readonly tekton_pipeline_run_spec?: unknown;
  readonly trigger?: string | undefined;
  readonly rerun_command?: string | undefined;
}

const TEKTON = "tekton-pipeline";
const INSTEAD = "use agent kubernetes, with a pod as spec, or jenkins";
const NAME = /^[A-Za-z0-9-._]+$/;
const JENKINS_NAME = /^[A-Za-z0-9-._]([A-Za-z0-9-._/]*[A-Za-z0-9-_])?$/;
const RESERVED_LABELS = ["prow.k8s.io/type", "created-by-prow", "prow.k8s.io/id"];
const QUALIFIED =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;
const GERRIT_LABEL = "prow.k8s.io/gerrit-report-label";

const isKey = (key: string): boolean => QUALIFIED.test(key) && key.lastIndexOf("/") <= 253;

/** Prow leaves agents that it does not know to somebody else: here is nobody else. */
function* agentFindings(job: JobBase, written: AsWritten, rules: JobRules): Generator<Finding> {
  const { agent } = job;
  const kubernetes = agent === "kubernetes";
  if (agent === TEKTON) yield { path: ["agent"], message: `${TEKTON} is not run here: ${INSTEAD}` };
  for (const key of ["pipeline_run_spec", "tekton_pipeline_run_spec"] as const)
    if (written[key] !== undefined) yield { path: [key], message: `is for Tekton, which is not run here: ${INSTEAD}` };
  if (!kubernetes && agent !== "jenkins") {
    const message = `${agent} is not known: whatever starts the job, it ends with an error; ${INSTEAD}`;
    if (agent !== TEKTON) yield { path: ["agent"], message, severity: "warning" };
    return;
  }
  if (kubernetes && !job.spec)
    yield { path: ["spec"], message: "is missing: a job of agent kubernetes needs a pod spec" };
  if (!kubernetes && job.spec) yield { path: ["spec"], message: `needs agent kubernetes, not ${agent}` };
  if (!kubernetes && job.decoration_config)
    yield { path: ["decoration_config"], message: `only jobs of agent kubernetes can be decorated, not ${agent}` };
  if (!kubernetes && job.error_on_eviction)
    yield { path: ["error_on_eviction"], message: `is for agent kubernetes only, not ${agent}` };
  if (job.namespace !== rules.podNamespace)
    yield { path: ["namespace"], message: `must be pod_namespace, which is ${rules.podNamespace}` };
}

function* labelFindings(job: JobBase): Generator<Finding> {
  for (const [key, value] of Object.entries(job.labels ?? {})) {
    const path = ["labels", key];
    if (RESERVED_LABELS.includes(key)) yield { path, message: "is reserved: Prow sets it" };
    else if (!isKey(key)) yield { path, message: "is no label name that Kubernetes takes" };
    if (!LABEL_VALUE.test(value))
      yield {
        path,
        message: `${value} is no label value that Kubernetes takes (letters, digits, -, _ and ., at most 63)`,
      };
  }
  for (const key of Object.keys(job.annotations ?? {})) {
    if (!isKey(key)) yield { path: ["annotations", key], message: "is no annotation name that Kubernetes takes" };
  }
}

/** As in Prow, those of extra_refs count only when the job itself has one. */
function* cloneFindings(job: JobBase): Generator<Finding> {
  if (!job.clone_uri) return;
  const oauth = job.decoration_config?.["oauth_token_secret"] !== undefined;
  const uris: [readonly (string | number)[], string][] = [[["clone_uri"], job.clone_uri]];
  for (const [at, ref] of (job.extra_refs ?? []).entries())
    if (ref.clone_uri) uris.push([["extra_refs", at, "clone_uri"], ref.clone_uri]);
  for (const [path, uri] of uris) {
    const bare = uri.slice(uri.indexOf("@") + 1);
    if (!isUrl(bare)) yield { path, message: `${bare} is no URL` };
    else if (oauth && !/^https?:/i.test(uri))
      yield { path, message: "must begin with http:// or https:// where oauth_token_secret is given" };
  }
}

function* baseFindings(job: JobBase, kind: Kind, written: AsWritten, rules: JobRules): Generator<Finding> {
  const name = job.agent === "jenkins" ? JENKINS_NAME : NAME;
  if (!name.test(job.name)) yield { path: ["name"], message: `must match ${name.source}` };
  yield* agentFindings(job, written, rules);
  if (job.job_queue_name && !Object.hasOwn(rules.queues, job.job_queue_name))
    yield { path: ["job_queue_name"], message: `${job.job_queue_name} is not in plank.job_queue_capacities` };
  yield* labelFindings(job);
  yield* cloneFindings(job);
  if (job.spec) yield* podFindings(job, kind);
  yield* decorationFindings(job);
}

/** Patterns that Go would not compile. A list is one alternation in Prow; each part is held alone, to name it. */
function* regexFindings(
  patterns: Readonly<Record<string, string | readonly string[] | undefined>>,
): Generator<Finding> {
  for (const [key, value] of Object.entries(patterns)) {
    const list = typeof value === "string" ? [value] : (value ?? []);
    for (const [at, pattern] of list.entries()) {
      const fault = regexFault(pattern);
      const path = typeof value === "string" ? [key] : [key, at];
      if (fault !== null) yield { path, message: `is no regular expression that Go takes: ${fault}` };
    }
  }
}

function* triggeringFindings(job: Presubmit | Postsubmit): Generator<Finding> {
  const { run_if_changed, skip_if_only_changed, branches, skip_branches } = job;
  if (job.always_run && (run_if_changed || skip_if_only_changed))
    yield { path: ["always_run"], message: "excludes run_if_changed and skip_if_only_changed" };
  if (run_if_changed && skip_if_only_changed)
    yield { path: ["run_if_changed"], message: "excludes skip_if_only_changed" };
  if (job.skip_report && job.labels?.[GERRIT_LABEL])
    yield { path: ["skip_report"], message: `excludes the label ${GERRIT_LABEL}` };
  if (!job.skip_report && job.context === "") yield { path: ["context"], message: "is needed by a job that reports" };
  yield* regexFindings({ run_if_changed, skip_if_only_changed, branches, skip_branches });
}

export function* presubmitFindings(job: Presubmit, written: AsWritten, rules: JobRules): Generator<Finding> {
  yield* baseFindings(job, "presubmit", written, rules);
  yield* triggeringFindings(job);
  if (Boolean(written.trigger) !== Boolean(written.rerun_command)) {
    const path = [written.trigger ? "trigger" : "rerun_command"];
    yield { path, message: "needs the other of trigger and rerun_command too: give both, or neither" };
    return;
  }
  const wrong = [...regexFindings({ trigger: job.trigger })];
  yield* wrong;
  if (wrong.length === 0 && !goRegExp(job.trigger).test(job.rerun_command))
    yield { path: ["rerun_command"], message: `${job.rerun_command} does not match the trigger ${job.trigger}` };
}

export function* postsubmitFindings(job: Postsubmit, written: AsWritten, rules: JobRules): Generator<Finding> {
  yield* baseFindings(job, "postsubmit", written, rules);
  yield* triggeringFindings(job);
}

export function* periodicFindings(job: Periodic, written: AsWritten, rules: JobRules): Generator<Finding> {
  yield* baseFindings(job, "periodic", written, rules);
  const clocks = ["cron", "interval", "minimum_interval"] as const;
  const given = clocks.filter((key) => job[key]);
  const [first, ...more] = given;
  if (first === undefined) yield { path: [], message: `exactly one of ${clocks.join(", ")} must be given` };
  if (more.length > 0)
    yield { path: [more[0] ?? ""], message: `excludes ${first ?? ""}: give exactly one of ${clocks.join(", ")}` };
  if (job.cron && !isCron(job.cron)) {
    const message = `${job.cron} is no cron line: 5 fields, 6 with seconds, @daily and the like, or @every 1h`;
    yield { path: ["cron"], message };
  }
}
