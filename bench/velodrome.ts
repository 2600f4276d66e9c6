/** Velodrome's transform over a mirror of the size that the original was measured with, and one of twice that. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { writeMirrorFiles } from "../sandbox/demo/mirror-files.ts";
import { milliseconds, type Row } from "./table.ts";

/** The size that the original was measured with: two years. */
const SIZE = { issues: 40_000, events: 355_000, comments: 172_000 } as const;
type Size = { readonly [key in keyof typeof SIZE]: number };
const YEARS = { repository: "acme/widgets", from: 1_451_606_400, to: 1_451_606_400 + 2 * 365 * 86_400 };

const CHILD = path.join(import.meta.dirname, "velodrome-child.ts");
const Measured = z.object({
  rows: z.number(),
  points: z.number(),
  readMs: z.number(),
  transformMs: z.number(),
  hourMs: z.number(),
  stateKiB: z.number(),
  peakMiB: z.number(),
});
type Measured = z.output<typeof Measured>;

/** Their definitions, and the seconds that the original took on another 2-core machine. */
const METRICS = [
  { name: "merge", args: ["--no-issues", "--event=merged"], original: 8.4 },
  {
    name: "contributions",
    args: ["--no-issues", "--event=opened", "--comments=.*", "--log-author"],
    original: 8.3,
  },
  { name: "open", args: ["--no-issues", "--state=opened,!merged", "--percentiles=50"], original: 183 },
] as const;

async function measured(folder: string, args: readonly string[]): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--no-warnings", CHILD, folder, ...args]);
  return Measured.parse(JSON.parse(stdout));
}

async function all(size: Size): Promise<Measured[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "velodrome-"));
  try {
    await writeMirrorFiles(folder, { ...YEARS, ...size });
    const found: Measured[] = [];
    for (const { args } of METRICS) found.push(await measured(folder, args));
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

export async function benchVelodrome(): Promise<Row[]> {
  const once = await all(SIZE);
  const twice = await all({ issues: 2 * SIZE.issues, events: 2 * SIZE.events, comments: 2 * SIZE.comments });
  return METRICS.flatMap(({ name, original }, at) => {
    const [one, two] = [once[at], twice[at]];
    if (!one || !two) return [];
    const whole = one.readMs + one.transformMs;
    const growth = (two.readMs + two.transformMs) / whole;
    return [
      {
        name: `velodrome: ${name}, files to points`,
        value: `${Math.round(one.rows / (whole / 1000))} rows/s`,
        note: `${one.rows} rows in ${seconds(whole)} (the original: ${original} s elsewhere), of it ${seconds(one.transformMs)} transform of ${one.points} points; twice the rows: ${growth.toFixed(2)} x (transform ${(two.transformMs / one.transformMs).toFixed(2)} x)`,
      },
      {
        name: `velodrome: ${name}, peak memory`,
        value: `${one.peakMiB.toFixed(0)} MiB`,
        note: `twice the rows: ${(two.peakMiB / one.peakMiB).toFixed(2)} x`,
      },
      {
        name: `velodrome: ${name}, another hour on top`,
        value: milliseconds(one.hourMs),
        note: `take up ${one.stateKiB.toFixed(0)} KiB of state, 60 events, save`,
      },
    ];
  });
}
