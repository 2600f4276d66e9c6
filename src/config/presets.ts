/** Presets: pieces of pod specs that labels select (spec jobs 1.8). */
import type { Preset } from "./job-schema.ts";
import type { Json, JsonObject } from "./model.ts";

const list = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly JsonObject[]) : [];
const nameOf = (item: JsonObject): string => (typeof item["name"] === "string" ? item["name"] : "");

/** A preset applies when each of its labels is on the job; one without labels applies to every job. */
function applies(preset: Preset, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(preset.labels ?? {}).every(([key, value]) => labels[key] === value);
}

/** `more` behind `have`; names that are there already are conflicts. */
function append(
  have: readonly JsonObject[],
  more: readonly JsonObject[],
  what: string,
  conflicts: string[],
): readonly JsonObject[] {
  const names = new Set(have.map(nameOf));
  for (const name of more.map(nameOf).filter((one) => names.has(one)))
    conflicts.push(`a preset adds ${what} ${name}, which is there already`);
  return [...have, ...more];
}

function onto(spec: JsonObject, preset: Preset, conflicts: string[]): JsonObject {
  const containers = list(spec["containers"]).map((container) => ({
    ...container,
    ...(preset.env ? { env: append(list(container["env"]), preset.env, "the variable", conflicts) } : {}),
    ...(preset.volumeMounts
      ? { volumeMounts: append(list(container["volumeMounts"]), preset.volumeMounts, "the mount", conflicts) }
      : {}),
  }));
  const tolerations = list(spec["tolerations"]);
  const same = new Set(tolerations.map((one) => JSON.stringify(one)));
  if (preset.tolerations?.some((one) => same.has(JSON.stringify(one))))
    conflicts.push("a preset adds a toleration that is there already");
  return {
    ...spec,
    containers,
    ...(preset.volumes ? { volumes: append(list(spec["volumes"]), preset.volumes, "the volume", conflicts) } : {}),
    ...(preset.tolerations ? { tolerations: [...tolerations, ...preset.tolerations] } : {}),
  };
}

/** A pod spec with the presets that a job's labels select; and what collides, as sentences. */
export function withPresets(
  spec: JsonObject,
  labels: Readonly<Record<string, string>>,
  presets: readonly Preset[],
): { spec: JsonObject; conflicts: readonly string[] } {
  const conflicts: string[] = [];
  const chosen = presets.filter((preset) => applies(preset, labels));
  return { spec: chosen.reduce((merged, preset) => onto(merged, preset, conflicts), spec), conflicts };
}

/** Label pairs that more than one preset of a configuration claims. */
export function repeatedPresetLabels(presets: readonly Preset[]): readonly string[] {
  const seen = new Set<string>();
  const repeated: string[] = [];
  for (const [key, value] of presets.flatMap((preset) => Object.entries(preset.labels ?? {}))) {
    const pair = `${key}:${value}`;
    if (seen.has(pair)) repeated.push(pair);
    seen.add(pair);
  }
  return repeated;
}
