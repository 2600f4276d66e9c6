/**
 * What a simulation replays: pull requests as they became ready, and the jobs that they need. Recorded as NDJSON, the first
 * line the jobs, then one pull request a line; or generated from a seed, the same for the same figures.
 */
import * as z from "zod";
import { randomOf } from "./random.ts";

const Share = z.number().min(0).max(1);

const SimJob = z.strictObject({
  name: z.string().min(1).max(200),
  /** Minutes of a run: the mean, and by which share of it runs differ. */
  minutes: z.number().positive().max(1440),
  spread: Share.default(0.2),
  /** Share of runs that fail for no reason. */
  flake: Share.default(0),
  /** Go regular expression of the paths that it is about. */
  run_if_changed: z.string().optional(),
});
export type SimJob = z.infer<typeof SimJob>;

const SimPull = z.strictObject({
  number: z.int().min(1),
  /** Milliseconds since the beginning, when it had its labels and its jobs were green. */
  ready_at: z.int().min(0),
  author: z.string().default("somebody"),
  labels: z.array(z.string()).default([]),
  paths: z.array(z.string()).default([]),
  /** Its tests fail for good, though they passed before: found out by the next run. */
  breaks: z.boolean().default(false),
  /** Pull requests with which its tests fail, though Git merges both. */
  clashes: z.array(z.int()).default([]),
  /** Pull requests after which Git cannot merge it. */
  conflicts: z.array(z.int()).default([]),
});
export type SimPull = z.infer<typeof SimPull>;

export interface History {
  readonly jobs: readonly SimJob[];
  readonly pulls: readonly SimPull[];
}

export class HistoryError extends Error {
  override readonly name = "HistoryError";
}

/** Reads NDJSON; throws {@link HistoryError} with the line that is wrong. */
export function readHistory(text: string, file: string): History {
  const lines = text.split("\n").flatMap((line, at) => (line.trim() === "" ? [] : [{ line, at: at + 1 }]));
  const parse = <T>(schema: z.ZodType<T>, { line, at }: { line: string; at: number }): T => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      throw new HistoryError(`${file}:${at}: ${why}`);
    }
  };
  const [first, ...rest] = lines;
  if (!first) throw new HistoryError(`${file} is empty: its first line must be {"jobs": [...]}`);
  const { jobs } = parse(z.strictObject({ jobs: z.array(SimJob).min(1) }), first);
  const pulls = rest.map((one) => parse(SimPull, one)).sort((a, b) => a.ready_at - b.ready_at || a.number - b.number);
  const numbers = new Set(pulls.map(({ number }) => number));
  if (numbers.size !== pulls.length) throw new HistoryError(`${file}: a pull request stands there twice`);
  return { jobs, pulls };
}

/** As {@link readHistory} takes it. */
export function writeHistory({ jobs, pulls }: History): string {
  return `${[{ jobs }, ...pulls].map((line) => JSON.stringify(line)).join("\n")}\n`;
}

export interface Figures {
  readonly seed: number;
  readonly pulls: number;
  readonly perHour: number;
  readonly jobs: number;
  readonly jobMinutes: number;
  /** Shares, 0 to 1. */
  readonly flake: number;
  readonly breaks: number;
  readonly clash: number;
  readonly conflict: number;
}

const COMPONENTS = 24;

/** Arrivals by chance at a mean rate; a few components see most of the changes. */
export function generateHistory(figures: Figures): History {
  const random = randomOf(figures.seed);
  const jobs = Array.from(
    { length: figures.jobs },
    (_, at): SimJob => ({
      name: `pull-job-${at + 1}`,
      minutes: Math.max(0.5, figures.jobMinutes * (at === 0 ? 0.25 : 1 - (at - 1) / (figures.jobs * 2))),
      spread: 0.2,
      flake: figures.flake,
      // The first, a short one, is about everything, the others about a part.
      ...(at < 1
        ? {}
        : { run_if_changed: `^pkg/c(${[0, 1, 2].map((step) => (at * 3 + step) % COMPONENTS).join("|")})/` }),
    }),
  );
  const recent: SimPull[] = [];
  const pulls: SimPull[] = [];
  let at = 0;
  for (let number = 1; number <= figures.pulls; number += 1) {
    at += (-Math.log(1 - random()) * 3_600_000) / figures.perHour;
    const component = Math.floor(COMPONENTS * random() ** 2);
    const pull: SimPull = {
      number,
      ready_at: Math.round(at),
      author: `dev${Math.floor(random() * 40)}`,
      labels: [],
      paths: Array.from(
        { length: 1 + Math.floor(random() * 3) },
        () => `pkg/c${component}/f${Math.floor(random() * 9)}.go`,
      ),
      breaks: random() < figures.breaks,
      clashes: recent.filter(() => random() < figures.clash / 10).map((one) => one.number),
      conflicts: recent
        .filter((one) => one.paths.some((path) => path.startsWith(`pkg/c${component}/`)) && random() < figures.conflict)
        .map((one) => one.number),
    };
    pulls.push(pull);
    recent.push(pull);
    if (recent.length > 20) recent.shift();
  }
  return { jobs, pulls };
}
