/** Velodrome in the worker: what an import costs, what the transform reads and writes step by step, and what another hour adds. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import * as z from "zod";
import { type LocalWorker, startWorker } from "../cli/local/worker.ts";
import { importMirror } from "../cli/velodrome/import-mirror.ts";
import { ask, tell, type WorkerAt } from "../cli/worker-client.ts";
import { writeMirrorFiles } from "../sandbox/demo/mirror-files.ts";
import { countingBundle } from "./scale-world.ts";
import type { Row } from "./table.ts";

const ADMIN = "bench-admin-token-0123456789";
const REPOSITORY = "acme/widgets";
const HOUR = 3600;
/** A tenth of what the original was measured with; CUTWATER_BENCH_ISSUES=40000 is all of it. */
const ISSUES = Number(process.env["CUTWATER_BENCH_ISSUES"] ?? "4000");
const SIZE = { issues: ISSUES, events: Math.round(ISSUES * 8.875), comments: Math.round(ISSUES * 4.3) };
const ROWS = SIZE.issues + SIZE.events + SIZE.comments;
const NEW = { events: 60, comments: 30 } as const;

const Counts = z.record(z.string(), z.number());
const Metrics = z.object({ metrics: z.array(z.object({ metric: z.string(), until: z.number() })) });

/** Milliseconds until every metric is beyond `until` (seconds). */
async function made(at: WorkerAt, until: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { metrics } = Metrics.parse(await ask(at, `api/velodrome/${REPOSITORY}`));
    if (metrics.length > 0 && metrics.every((one) => one.until > until)) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** What happened within the hour after `from`. */
function anotherHour(from: number) {
  const later = (at: number, of: number) => from + 1 + Math.floor((at * (HOUR - 2)) / of);
  const base = { repository: REPOSITORY, issue: 1 };
  return {
    events: Array.from({ length: NEW.events }, (_, n) => {
      const label = n % 2 === 0 ? "lgtm" : null;
      return {
        ...base,
        id: 1e9 + n,
        actor: "ada",
        event: label ? "labeled" : "closed",
        label,
        at: later(n, NEW.events),
      };
    }),
    comments: Array.from({ length: NEW.comments }, (_, n) => {
      return { ...base, id: 1e9 + n, user: "ben", body: "/lgtm", review: false, at: later(n, NEW.comments) };
    }),
  };
}

const counts = async (worker: LocalWorker) => Counts.parse(await (await fetch(`${worker.url}/bench/counts`)).json());
const inAll = (used: Record<string, number>, what: string): string => (used[what] ?? 0).toFixed(0);

export async function benchMirror(): Promise<Row[]> {
  const folder = await mkdtemp(path.join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "cutwater-bench-"));
  const settings = { ADMIN_TOKEN: ADMIN, GITHUB_API_URL: "http://127.0.0.1:9", VELODROME_REPOSITORIES: REPOSITORY };
  const bundle = await countingBundle(folder);
  const worker = await startWorker({ port: 0, stateDir: path.join(folder, "state"), bundle, settings });
  try {
    const at: WorkerAt = { base: new URL(`${worker.url}/`), token: ADMIN };
    const files = path.join(folder, "mirror");
    await mkdir(files);
    // Two hours ago it ended, an hour ago what is new.
    const to = Math.floor(Date.now() / 1000) - 2 * HOUR;
    await writeMirrorFiles(files, { repository: REPOSITORY, ...SIZE, from: to - 2 * 365 * 24 * HOUR, to });
    await counts(worker);
    const began = performance.now();
    await importMirror(at, files, { pause: true, public: false, progress: () => undefined });
    const imported = performance.now() - began;
    const brought = await counts(worker);
    const transformMs = await made(at, 0);
    const whole = await counts(worker);
    const hour = anotherHour(to);
    const told = performance.now();
    await tell(at, `api/velodrome/${REPOSITORY}/import`, { ...hour, ends: { until: to + HOUR } });
    const { metrics } = Metrics.parse(await ask(at, `api/velodrome/${REPOSITORY}`));
    await made(at, to + HOUR - 1);
    const hourMs = performance.now() - told;
    const again = await counts(worker);
    const reads = (used: Record<string, number>) => (used["d1 rows read"] ?? 0) / Math.max(1, used["alarms"] ?? 0);
    const writes = (used: Record<string, number>) => (used["d1 rows written"] ?? 0) / Math.max(1, used["alarms"] ?? 0);
    const row = (used: Record<string, number>, what: string) => ((used[what] ?? 0) / ROWS).toFixed(2);
    return [
      {
        name: "mirror: import",
        value: `${Math.round(ROWS / (imported / 1000))} rows/s`,
        note: `${ROWS} rows of ${SIZE.issues} issues; D1 rows of each: ${row(brought, "d1 rows read")} read, ${row(brought, "d1 rows written")} written (with what the transform did meanwhile)`,
      },
      {
        name: `mirror: transform of ${metrics.length} metrics`,
        value: `${Math.round((ROWS * metrics.length) / (transformMs / 1000))} rows/s`,
        note: `${(transformMs / 1000).toFixed(1)} s; D1 rows read ${inAll(whole, "d1 rows read")}, written ${inAll(whole, "d1 rows written")}`,
      },
      {
        name: "mirror: D1 rows of an alarm",
        value: `${reads(whole).toFixed(0)} read + ${writes(whole).toFixed(0)} written`,
        note: `mean of ${inAll(whole, "alarms")}; the most of one: ${inAll(whole, "most d1 rows of an alarm")} (10,000 are allowed)`,
      },
      {
        name: "mirror: another hour on top",
        value: `${inAll(again, "d1 rows read")} read, ${inAll(again, "d1 rows written")} written`,
        note: `${NEW.events} events and ${NEW.comments} comments, all metrics, in ${(hourMs / 1000).toFixed(1)} s and ${inAll(again, "alarms")} alarms; ${(((again["d1 rows read"] ?? 0) / Math.max(1, whole["d1 rows read"] ?? 0)) * 100).toFixed(1)} % of the reads of the whole`,
      },
    ];
  } finally {
    await worker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
