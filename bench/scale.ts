/**
 * Jobs by the thousand through one worker (issue: 10,000 queued, 50 runners, 2,000 ending a minute): how long from the push that
 * triggers them to a runner's claim, and what a job costs. Runners speak the wire themselves and end a job at once, so that
 * what is measured is the control plane.
 */
import { createHash, createHmac, randomUUID } from "node:crypto";
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { build } from "esbuild";
import * as z from "zod";
import { BUNDLE } from "../cli/local/build.ts";
import { type LocalWorker, startWorker } from "../cli/local/worker.ts";
import { pushConfig } from "../test/harness/config.ts";
import { load } from "./load.ts";
import { type BenchRunner, startBenchRunner } from "./bench-runner.ts";
import { pricesOf } from "./prices.ts";
import { milliseconds, quantile, type Row } from "./table.ts";

const SECRET = "bench-webhook-secret";
const ADMIN = "bench-admin-token-0123456789";
const TOKEN = "bench-runner-token";
const JOBS_A_PUSH = 50;
const RUNNERS = 50;
const SLOTS = 4;
/** More with `CUTWATER_BENCH_JOBS`: each job is an object of its own, which the local runtime keeps in memory. */
const JOBS = Number(process.env["CUTWATER_BENCH_JOBS"] ?? "1000");

const Counts = z.record(z.string(), z.number());

/** The built worker with its uses of billed resources counted. */
async function countingBundle(folder: string): Promise<string> {
  const bundle = path.join(folder, "bundle");
  await cp(BUNDLE, bundle, { recursive: true });
  await rename(path.join(bundle, "worker.js"), path.join(bundle, "product.js"));
  await build({
    entryPoints: [path.join(import.meta.dirname, "worker/counting.ts")],
    outfile: path.join(bundle, "worker.js"),
    bundle: true,
    format: "esm",
    target: "esnext",
    external: ["./product.js", "cloudflare:workers"],
    logLevel: "error",
  });
  return bundle;
}

function configuration(): Record<string, string> {
  const jobs = Array.from({ length: JOBS_A_PUSH }, (_, at) => [
    `  - name: post-scale-${at}`,
    "    skip_report: true",
    "    spec: { containers: [{ image: alpine, command: [sh, -c, 'true'] }] }",
  ]);
  return {
    "config/prow/config.yaml": "{}\n",
    "config/prow/plugins.yaml": "plugins:\n  bench/repo:\n    plugins: [trigger]\n",
    "config/jobs/scale.yaml": ["postsubmits:", "  bench/repo:", ...jobs.flat(), ""].join("\n"),
  };
}

function pushPayload(at: number): string {
  const sha = createHash("sha1").update(`bench ${at}`).digest("hex");
  const account = { login: "bench", id: 1, node_id: "U_x", type: "User", html_url: "https://github.com/bench" };
  return JSON.stringify({
    ref: "refs/heads/main",
    before: "0".repeat(40),
    after: sha,
    created: false,
    deleted: false,
    forced: false,
    compare: `https://github.com/bench/repo/compare/${sha}`,
    commits: [{ id: sha, added: [], removed: [], modified: ["a.go"] }],
    head_commit: { id: sha, added: [], removed: [], modified: ["a.go"] },
    pusher: { name: "bench" },
    repository: {
      id: 77,
      node_id: "R_x",
      name: "repo",
      full_name: "bench/repo",
      private: false,
      default_branch: "main",
      html_url: "https://github.com/bench/repo",
      owner: account,
    },
    sender: account,
  });
}

async function push(worker: LocalWorker, at: number): Promise<void> {
  const body = pushPayload(at);
  const headers = {
    "content-type": "application/json",
    "x-github-event": "push",
    "x-github-delivery": randomUUID(),
    "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
  };
  const answer = await fetch(`${worker.url}/hook`, { method: "POST", headers, body });
  if (answer.status !== 202) throw new Error(`POST /hook answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

const counts = async (worker: LocalWorker) => Counts.parse(await (await fetch(`${worker.url}/bench/counts`)).json());

export async function benchScale(): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "cutwater-bench-"));
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
  try {
    await pushConfig(worker.url, ADMIN, configuration());
    await counts(worker);
    const began = performance.now();
    await load(JOBS / JOBS_A_PUSH, 4, (at) => push(worker, at));
    const ended = () => runners.reduce((sum, runner) => sum + runner.ended, 0);
    for (let at = 0; at < RUNNERS; at += 1) runners.push(startBenchRunner(worker.url, TOKEN, `bench-${at}`, SLOTS));
    while (ended() < JOBS) {
      const broken = runners.find((runner) => runner.failure !== null);
      if (broken?.failure) throw broken.failure;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const took = performance.now() - began;
    // What is written behind the jobs is part of what they cost.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const loaded = await counts(worker);

    // One at a time, with every runner idle: from the webhook to the claim.
    const latencies: number[] = [];
    for (let at = 0; at < 10; at += 1) {
      const before = ended();
      const start = performance.now();
      await push(worker, 1_000_000 + at);
      while (runners.every((runner) => runner.lastClaim < start))
        await new Promise((resolve) => setTimeout(resolve, 2));
      latencies.push(
        Math.min(...runners.filter((runner) => runner.lastClaim >= start).map((one) => one.firstClaimSince(start))) -
          start,
      );
      while (ended() < before + JOBS_A_PUSH) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const per = (name: string) => (loaded[name] ?? 0) / JOBS;
    const { perMillion, lines } = pricesOf(per);
    return [
      {
        name: "jobs through one worker",
        value: `${((JOBS / took) * 60_000).toFixed(0)}/min`,
        note: `${JOBS} jobs from ${JOBS / JOBS_A_PUSH} pushes, queued at once, ${RUNNERS} runners of ${SLOTS}; webhook, claim, log, artifacts index and end of each`,
      },
      {
        name: "push to first claim p50 / p90",
        value: `${milliseconds(quantile(latencies, 0.5))} / ${milliseconds(quantile(latencies, 0.9))}`,
        note: `idle runners, ${JOBS_A_PUSH} jobs a push; the pod is created at the claim`,
      },
      ...lines.map(({ name, used }) => ({ name: `a job: ${name}`, value: used.toFixed(2), note: "" })),
      { name: "a million jobs at list prices", value: `$${perMillion.toFixed(0)}`, note: "docs/cost.md" },
    ];
  } finally {
    for (const runner of runners) runner.stop();
    await worker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
