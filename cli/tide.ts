/** `cutwater tide simulate`: what merge settings would do with a recorded or a generated history of pull requests. */
import { readFile, writeFile } from "node:fs/promises";
import { defineCommand } from "citty";
import {
  type Figures,
  generateHistory,
  type History,
  HistoryError,
  readHistory,
  writeHistory,
} from "./tide/history.ts";
import { type Outcome, simulate, type Simulated } from "./tide/simulation.ts";
import { STRATEGIES } from "./tide/strategies.ts";
import { wholeNumber } from "./whole-number.ts";

type Strategy = keyof typeof STRATEGIES;

const names = Object.keys(STRATEGIES);
const isStrategy = (name: string): name is Strategy => names.includes(name);

/** Of measurements, nearest rank. */
function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

const HEAD = [
  "strategy",
  "merged",
  "left",
  "broke",
  "merges/h",
  "p50 min",
  "p90 min",
  "p99 min",
  "job min/merge",
  "batches",
];

function row(name: string, outcome: Outcome): readonly string[] {
  const { merged, left, broke, hours, waits, jobMinutes, batches } = outcome;
  const wait = [0.5, 0.9, 0.99].map((q) => quantile(waits, q).toFixed(0));
  const perMerge = merged === 0 ? "-" : (jobMinutes / merged).toFixed(0);
  const perHour = hours === 0 ? "-" : (merged / hours).toFixed(1);
  return [name, String(merged), String(left), String(broke), perHour, ...wait, perMerge, String(batches)];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)));
  return rows
    .map((cells) =>
      cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
    )
    .join("\n");
}

function share(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new HistoryError(`--${flag} is a share from 0 to 1, not ${text}.`);
  return value;
}

const args = {
  history: {
    type: "string",
    description: "NDJSON: jobs in the first line, then a pull request a line (as --write makes it)",
  },
  write: { type: "string", description: "Writes the generated history to this file" },
  strategy: { type: "string", description: `One or more of ${names.join(", ")}, by commas`, default: names.join(",") },
  "batch-size-limit": { type: "string", description: "At most so many in a batch; 0: no limit", default: "5" },
  seed: { type: "string", description: "Of the generated history and of what flakes", default: "1" },
  histories: { type: "string", description: "Generated: so many, of one seed after another", default: "1" },
  pulls: { type: "string", description: "Generated: how many pull requests", default: "300" },
  "per-hour": { type: "string", description: "Generated: how many become ready in an hour", default: "8" },
  jobs: { type: "string", description: "Generated: jobs; the first, a short one, is about every path", default: "6" },
  "job-minutes": { type: "string", description: "Generated: minutes of the longest job", default: "40" },
  flake: { type: "string", description: "Generated: share of runs that fail for no reason", default: "0.02" },
  breaks: { type: "string", description: "Generated: share that is broken though it was green", default: "0.01" },
  clash: { type: "string", description: "Generated: share that fails together with an earlier one", default: "0.02" },
  conflict: {
    type: "string",
    description: "Generated: share of changes to one part that Git cannot merge",
    default: "0.05",
  },
  "human-minutes": { type: "string", description: "Until somebody asks for a retest", default: "60" },
  "mend-minutes": { type: "string", description: "Until an author has mended what is broken", default: "240" },
  "merge-seconds": { type: "string", description: "What one merge takes", default: "3" },
} as const;

const simulateCommand = defineCommand({
  meta: {
    name: "simulate",
    description: "Replays pull requests with several strategies, and prints what each would do",
  },
  args,
  async run({ args: given }) {
    try {
      await compare(given);
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    }
  },
});

type Given = Readonly<Record<Exclude<keyof typeof args, "history" | "write">, string>> & {
  readonly history?: string | undefined;
  readonly write?: string | undefined;
};

async function compare(given: Given): Promise<void> {
  const seed = wholeNumber("seed", given.seed, 0);
  const many = given.history === undefined ? wholeNumber("histories", given.histories, 1, 1000) : 1;
  const seeds = Array.from({ length: many }, (_, at) => seed + at);
  const histories = await Promise.all(seeds.map(async (one) => ({ seed: one, history: await historyOf(given, one) })));
  if (given.write !== undefined && histories[0]) await writeFile(given.write, writeHistory(histories[0].history));
  const limit = wholeNumber("batch-size-limit", given["batch-size-limit"], 0, 1000);
  const rows: (readonly string[])[] = [HEAD];
  for (const name of given.strategy.split(",").map((one) => one.trim())) {
    if (!isStrategy(name)) throw new HistoryError(`--strategy is one of ${names.join(", ")}, not ${name}.`);
    const chosen = STRATEGIES[name];
    const batchSizeLimit = chosen.batchSizeLimit < 0 ? -1 : limit;
    const simulated: Omit<Simulated, "seed"> = {
      settings: { ...chosen, batchSizeLimit, starvationMs: 0 },
      humanMinutes: wholeNumber("human-minutes", given["human-minutes"], 0),
      mendMinutes: wholeNumber("mend-minutes", given["mend-minutes"], 0),
      mergeSeconds: wholeNumber("merge-seconds", given["merge-seconds"], 0, 3600),
    };
    if (process.stderr.isTTY) console.error(`${name} ...`);
    rows.push(row(name, together(histories.map((one) => simulate(one.history, { ...simulated, seed: one.seed })))));
  }
  console.log(table(rows));
}

/** As if one history had followed the other. */
function together(outcomes: readonly Outcome[]): Outcome {
  const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0);
  return {
    merged: sum(({ merged }) => merged),
    left: sum(({ left }) => left),
    broke: sum(({ broke }) => broke),
    hours: sum(({ hours }) => hours),
    waits: outcomes.flatMap(({ waits }) => waits),
    runs: sum(({ runs }) => runs),
    batches: sum(({ batches }) => batches),
    jobMinutes: sum(({ jobMinutes }) => jobMinutes),
  };
}

async function historyOf(given: Given, seed: number): Promise<History> {
  if (given.history !== undefined) return readHistory(await readFile(given.history, "utf8"), given.history);
  const figures: Figures = {
    seed,
    pulls: wholeNumber("pulls", given.pulls, 1, 100_000),
    perHour: wholeNumber("per-hour", given["per-hour"], 1, 10_000),
    jobs: wholeNumber("jobs", given.jobs, 1, 200),
    jobMinutes: wholeNumber("job-minutes", given["job-minutes"], 1, 1440),
    flake: share("flake", given.flake),
    breaks: share("breaks", given.breaks),
    clash: share("clash", given.clash),
    conflict: share("conflict", given.conflict),
  };
  return generateHistory(figures);
}

export const tide = defineCommand({
  meta: { name: "tide", description: "Merge pools" },
  subCommands: { simulate: simulateCommand },
});
