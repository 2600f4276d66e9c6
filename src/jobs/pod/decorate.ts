/** Decoration: code in, artifacts out, limits and defaults of the pod (spec jobs 1.4, 6.1). */
import type { JsonObject, Refs } from "../../config/model.ts";
import type { ProwJobSpec } from "../prowjob.ts";
import { clonePath } from "../refs.ts";
import { type PodOptions, withEnvironment } from "./options.ts";
import { optionalList, type PodSpec, recordOf } from "./shape.ts";
import { cloneContainer, sidecar, VOLUMES } from "./ours.ts";
import { ARTIFACTS, GOPATH, type Identity } from "./places.ts";
import { censorVolumes, isCensored, minimumSecretLength, secretsOf } from "./secrets.ts";

/** What uploading needs at least after the test has ended. */
const UPLOAD_SECONDS = 5;

/** Refs that are cloned, in order; empty with `skip_cloning`. */
function clonedRefs(spec: ProwJobSpec): readonly Refs[] {
  if (spec.decoration_config?.["skip_cloning"] === true) return [];
  return [...(spec.refs ? [spec.refs] : []), ...(spec.extra_refs ?? [])];
}

export function decorate(pod: PodSpec, spec: ProwJobSpec, options: PodOptions): PodSpec {
  const decoration = spec.decoration_config ?? {};
  const refs = clonedRefs(spec);
  const main = refs.find((one) => one.workdir === true) ?? refs[0];
  const workingDir = main ? `${GOPATH}/src/${clonePath(main)}` : null;
  const env = { ...options.env, ARTIFACTS, GOPATH };
  const secrets = censorVolumes(isCensored(decoration) ? secretsOf(pod) : []);
  const identity = { ...podIdentity(pod, decoration) };
  const containers = pod.containers.map((container) =>
    shaped(inTheJob(withEnvironment(container, env), workingDir), decoration),
  );
  const names = containers.map(({ name }) => (typeof name === "string" ? name : ""));
  const own = { options, decoration, identity };
  const inits = [
    ...(refs.length > 0 ? [cloneContainer(own, refs)] : []),
    ...optionalList(pod["initContainers"], "pod_spec.initContainers"),
    sidecar(own, names, { mounts: secrets.mounts, minimumLength: minimumSecretLength(decoration) }),
  ];
  return {
    ...schedulingDefaults(pod, decoration),
    ...identityDefaults(pod, decoration),
    ...accountDefault(pod, decoration),
    initContainers: inits,
    containers,
    volumes: [
      ...optionalList(pod["volumes"], "pod_spec.volumes"),
      ...VOLUMES.always,
      ...(refs.length > 0 ? VOLUMES.cloning : []),
      ...(options.secret === null ? [] : [VOLUMES.credentials(options.secret)]),
      ...secrets.volumes,
    ],
    terminationGracePeriodSeconds: graceOf(pod, options.graceSeconds),
  };
}

/** The largest of the user's, 5/4 of the decoration's, and what the upload needs (design 10, Pods). */
function graceOf(pod: PodSpec, graceSeconds: number): number {
  const own = pod["terminationGracePeriodSeconds"];
  const decorated = Math.max(Math.floor((graceSeconds * 5) / 4), graceSeconds + UPLOAD_SECONDS);
  return Math.max(typeof own === "number" ? own : 0, decorated);
}

function inTheJob(container: JsonObject, workingDir: string | null): JsonObject {
  const mounts = optionalList(container["volumeMounts"], "volumeMounts");
  const logs = { name: "logs", mountPath: ARTIFACTS };
  if (workingDir === null) return { ...container, volumeMounts: [...mounts, logs] };
  return { ...container, workingDir, volumeMounts: [...mounts, logs, { name: "code", mountPath: GOPATH }] };
}

/** Memory of the test containers (`default_memory_request`, `set_limit_equals_memory_request`). */
function shaped(container: JsonObject, decoration: JsonObject): JsonObject {
  const resources = recordOf(container["resources"]);
  const requests = recordOf(resources["requests"]);
  const memory = requests["memory"] ?? decoration["default_memory_request"];
  if (memory === undefined) return container;
  const equal = decoration["set_limit_equals_memory_request"] === true;
  return {
    ...container,
    resources: {
      ...resources,
      requests: { ...requests, memory },
      ...(equal ? { limits: { ...recordOf(resources["limits"]), memory } } : {}),
    },
  };
}

/** Under whom the pod runs: its own word, else the decoration's; `user` also by the first test container. */
function podIdentity(pod: PodSpec, decoration: JsonObject): Identity {
  const context = recordOf(pod["securityContext"]);
  const first = recordOf(pod.containers[0]?.["securityContext"]);
  const number = (...values: unknown[]): number | null =>
    values.find((value): value is number => typeof value === "number") ?? null;
  return {
    user: number(first["runAsUser"], context["runAsUser"], decoration["run_as_user"]),
    group: number(first["runAsGroup"], context["runAsGroup"], decoration["run_as_group"]),
    fsGroup: number(context["fsGroup"], decoration["fs_group"]),
  };
}

/** The pod's own word wins, field by field. */
function identityDefaults(pod: PodSpec, decoration: JsonObject): JsonObject {
  const { run_as_user: user, run_as_group: group, fs_group: fsGroup } = decoration;
  const securityContext = {
    ...(typeof user === "number" ? { runAsUser: user } : {}),
    ...(typeof group === "number" ? { runAsGroup: group } : {}),
    ...(typeof fsGroup === "number" ? { fsGroup } : {}),
    ...recordOf(pod["securityContext"]),
  };
  return Object.keys(securityContext).length > 0 ? { securityContext } : {};
}

function schedulingDefaults(pod: PodSpec, decoration: JsonObject): PodSpec {
  const options = recordOf(decoration["scheduling_options"]);
  return {
    ...(options["affinity"] === undefined ? {} : { affinity: options["affinity"] }),
    ...(options["tolerations"] === undefined ? {} : { tolerations: options["tolerations"] }),
    ...pod,
  };
}

function accountDefault(pod: PodSpec, decoration: JsonObject): JsonObject {
  const account = decoration["default_service_account_name"];
  return pod["serviceAccountName"] === undefined && typeof account === "string" && account !== ""
    ? { serviceAccountName: account, automountServiceAccountToken: pod["automountServiceAccountToken"] ?? false }
    : {};
}
