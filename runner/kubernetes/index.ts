/**
 * Executor `kubernetes`: a job is a pod (design 1.6). What the runner knows of it comes from watching it; what it does to it
 * is create, end, remove. A restarted runner goes on with the pods that are there.
 */
import { z } from "zod";
import type { Assignment } from "../../src/jobs/protocol.ts";
import type { Evidence, Executor, Sink, Workload } from "../executor.ts";
import { createStopper } from "../process/stopper.ts";
import { backoffMs, sleep } from "../backoff.ts";
import type { Going, KubernetesOptions } from "./options.ts";
import { Watch } from "./pod-watch.ts";
import { hiddenValues, SecretsUnknown } from "./job-secrets.ts";
import { sweep } from "./sweep.ts";
import { createWorkload, findWorkload, namesOf, Refused, removeWorkload } from "./workload.ts";

export { kubeApi } from "./api.ts";
export { ownImage } from "./own-image.ts";
export type { KubernetesOptions } from "./options.ts";

const Trace = z.object({
  pod: z.string(),
  /** Once it was made. */
  uid: z.string().optional(),
  logs: z.record(z.string(), z.object({ time: z.string(), lines: z.int() })),
});
const CREATE_BACKOFF = { firstMs: 500, mostMs: 10_000 };
const NO_ARTIFACTS = { files: 0, bytes: 0, refused: [] };

export function createKubernetesExecutor(options: KubernetesOptions): Executor {
  const namespaces = new Set(options.namespaces);
  const go = (assignment: Assignment, trace: z.infer<typeof Trace> | null, sink: Sink): Workload => {
    namespaces.add(assignment.prowjob.spec.namespace);
    const stopper = createStopper();
    const detached = new AbortController();
    const startedAt = Date.now();
    const going = { options, logs: trace?.logs ?? {}, sink, stopper, detached: detached.signal, startedAt };
    const done = run(assignment, going, trace?.uid ?? null);
    return { stop: stopper.stop, detach: () => detached.abort(), done };
  };
  return {
    kind: "kubernetes",
    start: (assignment, sink) => go(assignment, null, sink),
    recover: (assignment, trace, _startedAt, sink) => go(assignment, Trace.safeParse(trace).data ?? null, sink),
    sweep: (held, over) => sweep(options, [...namespaces], held, over),
  };
}

/** `uid`: of the pod that an earlier life of the runner made. Another one takes its place in a new attempt only. */
async function run(assignment: Assignment, going: Going, uid: string | null): Promise<Evidence> {
  const { options, sink, startedAt } = going;
  const at = { startedAt, finishedAt: Date.now(), cloneRecords: [], artifacts: NO_ARTIFACTS, exitCodes: [] };
  try {
    const pod = await untilAnswered(going.detached, async () => {
      sink.hide(await hiddenValues(assignment, options.api));
      return uid === null ? await createWorkload(assignment, options) : await findWorkload(assignment, options, uid);
    });
    if (pod === null)
      return { ...at, finishedAt: Date.now(), reason: "pod-lost", message: "It was gone when the runner came back" };
    await sink.remember({ pod: pod.metadata.name, uid: pod.metadata.uid, logs: { ...going.logs } });
    return await new Watch(assignment, pod, going).ending();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    await sink.note(said).catch(() => {});
    await removeWorkload(namesOf(assignment), options, 1).catch(() => {});
    const message =
      error instanceof Refused
        ? `Kubernetes refused the pod: ${said}`
        : error instanceof SecretsUnknown
          ? said
          : `The runner could not go on with the job: ${said}`;
    return { ...at, finishedAt: Date.now(), reason: "start-failed", message };
  }
}

/** An API server that is away comes back; what it refuses stays refused. */
async function untilAnswered<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Refused || error instanceof SecretsUnknown || signal.aborted) throw error;
      await sleep(backoffMs(round, CREATE_BACKOFF), signal);
    }
  }
}
