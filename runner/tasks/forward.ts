/** Hands a webhook to an external plugin inside the cluster: only this runner reaches it. */
import type { GitTask, GitTaskOutcome } from "../../src/jobs/git-task.ts";
import type { TaskPlace } from "./repository.ts";

type Task = Extract<GitTask, { kind: "forward" }>;

const TIMEOUT_MS = 30_000;

/** Whatever it answers was delivered; the worker decides what its status means. */
export async function forward(task: Task, { signal, tell }: TaskPlace): Promise<GitTaskOutcome> {
  await tell(`POST ${task.endpoint}\n`);
  try {
    const response = await fetch(task.endpoint, {
      method: "POST",
      headers: task.headers,
      body: task.body,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    await tell(`It answered ${response.status}.\n`);
    return { state: "delivered", status: response.status };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    return { state: "failed", message: `${task.endpoint} gave no answer: ${String(error)}${cause}` };
  }
}
