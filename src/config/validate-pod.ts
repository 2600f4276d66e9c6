/** What is wrong with a job's pod spec and decoration (spec jobs 1.9, 6.1, 6.2). */
import type { JobBase } from "./model.ts";
import { mapping, mappings, text } from "./pod-spec.ts";

export interface Finding {
  /** Below the job. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** An error unless it says otherwise. */
  readonly severity?: "warning";
}
export type Kind = "presubmit" | "postsubmit" | "periodic";

const RESERVED_CONTAINERS = ["clonerefs", "initupload", "place-entrypoint", "sidecar"];
const RESERVED_MOUNTS = ["logs", "code", "tools"];
const RESERVED_PATHS = ["/logs", "/home/prow/go", "/tools"];

const ENV = ["CI", "JOB_NAME", "JOB_SPEC", "JOB_TYPE", "PROW_JOB_ID", "BUILD_ID", "BUILD_NUMBER"];
const ENV_OF_REFS = ["REPO_OWNER", "REPO_NAME", "SRC_HOST", "SRC_BASE", "PULL_BASE_REF", "PULL_BASE_SHA", "PULL_REFS"];
const ENV_OF_PULLS = ["PULL_NUMBER", "PULL_PULL_SHA", "PULL_HEAD_REF", "PULL_TITLE"];
const RESERVED_ENV: Readonly<Record<Kind, ReadonlySet<string>>> = {
  presubmit: new Set([...ENV, ...ENV_OF_REFS, ...ENV_OF_PULLS]),
  postsubmit: new Set([...ENV, ...ENV_OF_REFS]),
  periodic: new Set(ENV),
};

/** Names that come more than once, each said once. */
function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of names) (seen.has(name) ? twice : seen).add(name);
  return [...twice];
}

/** Volumes that decoration adds: none may be defined, all may be mounted but those of the test container itself. */
function decorationVolumes(job: JobBase): ReadonlySet<string> {
  const decoration = job.decoration_config ?? {};
  const secrets = decoration["ssh_key_secrets"];
  const oauth = text(mapping(decoration["oauth_token_secret"])["name"]);
  return new Set([
    ...RESERVED_MOUNTS,
    "gcs-credentials",
    "s3-credentials",
    ...(Array.isArray(secrets) ? secrets.filter((one) => typeof one === "string") : []),
    ...(oauth === "" ? [] : [oauth]),
  ]);
}

function* namesFindings(job: JobBase): Generator<Finding> {
  const path = ["spec", "containers"];
  const containers = mappings(job.spec?.["containers"]);
  if (containers.length === 0) yield { path, message: "must hold at least one container" };
  if (containers.length < 2) return;
  if (!job.decoration_config) yield { path, message: "more than one container needs decorate: true" };
  const names = containers.map((container) => text(container["name"]));
  if (names.includes("")) yield { path, message: "every container needs a name where there are several" };
  for (const name of repeated(names).filter((one) => one !== ""))
    yield { path, message: `two containers are named ${name}` };
  for (const [at, name] of names.entries()) {
    if (RESERVED_CONTAINERS.includes(name))
      yield { path: [...path, at, "name"], message: `the container name ${name} is reserved for decoration` };
  }
}

/** `kind` decides which variables Prow sets itself. */
export function* podFindings(job: JobBase, kind: Kind): Generator<Finding> {
  const spec = job.spec ?? {};
  for (const [at, container] of mappings(spec["initContainers"]).entries()) {
    if (container["restartPolicy"] !== "Always")
      yield {
        path: ["spec", "initContainers", at],
        message: "init containers may only be native sidecars (restartPolicy: Always)",
      };
  }
  yield* namesFindings(job);
  const volumes = mappings(spec["volumes"]).map((volume) => text(volume["name"]));
  const decorated = decorationVolumes(job);
  for (const name of repeated(volumes)) yield { path: ["spec", "volumes"], message: `two volumes are named ${name}` };
  for (const [at, name] of volumes.entries()) {
    if (decorated.has(name))
      yield { path: ["spec", "volumes", at, "name"], message: `the volume name ${name} is reserved for decoration` };
  }
  const defined = new Set([...volumes, ...decorated]);
  for (const [at, container] of mappings(spec["containers"]).entries()) {
    const path = ["spec", "containers", at];
    const env = mappings(container["env"]).map((one) => text(one["name"]));
    for (const name of repeated(env)) yield { path: [...path, "env"], message: `the variable ${name} is set twice` };
    for (const [nth, name] of env.entries()) {
      if (RESERVED_ENV[kind].has(name))
        yield { path: [...path, "env", nth, "name"], message: `the variable ${name} is reserved: Prow sets it` };
    }
    for (const [nth, mount] of mappings(container["volumeMounts"]).entries()) {
      const where = [...path, "volumeMounts", nth];
      const name = text(mount["name"]);
      const mountPath = text(mount["mountPath"]);
      if (!defined.has(name)) yield { path: where, message: `mounts the volume ${name}, which is not defined` };
      if (RESERVED_MOUNTS.includes(name)) yield { path: where, message: `the mount name ${name} is reserved` };
      if (RESERVED_PATHS.includes(mountPath)) yield { path: where, message: `the path ${mountPath} is reserved` };
    }
    if (job.decoration_config && firstWord(container) === "")
      yield { path, message: "a decorated job's container needs a command or args" };
  }
}

function firstWord(container: Readonly<Record<string, unknown>>): string {
  const words = [container["command"], container["args"]].flatMap((list): unknown[] =>
    Array.isArray(list) ? list : [],
  );
  return typeof words[0] === "string" ? words[0] : "";
}

const IMAGES = ["clonerefs", "initupload", "entrypoint", "sidecar"];
const STRATEGIES = ["legacy", "single", "explicit"];
const MEDIA_TYPE = /^[\w!#$&^.+*-]+(\/[\w!#$&^.+*-]+)?(\s*;\s*[\w!#$&^.+*-]+=("[^"]*"|[\w!#$&^.+*-]+))*\s*;?$/;

/** What Go's url.Parse refuses: control characters, blanks in the host, half an escape, a port that is no number. */
export const isUrl = (value: string): boolean =>
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  !/[\u0000-\u001f\u007f]|%(?![0-9a-fA-F]{2})/.test(value) &&
  !/^[a-z][a-z0-9+.-]*:\/\/[^/]*(?: |:[^0-9/@][^/@]*$)/i.test(value);

export function* decorationFindings(job: JobBase): Generator<Finding> {
  const decoration = job.decoration_config;
  if (!decoration) return;
  const path = ["decoration_config"];
  const images = mapping(decoration["utility_images"]);
  const missing = IMAGES.filter((name) => text(images[name]) === "");
  if (missing.length > 0) {
    const message = `lacks the images ${missing.join(", ")}: give them here or in plank's default decoration`;
    yield { path: [...path, "utility_images"], message };
  }
  if (decoration["gcs_configuration"] === undefined) {
    const message = "lacks gcs_configuration: give it here or in plank's default decoration";
    yield { path, message };
  } else yield* storageFindings(mapping(decoration["gcs_configuration"]), [...path, "gcs_configuration"]);
  if (decoration["oauth_token_secret"] !== undefined && Array.isArray(decoration["ssh_key_secrets"])) {
    if (decoration["ssh_key_secrets"].length > 0)
      yield { path, message: "oauth_token_secret excludes ssh_key_secrets" };
  }
}

function* storageFindings(storage: ReturnType<typeof mapping>, path: readonly (string | number)[]): Generator<Finding> {
  const bucket = text(storage["bucket"]);
  if (!isUrl(bucket.includes("://") ? bucket : `gs://${bucket}`)) {
    const message = `${bucket} must be a bucket's name, or <provider>://<bucket>`;
    yield { path: [...path, "bucket"], message };
  }
  for (const [extension, type] of Object.entries(mapping(storage["mediaTypes"]))) {
    if (!MEDIA_TYPE.test(text(type)))
      yield { path: [...path, "mediaTypes", extension], message: `${text(type)} is no media type` };
  }
  const strategy = text(storage["path_strategy"]);
  if (!STRATEGIES.includes(strategy))
    yield { path: [...path, "path_strategy"], message: `must be one of ${STRATEGIES.join(", ")}` };
  else if (strategy !== "explicit" && (text(storage["default_org"]) === "" || text(storage["default_repo"]) === "")) {
    yield { path, message: `path_strategy ${strategy} needs default_org and default_repo` };
  }
}
