/** Decoration defaults by repository and cluster, and how a job's own values lie over them (spec jobs 1.4). */
import type { JsonObject } from "./model.ts";
import type { ProwConfig } from "./prow-schema.ts";

type Mapping = Record<string, unknown>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Blocks merged key by key; every other value is taken whole. */
const DEEP = new Set(["utility_images", "resources", "gcs_configuration", "censoring_options", "scheduling_options"]);

/** `over` wins where it is set. */
export function mergeDecoration(under: JsonObject, over: JsonObject): JsonObject {
  const merged: Mapping = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = merged[key];
    merged[key] = DEEP.has(key) && isMapping(below) && isMapping(value) ? { ...below, ...value } : value;
  }
  return merged as JsonObject;
}

/** An org or org/repo filter as Prow's default entries use them: empty and `*` match all. */
export function matchesRepo(filter: string | undefined, repo: string): boolean {
  if (filter === undefined || filter === "" || filter === "*") return true;
  const wanted = filter.replace(/^https?:\/\//, "");
  return wanted === repo || wanted === repo.split("/")[0];
}

interface Entry {
  readonly repo?: string | undefined;
  readonly cluster?: string | undefined;
  readonly config?: unknown;
}

/** Later matching entries lie over earlier ones. */
export function defaultsFor(entries: readonly Entry[], repo: string, cluster: string): JsonObject {
  return entries
    .filter(
      (entry) =>
        matchesRepo(entry.repo, repo) && (!entry.cluster || entry.cluster === "*" || entry.cluster === cluster),
    )
    .reduce<JsonObject>((merged, entry) => mergeDecoration(merged, (entry.config ?? {}) as JsonObject), {});
}

/** The ordered entries of a config.yaml, from whichever of its two forms it uses. */
export function decorationEntries(prow: ProwConfig): readonly Entry[] {
  const plank = prow.plank;
  if (plank?.default_decoration_config_entries) return plank.default_decoration_config_entries;
  const keyed = Object.entries(plank?.default_decoration_configs ?? {});
  const rank = (key: string): number => (key === "*" ? 0 : key.includes("/") ? 2 : 1);
  return keyed.sort(([a], [b]) => rank(a) - rank(b)).map(([repo, config]) => ({ repo, config }));
}
