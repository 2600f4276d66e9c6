/** ProwJobs from outside this object: what must hold before one is stored. The rest of the document passes through. */
import * as z from "zod";
import type { ProwJob } from "./prowjob.ts";

const text = z.string().max(4096);
const words = z.record(z.string(), z.string());
const Pull = z.looseObject({ number: z.int().min(0), author: text, sha: text });
const Refs = z.looseObject({ org: text, repo: text, pulls: z.array(Pull).optional() });
const Shape = z.looseObject({
  apiVersion: z.literal("prow.k8s.io/v1"),
  kind: z.literal("ProwJob"),
  metadata: z.looseObject({
    name: z.string().regex(/^[0-9A-Za-z-]{1,64}$/),
    namespace: text,
    labels: words,
    annotations: words,
    creationTimestamp: text,
  }),
  spec: z.looseObject({
    type: z.enum(["presubmit", "postsubmit", "periodic", "batch"]),
    agent: text,
    cluster: z.string().min(1).max(253),
    namespace: text,
    /** Part of file names, so no slash may be at its edges, nor dots alone between two. */
    job: z.string().regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/),
    refs: Refs.optional(),
    extra_refs: z.array(Refs).optional(),
    report: z.boolean(),
    context: text.optional(),
    max_concurrency: z.int().min(0).optional(),
    job_queue_name: text.optional(),
  }),
  status: z.looseObject({ startTime: z.iso.datetime({ offset: true }), state: text, url: text.optional() }),
});

/** Parses to the document itself. The error names what is wrong in it. */
export const ProwJobDocument = z.custom<ProwJob>().superRefine((value, context) => {
  for (const issue of Shape.safeParse(value).error?.issues ?? [])
    context.addIssue({ code: "custom", path: issue.path, message: issue.message });
});
