/** Pod specs are the user's. Only what Prow's reader does to them: scalars become text where Kubernetes wants text. */
import type { Json, JsonObject } from "./model.ts";
import { isMapping } from "./values.ts";

export const mappings = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter((item): item is JsonObject => isMapping(item)) : [];
export const mapping = (value: Json | undefined): JsonObject => (isMapping(value) ? value : {});
export const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

const asText = (value: Json): Json => (typeof value === "number" || typeof value === "boolean" ? String(value) : value);
const asTexts = (value: Json | undefined): Json | undefined =>
  Array.isArray(value) ? (value as readonly Json[]).map(asText) : value;

/** Environment variables with their values as text: `value: 1` and `value: true` are common. */
export function textEnv(env: readonly JsonObject[]): readonly JsonObject[] {
  return env.map((one) => {
    const value = one["value"];
    return value === undefined || typeof value === "string" ? one : { ...one, value: asText(value) };
  });
}

function container(one: JsonObject): JsonObject {
  const changed: Record<string, Json> = { ...one };
  for (const key of ["command", "args"]) {
    const texts = asTexts(one[key]);
    if (texts !== undefined) changed[key] = texts;
  }
  if (Array.isArray(one["env"])) changed["env"] = textEnv(mappings(one["env"]));
  return changed;
}

/** A pod spec as Go's types would hold it. */
export function textPodSpec(spec: JsonObject): JsonObject {
  const changed: Record<string, Json> = { ...spec };
  for (const key of ["containers", "initContainers"]) {
    if (Array.isArray(spec[key])) changed[key] = mappings(spec[key]).map(container);
  }
  const selector = spec["nodeSelector"];
  if (isMapping(selector)) {
    const texts = Object.entries(selector).map(([key, value]) => [key, asText(value)] as const);
    changed["nodeSelector"] = Object.fromEntries(texts);
  }
  return changed;
}
