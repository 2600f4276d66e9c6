/**
 * Executor `process`: a job is a group of processes of this machine, under the runner's own user. Images, volumes and
 * resources mean nothing to it: it is for local life, tests and single machines whose jobs are trusted.
 */
import { chmod, lstat, mkdir, rm } from "node:fs/promises";
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { JsonObject } from "../../src/config/model.ts";
import type { Assignment, CloneRecord } from "../../src/jobs/protocol.ts";
import { BadRefs, cloneAll, clonePath, FETCH_RETRIES_MS, refsInOrder, workdirRefs } from "../clone/index.ts";
import type { Evidence, Executor, Sink } from "../executor.ts";
import { metadataOf } from "../metadata.ts";
import { goDuration } from "./duration.ts";
import { basePath, type Sandbox, sandboxAt } from "./environment.ts";
import { GroupIdentity, killByEnvironment, killGroup } from "./leftovers.ts";
import { type PodResult, runPod } from "./pod.ts";
import { CannotStart, type PodSpec, podSpecOf } from "./pod-spec.ts";
import { createStopper, type Stopper } from "./stopper.ts";

export interface ProcessExecutorOptions {
  /** Folder of the jobs' own folders; nobody else may use it. */
  readonly directory: string;
  /** Reported as the job's node. */
  readonly node: string;
  readonly fetchRetriesMs?: readonly number[];
}

const NO_ARTIFACTS = { files: 0, bytes: 0, refused: [] };
const Trace = z.object({ groups: z.array(GroupIdentity) });

export function createProcessExecutor(options: ProcessExecutorOptions): Executor {
  const sandboxOf = ({ job, attempt, epoch }: Assignment) =>
    sandboxAt(path.join(options.directory, `${job}-${attempt}-${epoch}`));
  return {
    kind: "process",
    start(assignment, sink) {
      const stopper = createStopper();
      return { stop: stopper.stop, done: run(assignment, sandboxOf(assignment), sink, stopper, options) };
    },
    recover(assignment, trace, startedAt, sink) {
      return { stop: () => {}, done: endLeftovers(sandboxOf(assignment), trace, startedAt, sink, options) };
    },
  };
}

/** A job from its empty folder to its evidence; the folder is gone afterwards. */
async function run(
  assignment: Assignment,
  sandbox: Sandbox,
  sink: Sink,
  stopper: Stopper,
  options: ProcessExecutorOptions,
): Promise<Evidence> {
  const startedAt = Date.now();
  const cloneRecords: CloneRecord[] = [];
  let result: PodResult;
  let kept = { artifacts: NO_ARTIFACTS as Evidence["artifacts"], metadata: undefined as JsonObject | undefined };
  try {
    result = await cloneAndRun(assignment, sandbox, sink, stopper, options, cloneRecords);
    await killByEnvironment(sandbox.root);
    if (stopper.reason()?.why !== "lost") kept = await keep(sandbox, podNames(assignment), sink);
  } catch (error) {
    result = failure(error);
    await sink.note(result.message).catch(() => {});
  }
  await killByEnvironment(sandbox.root);
  await removeAll(sandbox.root);
  return {
    ...result,
    artifacts: kept.artifacts,
    ...(kept.metadata ? { metadata: kept.metadata } : {}),
    cloneRecords,
    startedAt,
    finishedAt: Date.now(),
    node: options.node,
  };
}

function failure(error: unknown): PodResult {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof BadRefs) return { exitCodes: [], reason: "clone-failed", message };
  const text = error instanceof CannotStart ? message : `The runner could not go on with the job: ${message}`;
  return { exitCodes: [], reason: "start-failed", message: text };
}

async function cloneAndRun(
  assignment: Assignment,
  sandbox: Sandbox,
  sink: Sink,
  stopper: Stopper,
  options: ProcessExecutorOptions,
  cloneRecords: CloneRecord[],
): Promise<PodResult> {
  for (const directory of [sandbox.home, sandbox.tmp, sandbox.artifacts, sandbox.go, sandbox.work])
    await mkdir(directory, { recursive: true, mode: 0o700 });
  const spec: PodSpec = podSpecOf(assignment.prowjob);
  const searched = basePath(process.env["PATH"]);
  const decoration = assignment.prowjob.spec.decoration_config;
  const wanted =
    decoration === undefined || decoration["skip_cloning"] === true ? [] : refsInOrder(assignment.prowjob.spec);
  const main = workdirRefs(wanted);
  if (main) {
    sink.phase("cloning");
    const limit = AbortSignal.timeout(Math.min(assignment.timeoutSeconds * 1000, 2 ** 31 - 1));
    const cloned = await cloneAll(wanted, {
      root: sandbox.go,
      home: sandbox.home,
      tmp: sandbox.tmp,
      path: searched,
      gitBaseUrl: assignment.gitBaseUrl,
      token: assignment.cloneToken,
      retriesMs: options.fetchRetriesMs ?? FETCH_RETRIES_MS,
      signal: AbortSignal.any([limit, stopper.asked]),
    });
    cloneRecords.push(...cloned.records);
    const stopped = stopper.reason();
    if (stopped)
      return { exitCodes: [], reason: stopped.why === "lost" ? "aborted" : stopped.why, message: stopped.message };
    if (cloned.failed) {
      const log = sink.openLog();
      await log.write(Buffer.from(cloned.log));
      await log.end();
      const message = limit.aborted
        ? `Cloning did not finish before ${goDuration(assignment.timeoutSeconds)} timeout`
        : "Cloning failed; the log shows which command";
      return { exitCodes: [], reason: "clone-failed", message };
    }
  }
  sink.phase("running");
  sink.uploadSettled(sandbox.artifacts);
  const checkout = main ? path.join(sandbox.go, "src", clonePath(main)) : null;
  return runPod({ assignment, spec, sandbox, path: searched, checkout, sink, stopper });
}

function podNames(assignment: Assignment): string[] {
  try {
    return podSpecOf(assignment.prowjob).containers.map((container) => container.name);
  } catch {
    return [];
  }
}

/** Uploads artifacts and reads the job's own metadata: of several containers merged, later ones win (spec jobs 6.3). */
async function keep(sandbox: Sandbox, containers: readonly string[], sink: Sink) {
  sink.phase("uploading");
  if (!(await lstat(sandbox.artifacts).catch(() => null))?.isDirectory()) containers = [];
  const metadata = await metadataOf(sandbox.artifacts, containers);
  return { artifacts: await sink.storeArtifacts(sandbox.artifacts), metadata };
}

/** After a restart a process cannot be taken over: its output has lost its reader. What runs on is ended. */
async function endLeftovers(
  sandbox: Sandbox,
  trace: JsonObject | null,
  startedAt: number,
  sink: Sink,
  options: ProcessExecutorOptions,
): Promise<Evidence> {
  const message = "The runner was restarted while the job ran. What was left of it has been ended.";
  const groups = Trace.safeParse(trace).data?.groups ?? [];
  for (const identity of groups) await killGroup(identity);
  await killByEnvironment(sandbox.root);
  let artifacts: Evidence["artifacts"] = NO_ARTIFACTS;
  try {
    await sink.note(message);
    artifacts = (await keep(sandbox, [], sink)).artifacts;
  } catch {
    // The evidence matters more than what else can be saved.
  }
  await removeAll(sandbox.root);
  const reason = "runner-restarted";
  return {
    exitCodes: [],
    reason,
    message,
    artifacts,
    cloneRecords: [],
    startedAt,
    finishedAt: Date.now(),
    node: options.node,
  };
}

/** Removes a folder, also with read-only folders in it (Go's module cache is made of them). */
async function removeAll(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch {
    await chmod(directory, 0o700).catch(() => {});
    await promisify(execFile)("chmod", ["-R", "u+rwX", directory]).catch(() => {});
    await rm(directory, { recursive: true, force: true }).catch(() => {});
  }
}
