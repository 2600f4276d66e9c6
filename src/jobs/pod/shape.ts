/** The little of Kubernetes' shapes that we look into; everything else passes through as it is. */
import type { Json, JsonObject } from "../../config/model.ts";

/** A `pod_spec` that Kubernetes would not take either; names the place. */
export class PodSpecError extends Error {
  override readonly name = "PodSpecError";
}

export interface PodSpec extends JsonObject {
  readonly containers: readonly JsonObject[];
}

export interface Pod extends JsonObject {
  readonly apiVersion: "v1";
  readonly kind: "Pod";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: PodSpec;
}

/** What is no mapping reads as an empty one: Kubernetes will say so. */
export const recordOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function objectOf(value: Json | undefined, place: string): JsonObject {
  if (!isObject(value)) throw new PodSpecError(`${place} must be a mapping`);
  return value;
}

export function listOf(value: Json | undefined, place: string): readonly JsonObject[] {
  if (!Array.isArray(value) || !value.every(isObject)) throw new PodSpecError(`${place} must be a list of mappings`);
  return value;
}

/** An absent list is empty. */
export const optionalList = (value: Json | undefined, place: string): readonly JsonObject[] =>
  value === undefined || value === null ? [] : listOf(value, place);
