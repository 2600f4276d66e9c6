/** The runner as a process of its own, by the `cutwater` command. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { onTestFinished } from "vitest";
import { CLUSTER_TOKEN, type WorkerDouble } from "./worker-double.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");

export interface RunnerProcess {
  readonly child: ChildProcess;
  readonly printed: string[];
  /** Peak resident memory in bytes. */
  peakMemory(): number;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

export function spawnRunner(worker: WorkerDouble, workDir: string, ...flags: string[]): RunnerProcess {
  const args = ["--no-warnings", path.join(ROOT, "cli/main.ts"), "runner", "--url", worker.url, "--work-dir", workDir];
  const child = spawn(process.execPath, [...args, "--name", "runner-1", ...flags], {
    env: { PATH: process.env["PATH"], CUTWATER_RUNNER_TOKEN: CLUSTER_TOKEN, SECRET_OF_RUNNER: "not for jobs" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    child,
    printed,
    peakMemory() {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    ended: once(child, "exit").then(([code, signal]) => code ?? signal),
  };
}
