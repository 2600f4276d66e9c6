/** Starts processes in process groups of their own. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

export type Launched =
  | {
      readonly ok: true;
      readonly child: ChildProcess;
      readonly pid: number;
      /** Signals the whole group. False: nothing of it is left. */
      readonly kill: (signal: NodeJS.Signals) => boolean;
    }
  | { readonly ok: false; readonly error: string };

/** Resolves when the process runs, or could not be started. Its pid is its group's and its session's id. */
export function launch(command: string, args: readonly string[], options: SpawnOptions): Promise<Launched> {
  return new Promise((resolve) => {
    const fail = (error: unknown) =>
      resolve({ ok: false, error: error instanceof Error ? error.message : String(error) });
    try {
      const child = spawn(command, [...args], { ...options, detached: true });
      child.once("error", fail);
      child.once("spawn", () => {
        const pid = child.pid ?? 0;
        child.off("error", fail);
        child.on("error", () => {}); // a failed kill; the exit tells what counts
        resolve({ ok: true, child, pid, kill: (signal) => signalGroup(pid, signal) });
      });
    } catch (error) {
      fail(error); // e.g. a NUL byte in an argument
    }
  });
}

/** Signals a process group; false when there is none (any more) that is ours. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  if (group <= 1) return false;
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
