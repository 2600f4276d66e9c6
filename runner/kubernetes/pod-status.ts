/** What a pod's status says, as zod reads it: everything in it is optional until it is there. */
import { z } from "zod";

const Terminated = z.object({
  exitCode: z.int(),
  reason: z.string().default(""),
  message: z.string().default(""),
  finishedAt: z.string().nullish(),
});
const ContainerStatus = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  started: z.boolean().nullish(),
  state: z
    .object({
      waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).nullish(),
      running: z.object({ startedAt: z.string().nullish() }).nullish(),
      terminated: Terminated.nullish(),
    })
    .default({}),
  lastState: z.object({ terminated: Terminated.nullish() }).default({}),
});
export type ContainerStatus = z.infer<typeof ContainerStatus>;

const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
});

export const PodObject = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    deletionTimestamp: z.string().nullish(),
    creationTimestamp: z.string(),
  }),
  spec: z.object({ nodeName: z.string().default("") }).default({ nodeName: "" }),
  status: z.object({
    phase: z.enum(["Pending", "Running", "Succeeded", "Failed", "Unknown"]).default("Pending"),
    reason: z.string().default(""),
    message: z.string().default(""),
    startTime: z.string().nullish(),
    conditions: z.array(Condition).default([]),
    initContainerStatuses: z.array(ContainerStatus).default([]),
    containerStatuses: z.array(ContainerStatus).default([]),
  }),
});
export type PodObject = z.infer<typeof PodObject>;

export const condition = (pod: PodObject, type: string) => pod.status.conditions.find((one) => one.type === type);
