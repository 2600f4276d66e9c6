/** What the API answers, as schemas: for its description; the tests hold real answers to them. */
import * as z from "zod";
import type { DeliveryView } from "../chatops/view.ts";
import type { HelpDocument } from "../chatops/plugin-help.ts";
import type { ArtifactRow, JobView, PodView } from "../jobs/view.ts";
import { Row as DeliveryListRow } from "../store/delivery-list.ts";
import { JOB_STATES, JOB_TYPES, Row as JobListRow } from "../store/job-list.ts";
import type { Explanation } from "./explain-data.ts";

const text = z.string();
const millis = z.number().describe("Milliseconds");
const next = text.nullable().describe("Address of the next page");
const any = z.unknown();
const strings = z.record(text, text);

export const JobList = z.object({ jobs: z.array(JobListRow), next });
export const JobHistory = z.object({
  job: text,
  builds: z.array(JobListRow),
  older: text.nullable(),
  newer: text.nullable(),
});
export const PullHistory = z.object({
  org: text,
  repo: text,
  pr: z.int(),
  commits: z.array(z.object({ sha: text, builds: z.array(JobListRow) })),
});

const View = JobListRow.omit({ version: true }).extend({
  title: text,
  attempt: z.int(),
  runner: text,
  node: text,
  rerunCommand: text,
  optional: z.boolean(),
  storagePath: text,
  deliveryGuid: text,
  timeline: z.array(z.object({ at: millis, what: text, detail: text })),
  log: z.object({ size: z.int(), complete: z.boolean() }),
  hidden: z.boolean(),
}) satisfies z.ZodType<JobView>;

const Pod = z.object({
  name: text,
  namespace: text,
  node: text,
  phase: text,
  said: text,
  containers: z.array(
    z.object({
      name: text,
      image: text,
      init: z.boolean(),
      state: text,
      why: text,
      said: text,
      restarts: z.number(),
    }),
  ),
  conditions: z.array(z.object({ type: text, status: text, reason: text, message: text })),
  events: z.array(z.object({ at: millis, type: text, reason: text, message: text, count: z.number() })),
}) satisfies z.ZodType<PodView>;

const Artifact = z.object({ path: text, size: z.int(), contentType: text }) satisfies z.ZodType<ArtifactRow>;
export const Artifacts = z.object({ artifacts: z.array(Artifact), cursor: text.nullable() });

export const Job = z.object({
  job: View,
  artifacts: z.array(Artifact),
  moreArtifacts: z.boolean(),
  pod: Pod.nullable(),
  actions: z.object({ rerun: z.boolean(), abort: z.boolean() }),
  github: text,
});
export const Started = z.object({ id: text, url: text });
export const Aborted = z.object({ id: text, aborted: z.literal(true) });

export const DeliveryList = z.object({ deliveries: z.array(DeliveryListRow), next });
const PluginRun = z.object({
  plugin: text,
  handler: text,
  outcome: z.enum(["effects", "nothing", "error", "timeout"]),
  why: text,
  ms: z.number(),
});
const Effect = z.looseObject({ kind: text });
const Cause = z.looseObject({ plugin: text });
export const Delivery = DeliveryListRow.extend({
  attempt: z.int(),
  handledAt: millis.nullable(),
  configVersion: text,
  payload: text,
  runs: z.array(PluginRun),
  effectList: z.array(
    z.object({
      id: z.int(),
      effect: Effect,
      cause: Cause,
      state: text,
      tries: z.int(),
      answer: text,
      at: millis.nullable(),
      nextTryAt: millis.nullable(),
    }),
  ),
  forwards: z.array(
    z.object({
      plugin: text,
      endpoint: text,
      state: z.enum(["waiting", "sending", "done", "dead"]),
      tries: z.int(),
      answer: text,
      nextTryAt: millis.nullable(),
    }),
  ),
}) satisfies z.ZodType<Record<keyof DeliveryView, unknown>>;
export const Redelivered = z.object({ guid: text, redelivered: z.literal(true) });

export const Explained = z.object({
  repository: text,
  number: z.int(),
  as: text,
  comment: text,
  configVersion: text,
  summary: text,
  runs: z.array(PluginRun),
  effects: z.array(z.looseObject({ effect: Effect })),
}) satisfies z.ZodType<Record<keyof Explanation, unknown>>;

const Help = z.object({
  Description: text,
  Config: strings,
  Snippet: text,
  Events: z.array(text),
  Commands: z.array(
    z.object({ Usage: text, Featured: z.boolean(), Description: text, Examples: z.array(text), WhoCanUse: text }),
  ),
});
export const PluginHelp = z.object({
  AllRepos: z.array(text),
  RepoPlugins: z.record(text, z.array(text)),
  RepoExternalPlugins: z.record(text, z.array(text)),
  PluginHelp: z.record(text, Help),
  ExternalPluginHelp: z.record(text, Help),
}) satisfies z.ZodType<HelpDocument>;

/** As Prow's `/data.js` has it. */
export const LegacyJobs = z.array(
  z.object({
    type: z.enum(JOB_TYPES),
    refs: z.looseObject({}),
    refs_key: text,
    job: text,
    build_id: text,
    context: text,
    started: text.describe("Seconds, as text"),
    finished: text,
    duration: text.describe("1h2m3s"),
    state: z.enum(JOB_STATES),
    description: text,
    url: text,
    pod_name: text,
    agent: text,
    prow_job: text,
  }),
);
const ProwJob = z.object({
  apiVersion: z.literal("prow.k8s.io/v1"),
  kind: z.literal("ProwJob"),
  metadata: z.looseObject({ name: text, namespace: text, creationTimestamp: text }),
  spec: z.looseObject({ type: z.enum(JOB_TYPES), job: text, agent: text, cluster: text, refs: any.optional() }),
  status: z.looseObject({ state: z.enum(JOB_STATES), startTime: text, completionTime: text.optional() }),
});
export const ProwJobs = z.object({ items: z.array(ProwJob) });
