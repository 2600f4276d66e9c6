/**
 * Jobs by the thousand through one worker (issue: 10,000 queued, 50 runners, 2,000 ending a minute): how fast they are queued and
 * how fast they end, how long from the push that triggers them to a runner's claim, and what a job costs. Runners speak the
 * wire themselves and end a job at once, so that what is measured is the control plane.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import * as z from "zod";
import { type LocalWorker, startWorker } from "../cli/local/worker.ts";
import { pushConfig } from "../test/harness/config.ts";
import { type BenchRunner, startBenchRunner } from "./bench-runner.ts";
import { load } from "./load.ts";
import { pricesOf } from "./prices.ts";
import { runtimeTakes } from "./runtime.ts";
import { configuration, countingBundle, JOBS_A_PUSH, push, SECRET, shaOf } from "./scale-world.ts";
import { milliseconds, quantile, type Row } from "./table.ts";

const ADMIN = "bench-admin-token-0123456789";
const TOKEN = "bench-runner-token";
const RUNNERS = 50;
const SLOTS = 4;
const JOBS = Number(process.env["CUTWATER_BENCH_JOBS"] ?? "10000");
/**
 * Each of an object's transactions waits for the disk, tens of them for a job: on a disk that others use too the rate is the
 * disk's. At the edge an object has storage of its own.
 */
const STATE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
/** Progress is told after as many. */
const STRIDE = 1_000;

const Counts = z.record(z.string(), z.number());
const Cluster = z.object({ queued: z.number(), leased: z.number() });

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const counts = async (worker: LocalWorker) => Counts.parse(await (await fetch(`${worker.url}/bench/counts`)).json());
const cluster = async (worker: LocalWorker) => Cluster.parse(await (await fetch(`${worker.url}/bench/cluster`)).json());
const aMinute = (jobs: number, ms: number) => `${((jobs / ms) * 60_000).toFixed(0)}/min`;
const mebibytes = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;

async function tell(what: string, began: number, done: number) {
  const { memory, busy } = await runtimeTakes();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.error(`  ${what} ${done} in ${seconds} s; workerd ${mebibytes(memory)}, busy ${(busy / 1000).toFixed(1)} s`);
}

/** Calls `tellOf` at each stride that `done` passes, until it is `most`. */
async function until(most: number, done: () => Promise<number>, tellOf: (now: number) => Promise<void>): Promise<void> {
  for (let told = 0; ; await sleep(100)) {
    const now = await done();
    if (Math.floor(now / STRIDE) > Math.floor(told / STRIDE)) await tellOf(now);
    told = now;
    if (now >= most) return;
  }
}

export async function benchScale(): Promise<Row[]> {
  const folder = await mkdtemp(path.join(STATE, "cutwater-bench-"));
  const digest = createHash("sha256").update(TOKEN).digest("hex");
  const worker = await startWorker({
    port: 0,
    stateDir: path.join(folder, "state"),
    bundle: await countingBundle(folder),
    settings: {
      GITHUB_TOKEN: "bench",
      GITHUB_API_URL: "http://127.0.0.1:9",
      GITHUB_WEBHOOK_SECRETS: SECRET,
      ADMIN_TOKEN: ADMIN,
      RUNNER_TOKENS: JSON.stringify({ default: [digest] }),
    },
  });
  const runners: BenchRunner[] = [];
  const pushed = new Map<string, number>();
  const send = async (at: number) => {
    pushed.set(shaOf(at), performance.now());
    await push(worker, at);
  };
  const ended = () => {
    const broken = runners.find((runner) => runner.failure !== null);
    if (broken?.failure) throw broken.failure;
    return runners.reduce((sum, runner) => sum + runner.ended, 0);
  };
  const claims = () => runners.flatMap((runner) => runner.claims);
  try {
    await pushConfig(worker.url, ADMIN, configuration());
    await counts(worker);
    const idle = await runtimeTakes();

    const began = performance.now();
    await load(JOBS / JOBS_A_PUSH, 4, send);
    await until(
      JOBS,
      async () => (await cluster(worker)).queued,
      (now) => tell("queued", began, now),
    );
    const queued = performance.now();
    const full = await runtimeTakes();

    for (let at = 0; at < RUNNERS; at += 1) runners.push(startBenchRunner(worker.url, TOKEN, `bench-${at}`, SLOTS));
    await until(
      JOBS,
      async () => ended(),
      (now) => tell("ended", queued, now),
    );
    const took = performance.now() - queued;
    const asked = claims().map((claim) => claim.at - claim.askedAt);
    const waited = claims().map((claim) => claim.at - (pushed.get(claim.sha) ?? 0));
    // What is written behind the jobs is part of what they cost.
    await sleep(3000);
    const used = await counts(worker);
    const over = await runtimeTakes();

    // One push at a time, with every runner idle: from the webhook to the first of its claims.
    const latencies: number[] = [];
    for (let at = 0; at < 10; at += 1) {
      const before = ended();
      await send(1_000_000 + at);
      while (ended() < before + JOBS_A_PUSH) await sleep(20);
      const sha = shaOf(1_000_000 + at);
      const first = Math.min(
        ...claims()
          .filter((claim) => claim.sha === sha)
          .map((claim) => claim.at),
      );
      latencies.push(first - (pushed.get(sha) ?? 0));
    }
    const per = (name: string) => (used[name] ?? 0) / JOBS;
    const { perMillion, lines } = pricesOf(per);
    return [
      {
        name: "jobs queued",
        value: aMinute(JOBS, queued - began),
        note: `${JOBS} jobs from ${JOBS / JOBS_A_PUSH} pushes, none taken yet`,
      },
      {
        name: "jobs ended",
        value: aMinute(JOBS, took),
        note: `${JOBS} queued, ${RUNNERS} runners of ${SLOTS}; claim, state, log and end of each`,
      },
      {
        name: "claim p50 / p99",
        value: `${milliseconds(quantile(asked, 0.5))} / ${milliseconds(quantile(asked, 0.99))}`,
        note: "a runner's claim to its assignment, meanwhile",
      },
      {
        name: "push to claim p50 / p99",
        value: `${(quantile(waited, 0.5) / 1000).toFixed(0)} / ${(quantile(waited, 0.99) / 1000).toFixed(0)} s`,
        note: "with that queue before them",
      },
      {
        name: "push to first claim p50 / p90",
        value: `${milliseconds(quantile(latencies, 0.5))} / ${milliseconds(quantile(latencies, 0.9))}`,
        note: `idle runners, ${JOBS_A_PUSH} jobs a push; the pod is created at the claim`,
      },
      {
        name: "memory of workerd",
        value: `${mebibytes(full.memory)} / ${mebibytes(over.memory)}`,
        note: `all queued / all ended; ${mebibytes(idle.memory)} before`,
      },
      {
        name: "a job: workerd busy",
        value: `${milliseconds((full.busy - idle.busy) / JOBS)} + ${milliseconds((over.busy - full.busy) / JOBS)}`,
        note: "until queued + until ended, of a processor",
      },
      ...lines.map(({ name, used: one }) => ({ name: `a job: ${name}`, value: one.toFixed(2), note: "" })),
      { name: "a million jobs at list prices", value: `$${perMillion.toFixed(0)}`, note: "docs/cost.md" },
    ];
  } finally {
    for (const runner of runners) runner.stop();
    await worker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
