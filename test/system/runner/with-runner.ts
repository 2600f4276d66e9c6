/** A worker's double and a runner on it, both ended after the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type Runner, type RunnerOptions, startRunner } from "../../../runner/index.ts";
import { CLUSTER_TOKEN, startWorkerDouble, type WorkerDouble } from "./worker-double.ts";

const PAUSES = {
  reconnect: { firstMs: 30, mostMs: 200 },
  calls: { firstMs: 20, mostMs: 200 },
  socketRetryMs: 500,
  fetchRetriesMs: [50],
};

export function scratch(name: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), `cutwater-${name}-`));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export async function workerDouble(): Promise<WorkerDouble> {
  const worker = await startWorkerDouble();
  onTestFinished(() => worker.close());
  return worker;
}

export interface Running {
  readonly runner: Runner;
  /** What the runner printed. */
  readonly printed: string[];
  readonly workDir: string;
}

export async function runnerOn(worker: WorkerDouble, options: Partial<RunnerOptions> = {}): Promise<Running> {
  const printed: string[] = [];
  const workDir = options.workDir ?? path.join(scratch("runner"), "work");
  const runner = await startRunner({
    url: worker.url,
    cluster: "default",
    token: CLUSTER_TOKEN,
    executor: "process",
    capacity: 2,
    name: "runner-1",
    log: (line) => printed.push(line),
    ...options,
    pauses: { ...PAUSES, ...options.pauses },
    workDir,
  });
  onTestFinished(() => runner.abandon());
  return { runner, printed, workDir };
}
