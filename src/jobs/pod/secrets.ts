/** The secrets that a job's pod would see, and how our sidecar gets to know them (design 10, Logs). Pure. */
import type { JsonObject } from "../../config/model.ts";
import { optionalList, recordOf } from "./shape.ts";

export interface SecretRef {
  readonly name: string;
  /** The pod starts without it, too. */
  readonly optional: boolean;
}

/** Below it each secret has a folder in the sidecar. */
const FOLDER = "/secrets/censor";

/** Each secret once, by name: volumes, projected volumes, variables of (init) containers. */
export function secretsOf(pod: JsonObject): readonly SecretRef[] {
  const found = new Map<string, boolean>();
  const add = (name: unknown, optional: unknown) => {
    if (typeof name !== "string" || name === "") return;
    found.set(name, (found.get(name) ?? true) && optional === true);
  };
  for (const volume of optionalList(pod["volumes"], "pod_spec.volumes")) {
    const secret = recordOf(volume["secret"]);
    add(secret["secretName"], secret["optional"]);
    for (const source of optionalList(recordOf(volume["projected"])["sources"], "sources")) {
      const projected = recordOf(source["secret"]);
      add(projected["name"], projected["optional"]);
    }
  }
  for (const container of [
    ...optionalList(pod["initContainers"], "pod_spec.initContainers"),
    ...optionalList(pod["containers"], "pod_spec.containers"),
  ]) {
    for (const variable of optionalList(container["env"], "env")) {
      const ref = recordOf(recordOf(variable["valueFrom"])["secretKeyRef"]);
      add(ref["name"], ref["optional"]);
    }
    for (const source of optionalList(container["envFrom"], "envFrom")) {
      const ref = recordOf(source["secretRef"]);
      add(ref["name"], ref["optional"]);
    }
  }
  return [...found].map(([name, optional]) => ({ name, optional }));
}

/** Whether values of these secrets must not show in the job's log and artifacts. */
export const isCensored = (decoration: JsonObject | undefined): boolean => decoration?.["censor_secrets"] === true;

/** Shorter values stay as they are (`censoring_options.minimum_secret_length`). */
export function minimumSecretLength(decoration: JsonObject): number {
  const length = recordOf(decoration["censoring_options"])["minimum_secret_length"];
  return typeof length === "number" ? length : 0;
}

/** The sidecar's own volumes of the secrets, and where it finds each. */
export function censorVolumes(secrets: readonly SecretRef[]): {
  readonly volumes: readonly JsonObject[];
  readonly mounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly: true }[];
} {
  const named = secrets.map((secret, index) => ({ ...secret, volume: `cutwater-censor-${index}` }));
  return {
    volumes: named.map(({ name, optional, volume }) => ({
      name: volume,
      secret: { secretName: name, defaultMode: 0o444, ...(optional ? { optional } : {}) },
    })),
    mounts: named.map(({ volume }, index) => ({ name: volume, mountPath: `${FOLDER}/${index}`, readOnly: true })),
  };
}
