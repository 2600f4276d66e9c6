/** Decoration defaults by repository and cluster, and how a job's own values lie over them (spec jobs 1.4). */
import type { JsonObject } from "./model.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { isMapping } from "./values.ts";

/** Blocks merged key by key; every other value is taken whole. */
const DEEP = new Set([
  "utility_images",
  "resources",
  "gcs_configuration",
  "mediaTypes",
  "censoring_options",
  "scheduling_options",
  "resultstore_config",
]);

/** `over` wins where it is set. Within a block an empty text is unset, as Go's zero value. */
export function mergeDefaults(under: JsonObject, over: JsonObject, inside = false): JsonObject {
  const merged: Record<string, JsonObject[string]> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined || (inside && value === "")) continue;
    const below = merged[key];
    const deep = DEEP.has(key) && isMapping(below) && isMapping(value);
    merged[key] = deep ? mergeDefaults(below, value, true) : value;
  }
  return merged;
}

/** An org or org/repo filter as Prow's default entries use them: empty and `*` match all. */
export function matchesRepo(filter: string | undefined, repo: string): boolean {
  if (filter === undefined || filter === "" || filter === "*") return true;
  const wanted = plainRepo(filter);
  const given = plainRepo(repo);
  return wanted === given || wanted === given.slice(0, Math.max(0, given.lastIndexOf("/")));
}

/** Without scheme, and without the `-review` that Gerrit's host names carry. */
const plainRepo = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/-review(?=\.)/, "");

export interface DefaultEntry {
  readonly repo?: string | undefined;
  readonly cluster?: string | undefined;
  readonly config?: object | undefined;
}

/** Later matching entries lie over earlier ones. The cluster is compared exactly, whatever Prow's documents say. */
export function defaultsFor(entries: readonly DefaultEntry[], repo: string, cluster: string): JsonObject {
  let merged: JsonObject = {};
  for (const entry of entries) {
    const here = !entry.cluster || entry.cluster === "*" || entry.cluster === cluster;
    if (here && matchesRepo(entry.repo, repo)) merged = mergeDefaults(merged, set(entry.config ?? {}));
  }
  return merged;
}

/** The ordered decoration entries of a config.yaml, from whichever of its two forms it uses. */
export function decorationEntries(prow: ProwConfig): readonly DefaultEntry[] {
  const { default_decoration_config_entries: entries, default_decoration_configs: keyed } = prow.plank ?? {};
  if (entries) return entries;
  const rank = (key: string): number => (key === "*" ? 0 : key.includes("/") ? 2 : 1);
  return Object.entries(keyed ?? {})
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([repo, config]) => ({ repo, config }));
}

/** A deep copy with only what is set: compiled documents hold nothing else. */
export function set(value: object): JsonObject {
  const copy: JsonObject = JSON.parse(JSON.stringify(value));
  return copy;
}
