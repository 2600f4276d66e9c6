/** Presets: pieces of pod specs that labels select (spec jobs 1.8). */
import type { Preset } from "./job-schema.ts";
import type { JsonObject } from "./model.ts";
import { mappings, text, textEnv } from "./pod-spec.ts";

/** Presets by one of their labels, so that a job looks only at those it may select. */
export interface PresetIndex {
  readonly always: readonly number[];
  readonly byPair: ReadonlyMap<string, readonly number[]>;
  readonly presets: readonly Preset[];
}

const pairOf = (key: string, value: string): string => `${key}:${value}`;

export function indexPresets(presets: readonly Preset[]): PresetIndex {
  const always: number[] = [];
  const byPair = new Map<string, number[]>();
  for (const [at, preset] of presets.entries()) {
    const [first] = Object.entries(preset.labels ?? {});
    if (!first) always.push(at);
    else {
      const pair = pairOf(...first);
      const known = byPair.get(pair);
      if (known) known.push(at);
      else byPair.set(pair, [at]);
    }
  }
  return { always, byPair, presets };
}

/** The presets of which every label is on the job, in their order; those without labels apply to every job. */
function selected(index: PresetIndex, labels: Readonly<Record<string, string>>): readonly Preset[] {
  const candidates = Object.entries(labels).flatMap((pair) => index.byPair.get(pairOf(...pair)) ?? []);
  return [...index.always, ...candidates]
    .sort((a, b) => a - b)
    .flatMap((at) => index.presets[at] ?? [])
    .filter((preset) => Object.entries(preset.labels ?? {}).every(([key, value]) => labels[key] === value));
}

/** `more` behind `have`; names that are there already are conflicts. */
function append(
  have: readonly JsonObject[],
  more: readonly JsonObject[],
  what: string,
  conflicts: string[],
): readonly JsonObject[] {
  const names = new Set(have.map((item) => text(item["name"])));
  for (const item of more) {
    const name = text(item["name"]);
    if (names.has(name)) conflicts.push(`a preset adds the ${what} ${name}, which is there already`);
    names.add(name);
  }
  return [...have, ...more];
}

function onto(spec: JsonObject, preset: Preset, conflicts: string[]): JsonObject {
  const { env = [], volumeMounts = [], volumes = [], tolerations = [] } = preset;
  const containers = mappings(spec["containers"]).map((container) => ({
    ...container,
    ...(env.length > 0 && { env: append(mappings(container["env"]), textEnv(env), "variable", conflicts) }),
    ...(volumeMounts.length > 0 && {
      volumeMounts: append(mappings(container["volumeMounts"]), volumeMounts, "mount", conflicts),
    }),
  }));
  const tolerated = mappings(spec["tolerations"]);
  const same = new Set(tolerated.map(canonical));
  if (tolerations.some((one) => same.has(canonical(one))))
    conflicts.push("a preset adds a toleration that is there already");
  return {
    ...spec,
    ...(Array.isArray(spec["containers"]) && { containers }),
    ...(volumes.length > 0 && { volumes: append(mappings(spec["volumes"]), volumes, "volume", conflicts) }),
    ...(tolerations.length > 0 && { tolerations: [...tolerated, ...tolerations] }),
  };
}

/** Equal mappings, whatever the order of their keys, are equal texts. */
const canonical = (value: JsonObject): string =>
  JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

/** A pod spec with the presets that a job's labels select; and what collides, as sentences. */
export function withPresets(
  spec: JsonObject,
  labels: Readonly<Record<string, string>>,
  index: PresetIndex,
): { spec: JsonObject; conflicts: readonly string[] } {
  const conflicts: string[] = [];
  let merged = spec;
  for (const preset of selected(index, labels)) merged = onto(merged, preset, conflicts);
  return { spec: merged, conflicts: [...new Set(conflicts)] };
}

/** A preset with where it was written. */
export interface WrittenPreset {
  readonly preset: Preset;
  readonly file: string;
  readonly line: number;
  /** Its place in the file's list. */
  readonly at: number;
}

/** Presets whose label pair an earlier one of the configuration claims. */
export function repeatedLabels(
  presets: readonly WrittenPreset[],
): readonly { readonly later: WrittenPreset; readonly earlier: WrittenPreset; readonly pair: string }[] {
  const seen = new Map<string, WrittenPreset>();
  const repeated: { later: WrittenPreset; earlier: WrittenPreset; pair: string }[] = [];
  for (const later of presets) {
    for (const [key, value] of Object.entries(later.preset.labels ?? {})) {
      const pair = pairOf(key, value);
      const earlier = seen.get(pair);
      if (earlier) repeated.push({ later, earlier, pair });
      else seen.set(pair, later);
    }
  }
  return repeated;
}
