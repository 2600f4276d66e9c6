/** What is wrong with a compiled job on its own (spec jobs 1.9). Each finding is a path below the job and a sentence. */
import { isCron } from "./cron.ts";
import { goRegExp } from "./goregexp.ts";
import type { JobBase, Json, JsonObject, Periodic, Postsubmit, Presubmit, ProwSettings } from "./model.ts";

export interface Finding {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
type Kind = "presubmit" | "postsubmit" | "periodic";

const RESERVED_LABELS = ["prow.k8s.io/type", "created-by-prow", "prow.k8s.io/id"];
const RESERVED_CONTAINERS = ["clonerefs", "initupload", "place-entrypoint", "sidecar"];
const RESERVED_VOLUMES = ["logs", "code", "tools", "gcs-credentials", "s3-credentials"];
const RESERVED_MOUNTS = ["/logs", "/home/prow/go", "/tools"];
const ENV_OF_ALL = ["CI", "JOB_NAME", "JOB_TYPE", "BUILD_ID", "PROW_JOB_ID", "BUILD_NUMBER", "JOB_SPEC"];
const ENV_OF_REFS = ["REPO_OWNER", "REPO_NAME", "PULL_BASE_REF", "PULL_BASE_SHA", "PULL_REFS"];
const ENV_OF_PULLS = ["PULL_NUMBER", "PULL_PULL_SHA", "PULL_HEAD_REF", "PULL_TITLE"];
const UTILITIES = ["clonerefs", "initupload", "entrypoint", "sidecar"];
const KEY = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

const mappings = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly JsonObject[]) : [];
const mapping = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const repeated = (names: readonly string[]): string[] =>
  names.filter((name, at) => name !== "" && names.indexOf(name) !== at);

function reservedEnv(kind: Kind): ReadonlySet<string> {
  return new Set([
    ...ENV_OF_ALL,
    ...(kind === "periodic" ? [] : ENV_OF_REFS),
    ...(kind === "presubmit" ? ENV_OF_PULLS : []),
  ]);
}

function* containerFindings(job: JobBase, kind: Kind): Generator<Finding> {
  const spec = job.spec ?? {};
  const containers = mappings(spec["containers"]);
  const volumes = mappings(spec["volumes"]).map((volume) => text(volume["name"]));
  const decorated = job.decoration_config !== undefined;
  const reserved = reservedEnv(kind);
  if (containers.length === 0) yield { path: ["spec", "containers"], message: "must hold a container" };
  if (containers.length > 1 && !decorated)
    yield { path: ["spec", "containers"], message: "more than one container needs decorate: true" };
  const names = containers.map((container) => text(container["name"]));
  if (containers.length > 1) {
    if (names.includes(""))
      yield { path: ["spec", "containers"], message: "every container needs a name where there are several" };
    for (const name of repeated(names))
      yield { path: ["spec", "containers"], message: `two containers are named ${name}` };
    for (const name of names.filter((one) => RESERVED_CONTAINERS.includes(one)))
      yield { path: ["spec", "containers"], message: `the container name ${name} is reserved` };
  }
  if (mappings(spec["initContainers"]).some((container) => container["restartPolicy"] !== "Always")) {
    yield {
      path: ["spec", "initContainers"],
      message: "init containers must be native sidecars (restartPolicy: Always)",
    };
  }
  for (const name of repeated(volumes)) yield { path: ["spec", "volumes"], message: `two volumes are named ${name}` };
  for (const name of volumes.filter((one) => RESERVED_VOLUMES.includes(one)))
    yield { path: ["spec", "volumes"], message: `the volume name ${name} is reserved` };
  for (const [at, container] of containers.entries()) {
    const env = mappings(container["env"]).map((one) => text(one["name"]));
    const path = ["spec", "containers", at];
    for (const name of repeated(env)) yield { path: [...path, "env"], message: `the variable ${name} is set twice` };
    for (const name of env.filter((one) => reserved.has(one)))
      yield { path: [...path, "env"], message: `the variable ${name} is reserved` };
    for (const mount of mappings(container["volumeMounts"])) {
      const name = text(mount["name"]);
      if (["logs", "code", "tools"].includes(name))
        yield { path: [...path, "volumeMounts"], message: `the mount name ${name} is reserved` };
      else if (!volumes.includes(name))
        yield { path: [...path, "volumeMounts"], message: `mounts the volume ${name}, which is not defined` };
      if (RESERVED_MOUNTS.includes(text(mount["mountPath"])))
        yield { path: [...path, "volumeMounts"], message: `the path ${text(mount["mountPath"])} is reserved` };
    }
    const [first] = [
      ...(Array.isArray(container["command"]) ? container["command"] : []),
      ...(Array.isArray(container["args"]) ? container["args"] : []),
    ];
    if (decorated && (first === undefined || first === ""))
      yield { path, message: "a decorated job's container needs a command or args" };
  }
}

function* decorationFindings(job: JobBase): Generator<Finding> {
  const decoration = job.decoration_config;
  if (!decoration) return;
  const path = ["decoration_config"];
  const images = mapping(decoration["utility_images"]);
  const missing = UTILITIES.filter((name) => text(images[name]) === "");
  if (missing.length > 0)
    yield {
      path: [...path, "utility_images"],
      message: `lacks the images ${missing.join(", ")}: give them here or in plank's default decoration`,
    };
  const gcs = mapping(decoration["gcs_configuration"]);
  if (decoration["gcs_configuration"] === undefined)
    yield { path, message: "lacks gcs_configuration: give it here or in plank's default decoration" };
  else {
    const strategy = text(gcs["path_strategy"]);
    if (text(gcs["bucket"]) === "" && text(gcs["local_output_dir"]) === "")
      yield { path: [...path, "gcs_configuration"], message: "lacks a bucket" };
    if (strategy === "")
      yield { path: [...path, "gcs_configuration"], message: "path_strategy must be legacy, single or explicit" };
    else if (strategy !== "explicit" && (text(gcs["default_org"]) === "" || text(gcs["default_repo"]) === "")) {
      yield {
        path: [...path, "gcs_configuration"],
        message: `path_strategy ${strategy} needs default_org and default_repo`,
      };
    }
  }
  if (decoration["oauth_token_secret"] !== undefined && mappings(decoration["ssh_key_secrets"]).length > 0) {
    yield { path, message: "oauth_token_secret excludes ssh_key_secrets" };
  }
}

function* baseFindings(
  job: JobBase,
  kind: Kind,
  settings: Pick<ProwSettings, "pod_namespace" | "plank">,
): Generator<Finding> {
  if (job.name.includes("/") && job.agent !== "jenkins")
    yield { path: ["name"], message: "may hold letters, digits, -, . and _ only" };
  const kubernetes = job.agent === "kubernetes";
  if (kubernetes && !job.spec) yield { path: ["spec"], message: "a job of agent kubernetes needs a pod spec" };
  if (!kubernetes && job.spec) yield { path: ["spec"], message: `a pod spec needs agent kubernetes, not ${job.agent}` };
  if (!kubernetes && job.decoration_config)
    yield { path: ["decoration_config"], message: "only jobs of agent kubernetes can be decorated" };
  if (!kubernetes && job.error_on_eviction) yield { path: ["error_on_eviction"], message: "only for agent kubernetes" };
  if (kubernetes && job.namespace !== settings.pod_namespace)
    yield { path: ["namespace"], message: `must be pod_namespace, ${settings.pod_namespace}` };
  if (job.job_queue_name && !(job.job_queue_name in settings.plank.job_queue_capacities)) {
    yield { path: ["job_queue_name"], message: `the queue ${job.job_queue_name} is not in plank.job_queue_capacities` };
  }
  for (const [key, value] of Object.entries(job.labels ?? {})) {
    if (RESERVED_LABELS.includes(key)) yield { path: ["labels", key], message: `the label ${key} is reserved` };
    else if (!KEY.test(key)) yield { path: ["labels", key], message: "is no label name that Kubernetes takes" };
    if (!LABEL_VALUE.test(value))
      yield {
        path: ["labels", key],
        message: "is no label value that Kubernetes takes (letters, digits, -, _, ., at most 63)",
      };
  }
  for (const key of Object.keys(job.annotations ?? {})) {
    if (!KEY.test(key)) yield { path: ["annotations", key], message: "is no annotation name that Kubernetes takes" };
  }
  if (kubernetes && job.spec) yield* containerFindings(job, kind);
  yield* decorationFindings(job);
}

function* regexFindings(
  patterns: Readonly<Record<string, string | readonly string[] | undefined>>,
): Generator<Finding> {
  for (const [key, value] of Object.entries(patterns)) {
    for (const [at, pattern] of (typeof value === "string" ? [value] : (value ?? [])).entries()) {
      try {
        goRegExp(pattern);
      } catch (error) {
        const path = typeof value === "string" ? [key] : [key, at];
        yield {
          path,
          message: `is no regular expression that Go takes: ${error instanceof Error ? error.message : String(error)}`,
        };
      }
    }
  }
}

type Triggered = Pick<
  Presubmit | Postsubmit,
  | "always_run"
  | "run_if_changed"
  | "skip_if_only_changed"
  | "branches"
  | "skip_branches"
  | "context"
  | "skip_report"
  | "labels"
>;

function* triggerFindings(job: Triggered): Generator<Finding> {
  const matchers = [job.run_if_changed, job.skip_if_only_changed].filter(Boolean).length;
  if (job.always_run && matchers > 0)
    yield { path: ["always_run"], message: "excludes run_if_changed and skip_if_only_changed" };
  if (matchers > 1) yield { path: ["run_if_changed"], message: "excludes skip_if_only_changed" };
  if (!job.skip_report && job.context === "") yield { path: ["context"], message: "a reported job needs a context" };
  if (job.skip_report && job.labels?.["prow.k8s.io/gerrit-report-label"])
    yield { path: ["skip_report"], message: "excludes the label prow.k8s.io/gerrit-report-label" };
  const { run_if_changed, skip_if_only_changed, branches, skip_branches } = job;
  yield* regexFindings({ run_if_changed, skip_if_only_changed, branches, skip_branches });
}

type Settings = Pick<ProwSettings, "pod_namespace" | "plank">;

/** `written`: which of trigger and rerun_command the file itself gives. */
export function* presubmitFindings(
  job: Presubmit,
  settings: Settings,
  written: { trigger: boolean; rerunCommand: boolean },
): Generator<Finding> {
  yield* baseFindings(job, "presubmit", settings);
  yield* triggerFindings(job);
  if (written.trigger !== written.rerunCommand)
    yield { path: ["trigger"], message: "trigger and rerun_command must be given together" };
  const wrong = [...regexFindings({ trigger: job.trigger })];
  yield* wrong;
  if (wrong.length === 0 && !goRegExp(job.trigger).test(job.rerun_command))
    yield { path: ["rerun_command"], message: `does not match its trigger ${job.trigger}` };
}

export function* postsubmitFindings(job: Postsubmit, settings: Settings): Generator<Finding> {
  yield* baseFindings(job, "postsubmit", settings);
  yield* triggerFindings(job);
}

export function* periodicFindings(job: Periodic, settings: Settings): Generator<Finding> {
  yield* baseFindings(job, "periodic", settings);
  const given = [job.interval, job.minimum_interval, job.cron].filter((one) => one !== undefined && one !== "").length;
  if (given !== 1)
    yield { path: ["interval"], message: "exactly one of interval, minimum_interval and cron must be given" };
  if (job.cron && !isCron(job.cron))
    yield { path: ["cron"], message: "is no cron line (5 fields, 6 with seconds, @daily and the like, or @every 1h)" };
}
