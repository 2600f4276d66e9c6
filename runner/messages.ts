/** What the worker says, read with care: ids become file names, limits become loops. */
import { z } from "zod";
import { type Assignment, Held, type ServerMessage } from "../src/jobs/protocol.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";

/** A job's id: it becomes the name of a folder. */
const JobId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "not a job id");

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** The parts of a ProwJob that are read without further checks; its pod_spec is checked where it is used. */
const Document = z.custom<ProwJob>((value) => {
  const shape = z.object({
    metadata: z.object({
      name: z.string(),
      labels: z.record(z.string(), z.string()).default({}),
      annotations: z.record(z.string(), z.string()).default({}),
    }),
    spec: z.object({
      job: z.string(),
      pod_spec: z.custom(isObject).optional(),
      decoration_config: z.custom(isObject).optional(),
      refs: z.object({ org: z.string(), repo: z.string() }).optional(),
      extra_refs: z.array(z.object({ org: z.string(), repo: z.string() })).optional(),
    }),
  });
  return shape.safeParse(value).success;
}, "not a ProwJob");

export const Assigned: z.ZodType<Assignment> = Held.extend({
  job: JobId,
  prowjob: Document,
  token: z.string().min(1),
  podToken: z.string().min(1).optional(),
  buildId: z.string(),
  env: z.record(z.string(), z.string()),
  timeoutSeconds: z.number().positive(),
  graceSeconds: z.number().min(0),
  // A worker of before names neither: Prow's defaults.
  unscheduledSeconds: z.number().positive().default(300),
  pendingSeconds: z.number().positive().default(600),
  gitBaseUrl: z.url(),
  cloneToken: z.string().nullable(),
  taskProblem: z.string().optional(),
  limits: z.object({ artifactBytes: z.number(), artifactFiles: z.number(), logBytes: z.number().min(0) }),
});

const Message: z.ZodType<ServerMessage> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("welcome"),
    heartbeatSeconds: z.number().positive(),
    leaseSeconds: z.number().positive(),
  }),
  z.object({ type: z.literal("offer"), job: JobId }),
  z.object({ type: z.literal("assignment"), assignment: Assigned }),
  z.object({ type: z.literal("gone"), job: JobId }),
  z.object({ type: z.literal("abort"), job: JobId, attempt: z.int(), reason: z.string() }),
  z.object({ type: z.literal("lost"), job: JobId, attempt: z.int() }),
]);

/** The message, or what is wrong with it. A newer worker's unknown messages are wrong, and left aside. */
export function parseServerMessage(value: unknown): { readonly message: ServerMessage } | { readonly problem: string } {
  const parsed = Message.safeParse(value);
  return parsed.success ? { message: parsed.data } : { problem: z.prettifyError(parsed.error) };
}
