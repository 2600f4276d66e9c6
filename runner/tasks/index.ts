/**
 * Jobs of agent `git-task`: what plugins need a working tree for, done by the runner itself with real Git, never beside code of
 * users (design 1.1). A task may be done twice: a restarted runner begins it again.
 */
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { GitTask, type GitTaskOutcome } from "../../src/jobs/git-task.ts";
import { type Assignment, FinishReport } from "../../src/jobs/protocol.ts";
import type { Evidence, Executor, Sink } from "../executor.ts";
import { createStopper, type Stopper } from "../process/stopper.ts";
import { cherryPick } from "./cherry-pick.ts";
import { forward } from "./forward.ts";
import { lint } from "./lint.ts";
import { mergedFiles } from "./merged-files.ts";
import { TaskFailed, type TaskPlace } from "./repository.ts";

const NO_ARTIFACTS = { files: 0, bytes: 0, refused: [] };

/** `directory`: folder of the tasks' own folders. */
export function createTaskExecutor(directory: string): Pick<Executor, "start" | "recover"> {
  const start: Executor["start"] = (assignment, sink) => {
    const stopper = createStopper();
    return { stop: stopper.stop, done: run(assignment, path.join(directory, assignment.job), sink, stopper) };
  };
  return { start, recover: (assignment, _trace, _startedAt, sink) => start(assignment, sink) };
}

async function run(assignment: Assignment, folder: string, sink: Sink, stopper: Stopper): Promise<Evidence> {
  const startedAt = Date.now();
  const log = sink.openLog();
  const late = AbortSignal.timeout(Math.min(assignment.timeoutSeconds * 1000, 2 ** 31 - 1));
  const signal = AbortSignal.any([stopper.asked, late]);
  const tell = (text: string) => log.write(Buffer.from(text));
  sink.phase("running");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const outcome = await outcomeOf({ assignment, folder, signal, tell });
  await tell(`${outcome.state}${outcome.state === "failed" ? `: ${outcome.message}` : ""}\n`);
  await log.end();
  await rm(folder, { recursive: true, force: true });
  const at = { artifacts: NO_ARTIFACTS, cloneRecords: [], startedAt, finishedAt: Date.now() };
  const stopped = stopper.reason();
  if (stopped) {
    const reason = stopped.why === "lost" ? "aborted" : stopped.why;
    return { ...at, exitCodes: [], reason, message: stopped.message };
  }
  const exitCodes = [{ container: "git", code: outcome.state === "failed" ? 1 : 0 }];
  return { ...at, exitCodes, reason: "completed", message: "", ...metadataOf(outcome) };
}

/** Never rejects: what goes wrong is an outcome. */
async function outcomeOf(place: TaskPlace): Promise<GitTaskOutcome> {
  const { assignment } = place;
  const failed = (message: string): GitTaskOutcome => ({ state: "failed", message: message.slice(0, 8000) });
  if (assignment.taskProblem) return failed(assignment.taskProblem);
  const task = GitTask.safeParse(assignment.prowjob.spec.git_task).data;
  if (!task) return failed("This runner does not know the task: it may be older than the worker.");
  try {
    switch (task.kind) {
      case "cherry-pick":
        return await cherryPick(task, place);
      case "merged-files":
        return await mergedFiles(task, place);
      case "lint":
        return await lint(task, place);
      case "forward":
        return await forward(task, place);
    }
  } catch (error) {
    if (place.signal.aborted) return failed("The task was stopped, or took too long.");
    if (error instanceof TaskFailed) return failed(error.message);
    return failed(`The runner could not go on with the task: ${String(error)}`);
  }
}

/** An outcome travels as the job's metadata. */
function metadataOf(outcome: GitTaskOutcome): Pick<Evidence, "metadata"> {
  const metadata = FinishReport.shape.metadata.parse(outcome);
  return metadata ? { metadata } : {};
}
