/** Where a build's files lie (spec jobs 6.4): the same keys as in Prow's buckets. */
import type { JsonObject, Refs } from "../config/model.ts";
import type { ProwJobSpec } from "./prowjob.ts";
import { mainRefs } from "./refs.ts";

/** Named in aliases when the job names no bucket of its own. */
const DEFAULT_BUCKET = "cutwater-artifacts";

interface Storage {
  readonly bucket: string;
  readonly prefix: string;
  readonly strategy: string;
  readonly defaultOrg: string;
  readonly defaultRepo: string;
}

/** The build's folder, without a slash at its end. */
export function storagePath(spec: ProwJobSpec, buildId: string): string {
  const storage = storageOf(spec);
  const prefix = storage.prefix === "" ? "" : `${storage.prefix}/`;
  return `${prefix}${jobRoot(spec, storage)}/${buildId}`;
}

/** Files that hold the newest build id of a job; they know no path_prefix. */
export function latestBuildKeys(spec: ProwJobSpec): string[] {
  switch (spec.type) {
    case "presubmit":
      return [`pr-logs/directory/${spec.job}/latest-build.txt`, `${jobRoot(spec, storageOf(spec))}/latest-build.txt`];
    case "batch":
      return [`pr-logs/directory/${spec.job}/latest-build.txt`];
    default:
      return [`logs/${spec.job}/latest-build.txt`];
  }
}

/** For presubmits: a file that leads from the job's name and build id to the build's folder. */
export function aliasOf(spec: ProwJobSpec, buildId: string): { readonly key: string; readonly body: string } | null {
  if (spec.type !== "presubmit") return null;
  const { bucket } = storageOf(spec);
  const url = `${bucket.includes("://") ? bucket : `gs://${bucket}`}/${storagePath(spec, buildId)}`;
  return { key: `pr-logs/directory/${spec.job}/${buildId}.txt`, body: url };
}

/** `logs/<job>` or `pr-logs/pull/...`: everything between prefix and build id. */
function jobRoot(spec: ProwJobSpec, storage: Storage): string {
  if (spec.type === "batch") return `pr-logs/pull/batch/${spec.job}`;
  const refs = mainRefs(spec);
  if (spec.type !== "presubmit" || refs === null) return `logs/${spec.job}`;
  const parts = ["pr-logs/pull", repoSegment(refs, storage), String(refs.pulls?.[0]?.number ?? 0), spec.job];
  return parts.filter((part) => part !== "").join("/");
}

/** The repository in a path; empty for the default repository of the strategies `legacy` and `single`. */
function repoSegment(refs: Refs, storage: Storage): string {
  const org = refs.org.replace(/^https?:\/\//, "").replaceAll("/", "_");
  const repo = refs.repo.replaceAll("/", "_");
  const isDefaultOrg = refs.org === storage.defaultOrg;
  if (storage.strategy !== "explicit" && isDefaultOrg && refs.repo === storage.defaultRepo) return "";
  if (storage.strategy === "legacy" && isDefaultOrg) return repo;
  return `${org}_${repo}`;
}

function storageOf(spec: ProwJobSpec): Storage {
  const configured = spec.decoration_config?.["gcs_configuration"];
  const gcs = isObject(configured) ? configured : {};
  const text = (key: string, otherwise: string): string => {
    const value = gcs[key];
    return typeof value === "string" && value !== "" ? value : otherwise;
  };
  return {
    bucket: text("bucket", DEFAULT_BUCKET),
    prefix: text("path_prefix", "").replace(/^\/+|\/+$/g, ""),
    strategy: text("path_strategy", "explicit"),
    defaultOrg: text("default_org", ""),
    defaultRepo: text("default_repo", ""),
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
