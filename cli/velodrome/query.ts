/** `cutwater velodrome query`: a metric over time from a worker, for the eye or for other programs. */
import { defineCommand } from "citty";
import { z } from "zod";
import { saidPlainly } from "../mkpj.ts";
import { ask, WORKER_FLAGS, workerAt, WorkerError } from "../worker-client.ts";

const FORMATS = ["table", "csv", "ndjson"] as const;
type Format = (typeof FORMATS)[number];

const Series = z.object({
  metric: z.string(),
  step: z.number(),
  times: z.array(z.number()),
  lines: z.array(z.object({ repository: z.string(), field: z.string(), values: z.array(z.number().nullable()) })),
});
type Series = z.infer<typeof Series>;

/** Unix seconds of a date or a moment (ISO 8601). Throws {@link WorkerError}. */
function momentOf(flag: string, text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new WorkerError(`--${flag} needs a date such as 2026-01-31, not "${text}"`);
  return String(Math.floor(time / 1000));
}

/** Times at which nothing happened are left out. */
function rowsOf({ times, lines }: Series): { time: string; values: (number | null)[] }[] {
  return times
    .map((time, at) => ({
      time: new Date(time * 1000).toISOString().slice(0, 19),
      values: lines.map((line) => line.values[at] ?? null),
    }))
    .filter(({ values }) => values.some((value) => value !== null));
}

const namesOf = ({ lines }: Series): string[] => lines.map(({ repository, field }) => `${repository} ${field}`);

const PRINTERS: Readonly<Record<Format, (series: Series) => string[]>> = {
  table(series) {
    const names = namesOf(series);
    const widths = names.map((name) => Math.max(name.length, 12));
    const cells = (all: readonly string[]) => all.map((cell, at) => cell.padStart(widths[at] ?? 0)).join("  ");
    const head = `${"time".padEnd(19)}  ${cells(names)}`;
    return [
      head,
      ...rowsOf(series).map(({ time, values }) => `${time}  ${cells(values.map((value) => String(value ?? "")))}`),
    ];
  },
  csv(series) {
    const head = ["time", ...namesOf(series)].join(",");
    return [head, ...rowsOf(series).map(({ time, values }) => [time, ...values.map((value) => value ?? "")].join(","))];
  },
  ndjson({ metric, times, lines }) {
    return lines.flatMap(({ repository, field, values }) =>
      values.flatMap((value, at) =>
        value === null ? [] : [JSON.stringify({ metric, repository, field, time: times[at], value })],
      ),
    );
  },
};

export const query = defineCommand({
  meta: { name: "query", description: "Show a metric over time, as a worker has it" },
  args: {
    ...WORKER_FLAGS,
    metric: { type: "string", required: true, description: "Its name; /api/velodrome/metrics lists them" },
    repo: { type: "string", description: "org/repo, or several with commas; without it all" },
    field: { type: "string", description: "Fields, with commas; without it all" },
    from: { type: "string", description: "A date; without it 30 days before the end" },
    to: { type: "string", description: "A date; without it now" },
    points: { type: "string", default: "500", description: "No more points than these" },
    aggregate: { type: "string", default: "last", description: "last, mean, sum, max, min or count" },
    format: { type: "string", default: "table", description: FORMATS.join(", ") },
  },
  async run({ args }) {
    try {
      const format = FORMATS.find((one) => one === args.format);
      if (!format) throw new WorkerError(`--format is ${FORMATS.join(", ")}, not "${args.format}"`);
      const asked = new URLSearchParams({ metric: args.metric, width: args.points, aggregate: args.aggregate });
      for (const repo of (args.repo ?? "").split(",")) if (repo !== "") asked.append("repository", repo.trim());
      for (const field of (args.field ?? "").split(",")) if (field !== "") asked.append("field", field.trim());
      if (args.from !== undefined) asked.set("from", momentOf("from", args.from));
      if (args.to !== undefined) asked.set("to", momentOf("to", args.to));
      const series = Series.parse(await ask(workerAt(args), `api/velodrome/series?${asked}`));
      for (const line of PRINTERS[format](series)) console.log(line);
      if (series.lines.length === 0) console.error(`Nothing is known of ${args.metric} in that time.`);
    } catch (error) {
      saidPlainly(error);
    }
  },
});
