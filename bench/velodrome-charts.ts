/** Velodrome's dashboards over ten million points: how long a chart's data takes, and what a page weighs. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { chromium } from "playwright-core";
import { startWorker } from "../cli/local/worker.ts";
import { milliseconds, quantile, type Row } from "./table.ts";

const ADMIN = "bench-admin-token-0123456789";
const POINTS = 10_000_000;
const DAY = 86_400;
const REPOSITORIES = Array.from({ length: 20 }, (_, at) => `acme/widgets-${at}`);
const METRICS = ["merge", "contributions", "open", "lgtmed", "approved"] as const;
const FIELDS = ["comment", "event", "in-state", "age-50"] as const;
/** Seconds, and how many seconds of it are kept; of seconds what is missing to ten million. */
const KEPT = [
  [3600, 400 * DAY],
  [DAY, 3650 * DAY],
  [7 * DAY, 3650 * DAY],
] as const;
const BUCKETS = [
  [3600, 90 * DAY],
  [DAY, 4 * 366 * DAY],
  [7 * DAY, 3650 * DAY],
] as const;
const ASKED = 60;

/** What is asked: a day, a month, a year and ten, of one repository and of all. */
const SPANS = [1, 30, 365, 3650] as const;

async function databaseIn(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".sqlite"));
  for (const name of files) {
    const db = new DatabaseSync(path.join(folder, name));
    const found = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'metric_point'").get();
    db.close();
    if (found) return path.join(folder, name);
  }
  throw new Error(`No database below ${folder} has points`);
}

/** Answers how many rows there are. */
function fill(file: string, now: number): number {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA synchronous = OFF; BEGIN");
  const run = db.prepare(
    "INSERT INTO metric_run (repository, metric, definition, generation, shown, seq, until) VALUES (?, ?, '', 1, 1, 1, ?)",
  );
  const series = `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?5)`;
  const fields = FIELDS.map((field) => `('${field}')`).join(", ");
  const point =
    db.prepare(`INSERT INTO metric_point (repository, metric, generation, resolution, field, at, n, sum, least, most, last, last_at)
    ${series} SELECT ?1, ?2, 1, ?3, f.column1, ?4 + i * ?3, 3, 30, 5, 15, i % 100, ?4 + i * ?3 FROM n, (VALUES ${fields}) AS f`);
  const bucket = db.prepare(`INSERT INTO metric_bucket (repository, metric, generation, resolution, field, at, value)
    ${series} SELECT ?1, ?2, 1, ?3, f.column1, ?4 + i * ?3, i % 100 FROM (VALUES ${fields}) AS f, n`);
  const start = (seconds: number, span: number) => Math.floor((now - span) / seconds) * seconds;
  const coarse = KEPT.reduce((sum, [seconds, span]) => sum + Math.floor(span / seconds), 0);
  const fine = Math.max(1, Math.ceil(POINTS / REPOSITORIES.length / METRICS.length / FIELDS.length) - coarse);
  let rows = 0;
  for (const repository of REPOSITORIES)
    for (const metric of METRICS) {
      run.run(repository, metric, now);
      rows += Number(point.run(repository, metric, 1, now - fine, fine).changes);
      for (const [seconds, span] of KEPT)
        rows += Number(
          point.run(repository, metric, seconds, start(seconds, span), Math.floor(span / seconds)).changes,
        );
      for (const [seconds, span] of BUCKETS)
        bucket.run(repository, metric, seconds, start(seconds, span), Math.floor(span / seconds));
    }
  db.exec("COMMIT");
  db.close();
  return rows;
}

/** p50 and p95 of as many requests as it takes to have asked each repository some times. Milliseconds. */
async function asked(addressOf: (nth: number) => string): Promise<{ p50: number; p95: number; bytes: number }> {
  const took: number[] = [];
  let bytes = 0;
  for (let nth = 0; nth < ASKED; nth += 1) {
    const began = performance.now();
    const answer = await fetch(addressOf(nth), { headers: { authorization: `Bearer ${ADMIN}` } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${addressOf(nth)} answered ${answer.status}: ${text.slice(0, 200)}`);
    took.push(performance.now() - began);
    bytes = Math.max(bytes, text.length);
  }
  return { p50: quantile(took, 0.5), p95: quantile(took, 0.95), bytes };
}

async function weight(url: string): Promise<Row> {
  const executablePath = execFileSync("which", ["chromium"]).toString().trim();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ extraHTTPHeaders: { authorization: `Bearer ${ADMIN}` } });
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    let [bytes, requests] = [0, 0];
    session.on("Network.loadingFinished", (event) => {
      requests += 1;
      bytes += event.encodedDataLength;
    });
    const began = performance.now();
    await page.goto(`${url}/velodrome/velocity`, { waitUntil: "networkidle" });
    return {
      name: "charts: page /velodrome/velocity",
      value: `${(bytes / 1024).toFixed(0)} KiB in ${requests} requests`,
      note: `${REPOSITORIES.length} repositories, 90 days, every panel's data; network idle ${(performance.now() - began).toFixed(0)} ms; uncompressed (the edge compresses)`,
    };
  } finally {
    await browser.close();
  }
}

export async function benchCharts(): Promise<Row[]> {
  const stateDir = await mkdtemp(path.join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "cutwater-bench-"));
  const settings = { ADMIN_TOKEN: ADMIN, VELODROME_REPOSITORIES: REPOSITORIES.join(",") };
  try {
    const empty = await startWorker({ port: 0, stateDir, settings });
    await empty.stop();
    const now = Math.floor(Date.now() / 1000);
    const rows = fill(await databaseIn(stateDir), now);
    const worker = await startWorker({ port: 0, stateDir, settings });
    try {
      const found: Row[] = [];
      const repositoryOf = (nth: number) => REPOSITORIES[nth % REPOSITORIES.length] ?? "";
      for (const [what, path_] of [
        ["series", "/api/velodrome/series?metric=contributions&aggregate=sum"],
        ["panel", "/velodrome/velocity/open-pull-requests/data.json?width=600"],
      ] as const)
        for (const days of SPANS) {
          // Not the same twice: nothing is to come from a cache.
          const range = (nth: number) => `&from=${now - days * DAY - nth}&to=${now - nth}`;
          const key = what === "series" ? "repository" : "repo";
          const one = await asked((nth) => `${worker.url}${path_}${range(nth)}&${key}=${repositoryOf(nth)}`);
          const all = await asked((nth) => `${worker.url}${path_}${range(nth)}`);
          found.push({
            name: `charts: ${what}, ${days} days, p95`,
            value: milliseconds(one.p95),
            note: `p50 ${milliseconds(one.p50)}; ${REPOSITORIES.length} repositories at once: p95 ${milliseconds(all.p95)}, ${(all.bytes / 1024).toFixed(0)} KiB; ${(rows / 1e6).toFixed(1)} million rows of points`,
          });
        }
      return [...found, await weight(worker.url)];
    } finally {
      await worker.stop();
    }
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}
