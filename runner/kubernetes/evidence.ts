/** From what a pod says to what the worker is told (spec jobs 2.3, 4.1). Pure. */
import { CLONE_CONTAINER, SIDECAR_CONTAINER } from "../../src/jobs/pod/index.ts";
import type { Evidence } from "../executor.ts";
import { condition, type ContainerStatus, type PodObject } from "./pod-status.ts";

export type Ending = Pick<Evidence, "reason" | "message" | "exitCodes">;

/** Words of a waiting container that no waiting will cure. */
const HOPELESS = new Set(["InvalidImageName", "CreateContainerConfigError", "ErrImageNeverPull"]);

const CANNOT = /^(?:StartError|ContainerCannotRun|RunContainerError)$/;

/** The end of a pod that is over by itself; null while it is not. */
export function endingOf(pod: PodObject): Ending | null {
  const { phase, reason } = pod.status;
  const exitCodes = exitCodesOf(pod);
  if (phase === "Failed" || phase === "Succeeded") {
    if (reason === "Evicted") return { reason: "evicted", message: pod.status.message, exitCodes };
    const disrupted = condition(pod, "DisruptionTarget");
    if (disrupted?.status === "True")
      return { reason: "evicted", message: disrupted.message || disrupted.reason, exitCodes };
    if (reason === "NodeLost" || reason === "NodeShutdown" || reason === "Terminated")
      return { reason: "pod-lost", message: pod.status.message || reason, exitCodes };
    return finished(pod, exitCodes);
  }
  if (phase === "Unknown")
    return { reason: "pod-lost", message: pod.status.message || "Its node is not heard any more", exitCodes };
  const killed = [...pod.status.initContainerStatuses, ...pod.status.containerStatuses].find(
    ({ state }) => state.terminated?.reason === "OOMKilled",
  );
  if (killed && killed.name !== SIDECAR_CONTAINER) return outOfMemory(killed, exitCodes);
  return hopeless(pod);
}

function finished(pod: PodObject, exitCodes: Ending["exitCodes"]): Ending {
  const statuses = [...pod.status.initContainerStatuses, ...pod.status.containerStatuses];
  const killed = statuses.find(
    ({ name, state }) => name !== SIDECAR_CONTAINER && state.terminated?.reason === "OOMKilled",
  );
  if (killed) return outOfMemory(killed, exitCodes);
  const init = pod.status.initContainerStatuses.find(
    ({ name, state }) => name !== SIDECAR_CONTAINER && (state.terminated?.exitCode ?? 0) !== 0,
  );
  if (init?.name === CLONE_CONTAINER)
    return { reason: "clone-failed", message: "Cloning failed; the log shows which command", exitCodes: [] };
  if (init) {
    const code = init.state.terminated?.exitCode ?? 1;
    return { reason: "completed", message: "", exitCodes: [{ container: init.name, code }] };
  }
  const cannot = statuses.find(({ state }) => CANNOT.test(state.terminated?.reason ?? ""));
  if (cannot) {
    const said = cannot.state.terminated?.message ?? "";
    return { reason: "start-failed", message: `Could not start container "${cannot.name}": ${said}`, exitCodes };
  }
  if (exitCodes.length === 0)
    return {
      reason: "pod-lost",
      message: [pod.status.reason, pod.status.message].filter(Boolean).join(": ") || "No container of it ended",
      exitCodes,
    };
  return { reason: "completed", message: "", exitCodes };
}

const outOfMemory = ({ name }: ContainerStatus, exitCodes: Ending["exitCodes"]): Ending => ({
  reason: "oom-killed",
  message: `Container "${name}" used more memory than its limit`,
  exitCodes,
});

function hopeless(pod: PodObject): Ending | null {
  for (const { name, state } of [...pod.status.initContainerStatuses, ...pod.status.containerStatuses]) {
    const { waiting } = state;
    if (waiting && HOPELESS.has(waiting.reason))
      return {
        reason: "start-failed",
        message: `Container "${name}": ${waiting.reason}: ${waiting.message}`,
        exitCodes: [],
      };
  }
  return null;
}

/** What never ran ends as a shell says it: 127. */
const codeOf = ({ reason, exitCode }: { reason: string; exitCode: number }): number =>
  CANNOT.test(reason) ? 127 : exitCode;

/** Of the test containers that have ended. */
export function exitCodesOf(pod: PodObject): Ending["exitCodes"] {
  return pod.status.containerStatuses.flatMap(({ name, state }) =>
    state.terminated ? [{ container: name, code: codeOf(state.terminated) }] : [],
  );
}

/** Why a pod does not start yet, in a sentence; empty when it gave no reason. */
export function waitingFor(pod: PodObject): string {
  const scheduled = condition(pod, "PodScheduled");
  if (scheduled?.status === "False") return `It cannot be scheduled: ${scheduled.message || scheduled.reason}`;
  for (const { name, state } of [...pod.status.initContainerStatuses, ...pod.status.containerStatuses]) {
    const { waiting } = state;
    if (waiting && !/^(PodInitializing|ContainerCreating)?$/.test(waiting.reason))
      return `Container "${name}" waits: ${waiting.reason}: ${waiting.message}`;
  }
  return "";
}

/** All test containers have ended, though the pod has not: the sidecar uploads. */
export const testsAreOver = (pod: PodObject): boolean =>
  pod.status.containerStatuses.length > 0 &&
  pod.status.containerStatuses.every(({ state }) => Boolean(state.terminated));

export const isScheduled = (pod: PodObject): boolean =>
  condition(pod, "PodScheduled")?.status === "True" || pod.spec.nodeName !== "";

/** When the first test container started, in milliseconds; null before. */
export function testStart(pod: PodObject): number | null {
  const started = pod.status.containerStatuses.flatMap(({ state }) => {
    if (state.running?.startedAt) return [Date.parse(state.running.startedAt)];
    return state.terminated ? [Date.parse(pod.status.startTime ?? "") || Date.now()] : [];
  });
  return started.length > 0 ? Math.min(...started) : null;
}
