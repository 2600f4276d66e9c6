/** What the process executor takes from a pod specification; the rest (images, volumes, resources) means nothing to it. */
import { z } from "zod";
import type { ProwJob } from "../../src/jobs/prowjob.ts";

const EnvVar = z.object({
  name: z.string().min(1),
  value: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  valueFrom: z
    .object({
      fieldRef: z.object({ fieldPath: z.string() }).optional(),
      secretKeyRef: z.object({ optional: z.boolean().optional() }).optional(),
      configMapKeyRef: z.object({ optional: z.boolean().optional() }).optional(),
    })
    .optional(),
});
type EnvVar = z.infer<typeof EnvVar>;

const Source = z.object({ optional: z.boolean().optional() }).optional();
const Container = z.object({
  /** It becomes a part of file names. */
  name: z
    .string()
    .regex(/^([A-Za-z0-9][A-Za-z0-9_.-]{0,62})?$/)
    .default(""),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(EnvVar).default([]),
  envFrom: z.array(z.object({ secretRef: Source, configMapRef: Source })).default([]),
  workingDir: z.string().optional(),
  restartPolicy: z.string().optional(),
});
export type Container = z.infer<typeof Container>;

const PodSpec = z.object({
  initContainers: z.array(Container).default([]),
  containers: z.array(Container).min(1, "the pod has no container"),
});
export type PodSpec = z.infer<typeof PodSpec>;

/** Thrown when a job asks for what a plain process cannot have. */
export class CannotStart extends Error {
  override name = "CannotStart";
}

/** The job's containers. A single one is called `test`, as in Prow's pods. Throws CannotStart. */
export function podSpecOf(prowjob: ProwJob): PodSpec {
  const parsed = PodSpec.safeParse(prowjob.spec.pod_spec ?? {});
  if (!parsed.success) throw new CannotStart(`The job's pod_spec cannot be used: ${z.prettifyError(parsed.error)}`);
  const { containers, initContainers } = parsed.data;
  for (const container of [...initContainers, ...containers])
    if (container.command.length + container.args.length === 0)
      throw new CannotStart(
        `Container "${container.name}" names no command: the process executor does not use images, so it has nothing to run`,
      );
  const [only] = containers;
  if (containers.length > 1 && new Set(containers.map(({ name }) => name || "test")).size < containers.length)
    throw new CannotStart("Several containers of the job have the same name");
  return { initContainers, containers: containers.length === 1 && only ? [{ ...only, name: "test" }] : containers };
}

/** A container's own variables in order, those from elsewhere looked up. Throws CannotStart for what is not there. */
export function ownVariables(container: Container, prowjob: ProwJob): { name: string; value: string }[] {
  for (const from of container.envFrom)
    for (const source of [from.secretRef, from.configMapRef])
      if (source && source.optional !== true)
        throw new CannotStart(`Container "${container.name}" takes its environment from the cluster (envFrom)`);
  return container.env.flatMap((variable) => {
    const value = valueOf(variable, container.name, prowjob);
    return value === null ? [] : [{ name: variable.name, value }];
  });
}

function valueOf({ name, value, valueFrom }: EnvVar, container: string, prowjob: ProwJob): string | null {
  if (!valueFrom) return value ?? "";
  const field = valueFrom.fieldRef ? fieldOf(valueFrom.fieldRef.fieldPath, prowjob) : null;
  if (field !== null) return field;
  if ((valueFrom.secretKeyRef ?? valueFrom.configMapKeyRef)?.optional === true) return null;
  throw new CannotStart(
    `Variable ${name} of container "${container}" comes from the cluster (valueFrom), which a process does not have`,
  );
}

function fieldOf(path: string, { metadata, spec }: ProwJob): string | null {
  const keyed = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (keyed) return metadata[keyed[1] === "labels" ? "labels" : "annotations"][keyed[2] ?? ""] ?? "";
  if (path === "metadata.name" || path === "metadata.uid") return metadata.name;
  return path === "metadata.namespace" ? spec.namespace : null;
}
