/**
 * Executor `kubernetes`: a job is a pod (design 1.6). What the runner knows of it comes from watching it; what it does to it
 * is create, end, remove. A restarted runner goes on with the pods that are there.
 */
import { z } from "zod";
import type { JsonObject } from "../../src/config/model.ts";
import type { Assignment } from "../../src/jobs/protocol.ts";
import type { Evidence, Executor, Sink, Workload } from "../executor.ts";
import { createStopper } from "../process/stopper.ts";
import { backoffMs, sleep } from "../backoff.ts";
import type { LogPosition } from "./follow-log.ts";
import type { Going, KubernetesOptions } from "./options.ts";
import { Watch } from "./pod-watch.ts";
import { createWorkload, namesOf, Refused, removeWorkload } from "./workload.ts";

export { kubeApi } from "./api.ts";
export type { KubernetesOptions } from "./options.ts";

const Trace = z.object({
  pod: z.string(),
  logs: z.record(z.string(), z.object({ time: z.string(), lines: z.int() })),
});
const CREATE_BACKOFF = { firstMs: 500, mostMs: 10_000 };
const NO_ARTIFACTS = { files: 0, bytes: 0, refused: [] };

export function createKubernetesExecutor(options: KubernetesOptions): Executor {
  const go = (assignment: Assignment, logs: Readonly<Record<string, LogPosition>>, sink: Sink): Workload => {
    const stopper = createStopper();
    const detached = new AbortController();
    const startedAt = Date.now();
    const done = run(assignment, { options, logs, sink, stopper, detached: detached.signal, startedAt });
    return { stop: stopper.stop, detach: () => detached.abort(), done };
  };
  return {
    kind: "kubernetes",
    start: (assignment, sink) => go(assignment, {}, sink),
    recover: (assignment, trace, _startedAt, sink) => go(assignment, logsOf(trace), sink),
  };
}

function logsOf(trace: JsonObject | null): Readonly<Record<string, LogPosition>> {
  const parsed = Trace.safeParse(trace);
  return parsed.success ? parsed.data.logs : {};
}

async function run(assignment: Assignment, going: Going): Promise<Evidence> {
  const { options, sink, startedAt } = going;
  const at = { startedAt, finishedAt: Date.now(), cloneRecords: [], artifacts: NO_ARTIFACTS, exitCodes: [] };
  try {
    await sink.remember({ pod: namesOf(assignment).pod, logs: { ...going.logs } });
    const pod = await created(assignment, options, going.detached);
    return await new Watch(assignment, pod, going).ending();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    await sink.note(said).catch(() => {});
    await removeWorkload(namesOf(assignment), options, 1).catch(() => {});
    const message =
      error instanceof Refused
        ? `Kubernetes refused the pod: ${said}`
        : `The runner could not go on with the job: ${said}`;
    return { ...at, finishedAt: Date.now(), reason: "start-failed", message };
  }
}

/** Until it is made or refused: an API server that is away comes back. */
async function created(assignment: Assignment, options: KubernetesOptions, signal: AbortSignal) {
  for (let round = 1; ; round += 1) {
    try {
      return await createWorkload(assignment, options);
    } catch (error) {
      if (error instanceof Refused || signal.aborted) throw error;
      await sleep(backoffMs(round, CREATE_BACKOFF), signal);
    }
  }
}
