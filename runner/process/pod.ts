/** Runs the containers of one pod specification as processes, by the rules of Prow's entrypoint (spec jobs 6.3). */
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Assignment, FinishReport } from "../../src/jobs/protocol.ts";
import type { Sink } from "../executor.ts";
import { type ContainerProcess, startContainer } from "./container.ts";
import { goDuration } from "./duration.ts";
import { buildEnvironment, containerTmp, type Sandbox } from "./environment.ts";
import { expand } from "./expand.ts";
import type { GroupIdentity } from "./leftovers.ts";
import { type Container, ownVariables, type PodSpec } from "./pod-spec.ts";
import type { Stopper } from "./stopper.ts";

/** entrypoint's codes: the process could not be started; it was ended at its timeout; it was interrupted. */
const NOT_STARTED = 127;
const TIMED_OUT = 127;
const INTERRUPTED = 130;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface PodOptions {
  readonly assignment: Assignment;
  readonly spec: PodSpec;
  readonly sandbox: Sandbox;
  readonly path: string;
  /** Folder of the cloned repository, or null when nothing was cloned. */
  readonly checkout: string | null;
  readonly sink: Sink;
  readonly stopper: Stopper;
}

export type PodResult = Pick<FinishReport, "exitCodes" | "reason" | "message">;

interface Ended {
  readonly container: string;
  readonly code: number;
  readonly started: boolean;
}

/** Init containers one after the other, then all containers side by side. Throws CannotStart. */
export async function runPod(options: PodOptions): Promise<PodResult> {
  const { spec, assignment, stopper } = options;
  const { timeoutSeconds, graceSeconds } = assignment;
  const timeout = setTimeout(
    () => stopper.stop("timeout", `Process did not finish before ${goDuration(timeoutSeconds)} timeout`, graceSeconds),
    Math.min(timeoutSeconds * 1000, LONGEST_TIMER_MS),
  );
  const groups: GroupIdentity[] = [];
  try {
    for (const container of spec.initContainers) {
      if (container.restartPolicy === "Always") {
        await options.sink.note(`The process executor leaves out the sidecar "${container.name}"`);
        continue;
      }
      const ended = await runTogether([container], groups, "init", options);
      if (ended.some((one) => one.code !== 0)) return resultOf(ended, stopper);
    }
    return resultOf(await runTogether(spec.containers, groups, "test", options), stopper);
  } finally {
    clearTimeout(timeout);
  }
}

function resultOf(ended: readonly Ended[], stopper: Stopper): PodResult {
  const exitCodes = ended.map(({ container, code }) => ({ container, code }));
  const stopped = stopper.reason();
  if (stopped) return { exitCodes, reason: stopped.why === "lost" ? "aborted" : stopped.why, message: stopped.message };
  if (ended.every((one) => !one.started))
    return { exitCodes, reason: "start-failed", message: "The process could not be started; see the log" };
  return { exitCodes, reason: "completed", message: "" };
}

/** Starts the containers and waits for all of them; none is left when this settles. */
async function runTogether(
  containers: readonly Container[],
  groups: GroupIdentity[],
  kind: "init" | "test",
  options: PodOptions,
): Promise<Ended[]> {
  const { sink, stopper, assignment } = options;
  if (stopper.asked.aborted) return [];
  const prefixed = kind === "init" || containers.length > 1;
  const running: ContainerProcess[] = [];
  const signalAll = (signal: NodeJS.Signals) => running.forEach((one) => one.signal(signal));
  const interrupt = () => {
    note(stopper.reason()?.message ?? "Stopped");
    signalAll("SIGINT");
  };
  const kill = () => {
    note(`Process did not exit before ${goDuration(assignment.graceSeconds)} grace period: killed`);
    signalAll("SIGKILL");
  };
  // A line that cannot be written is no reason not to stop; the output of the job meets the same error.
  const note = (line: string) => void sink.note(line).catch(() => {});
  try {
    const ends: Promise<Ended>[] = [];
    for (const container of containers) {
      const started = await startOne(container, prefixed, kind, options);
      if ("error" in started) {
        await sink.note(`Could not start container "${container.name}": ${started.error}`);
        ends.push(Promise.resolve({ container: container.name, code: NOT_STARTED, started: false }));
        continue;
      }
      running.push(started);
      if (started.identity) groups.push(started.identity);
      ends.push(
        started.ended.then((code) => ({ container: container.name, code: codeAfter(code, stopper), started: true })),
      );
    }
    const all = Promise.all(ends);
    all.catch(() => {});
    if (stopper.asked.aborted) interrupt();
    else stopper.asked.addEventListener("abort", interrupt, { once: true });
    if (stopper.over.aborted) kill();
    else stopper.over.addEventListener("abort", kill, { once: true });
    await sink.remember({ groups });
    return await all;
  } finally {
    stopper.asked.removeEventListener("abort", interrupt);
    stopper.over.removeEventListener("abort", kill);
    signalAll("SIGKILL");
  }
}

function codeAfter(code: number, stopper: Stopper): number {
  const stopped = stopper.reason();
  if (!stopped) return code;
  return stopped.why === "timeout" ? TIMED_OUT : INTERRUPTED;
}

async function startOne(
  container: Container,
  prefixed: boolean,
  kind: "init" | "test",
  { assignment, sandbox, path: searched, checkout, sink }: PodOptions,
): Promise<ContainerProcess | { readonly error: string }> {
  const tmp = containerTmp(sandbox, container.name);
  await mkdir(tmp, { recursive: true });
  const own = ownVariables(container, assignment.prowjob);
  const job = kind === "test" ? assignment.env : null;
  const env = buildEnvironment({ sandbox, path: searched, container: container.name, own, job });
  const argv = [...container.command, ...container.args].map((word) => expand(word, env));
  const cwd = await workingDirectory(container, checkout, sandbox, sink);
  const log = sink.openLog(prefixed ? container.name : undefined);
  return startContainer({ argv, env, cwd, pipe: path.join(sandbox.root, `${path.basename(tmp)}.out`), tmp, log });
}

/** The clone wins over the container's own workingDir (spec jobs 6.1). */
async function workingDirectory(container: Container, checkout: string | null, sandbox: Sandbox, sink: Sink) {
  if (checkout !== null || container.workingDir === undefined) return checkout ?? sandbox.work;
  const wanted = container.workingDir;
  if (path.isAbsolute(wanted) && (await stat(wanted).catch(() => null))?.isDirectory()) return wanted;
  await sink.note(`There is no folder ${wanted} on this machine: the job runs in an empty one`);
  return sandbox.work;
}
