/** Assignments as the worker would make them. */
import type { JsonObject, Refs } from "../../../src/config/model.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";

export interface JobOptions {
  readonly job?: string;
  readonly attempt?: number;
  readonly epoch?: number;
  readonly script?: string;
  /** Of the pod. */
  readonly namespace?: string;
  readonly podSpec?: JsonObject;
  readonly refs?: Refs;
  readonly extraRefs?: readonly Refs[];
  readonly env?: Record<string, string>;
  readonly decoration?: JsonObject | null;
  readonly timeoutSeconds?: number;
  readonly graceSeconds?: number;
  readonly unscheduledSeconds?: number;
  readonly pendingSeconds?: number;
  readonly gitBaseUrl?: string;
  readonly cloneToken?: string | null;
  readonly logBytes?: number;
}

let made = 0;

export function assignmentOf(options: JobOptions = {}): Assignment {
  made += 1;
  const id = options.job ?? `0194f000-0000-7000-8000-${String(made).padStart(12, "0")}`;
  const decoration = options.decoration === undefined ? {} : options.decoration;
  return {
    job: id,
    attempt: options.attempt ?? 1,
    epoch: options.epoch ?? 1,
    prowjob: {
      apiVersion: "prow.k8s.io/v1",
      kind: "ProwJob",
      metadata: {
        name: id,
        namespace: "default",
        labels: { team: "blue" },
        annotations: {},
        creationTimestamp: "2026-01-01T00:00:00Z",
      },
      spec: {
        type: "presubmit",
        agent: "kubernetes",
        cluster: "default",
        namespace: options.namespace ?? "test-pods",
        job: "pull-test",
        report: true,
        pod_spec: options.podSpec ?? {
          containers: [{ image: "alpine", command: ["sh", "-c", options.script ?? "true"] }],
        },
        ...(options.refs ? { refs: options.refs } : {}),
        ...(options.extraRefs ? { extra_refs: options.extraRefs } : {}),
        ...(decoration ? { decoration_config: decoration } : {}),
      },
      status: { startTime: "2026-01-01T00:00:00Z", state: "pending" },
    },
    token: `job-token-of-${id}`,
    podToken: `pod-token-of-${id}`,
    buildId: "1900000000000000001",
    env: { CI: "true", JOB_NAME: "pull-test", BUILD_ID: "1900000000000000001", PROW_JOB_ID: id, ...options.env },
    timeoutSeconds: options.timeoutSeconds ?? 60,
    graceSeconds: options.graceSeconds ?? 2,
    unscheduledSeconds: options.unscheduledSeconds ?? 60,
    pendingSeconds: options.pendingSeconds ?? 120,
    gitBaseUrl: options.gitBaseUrl ?? "http://127.0.0.1:1",
    cloneToken: options.cloneToken ?? null,
    limits: { artifactBytes: 1e9, artifactFiles: 10_000, logBytes: options.logBytes ?? 1e9 },
  };
}
