/** `cutwater config diff`: what the last deliveries would have led to, had a candidate configuration been in use. */
import { defineCommand } from "citty";
import { z } from "zod";
import { problemLine } from "./checkconfig.ts";
import { packConfig, verdict } from "./config.ts";
import { ConfigFilesError } from "./config-files.ts";
import { CONFIG_FLAGS, type ConfigFlags, readConfig } from "./config-flags.ts";
import { effectLine } from "./explain.ts";
import { ask, tell, WORKER_FLAGS, workerAt, type WorkerAt, WorkerError } from "./worker-client.ts";

const MOST = 5_000;
const LISTED_AT_ONCE = 200;
const REPLAYED_AT_ONCE = 5;

const Decided = z.object({
  effect: z.looseObject({ kind: z.string() }),
  cause: z.object({ plugin: z.string(), rule: z.string() }),
});
const Result = z.object({
  guid: z.string(),
  event: z.string(),
  subject: z.string(),
  skipped: z.string(),
  only: z.array(Decided),
  more: z.array(Decided),
  failures: z.array(z.string()),
});
type Result = z.infer<typeof Result>;
type Side = z.infer<typeof Decided>;

/** Ids of the newest deliveries, newest first. */
async function newest(at: WorkerAt, count: number): Promise<string[]> {
  const Page = z.object({ deliveries: z.array(z.object({ guid: z.string() })), next: z.string().nullable() });
  const guids: string[] = [];
  let path: string | null = `api/deliveries?limit=${Math.min(count, LISTED_AT_ONCE)}`;
  while (path !== null && guids.length < count) {
    const page: z.infer<typeof Page> = Page.parse(await ask(at, path));
    guids.push(...page.deliveries.map(({ guid }) => guid));
    path = page.next;
  }
  return guids.slice(0, count);
}

function* chunks(list: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < list.length; at += REPLAYED_AT_ONCE) yield list.slice(at, at + REPLAYED_AT_ONCE);
}

const Job = z.looseObject({ spec: z.looseObject({ job: z.string() }) });

/** The one job of an effect that starts or records one. */
const jobOf = ({ effect }: Side): z.infer<typeof Job> | null =>
  z.tuple([Job]).safeParse(effect["jobs"]).data?.[0] ?? null;

/** Paths of two documents where they differ. */
function* changed(a: unknown, b: unknown, at = ""): Generator<string> {
  if (JSON.stringify(a) === JSON.stringify(b)) return;
  const Fields = z.record(z.string(), z.unknown());
  const [left, right] = [Fields.safeParse(a), Fields.safeParse(b)];
  if (!left.success || !right.success) {
    yield at;
    return;
  }
  for (const key of new Set([...Object.keys(left.data), ...Object.keys(right.data)]))
    yield* changed(left.data[key], right.data[key], at === "" ? key : `${at}.${key}`);
}

/** Jobs that both would start, but not the same: one line for each, and what is left on either side. */
function paired(only: readonly Side[], more: readonly Side[]): { lines: string[]; only: Side[]; more: Side[] } {
  const name = (side: Side): string => `${side.effect.kind} ${jobOf(side)?.spec.job ?? ""}`;
  const theirs = new Map(more.filter((side) => jobOf(side) !== null).map((side) => [name(side), side]));
  const pairs = only.flatMap((side) => {
    const other = theirs.get(name(side));
    return other ? [{ side, other }] : [];
  });
  const lines = pairs.map(({ side, other }) => {
    const where = [...changed(jobOf(side), jobOf(other))];
    return `  ~ ${name(side)}: ${where.slice(0, 8).join(", ")}${where.length > 8 ? ` and ${where.length - 8} more` : ""}`;
  });
  const both = new Set(pairs.flatMap(({ side, other }) => [side, other]));
  return { lines, only: only.filter((side) => !both.has(side)), more: more.filter((side) => !both.has(side)) };
}

const sideLines = (sign: string, side: readonly Side[]): string[] =>
  side.map(({ effect, cause }) => `  ${sign} ${effectLine(effect)}  (${cause.plugin}: ${cause.rule})`);

function resultLines({ guid, event, subject, failures, ...of }: Result): string[] {
  const { lines, only, more } = paired(of.only, of.more);
  return [
    `${event} ${subject} (${guid})`,
    ...lines,
    ...sideLines("-", only),
    ...sideLines("+", more),
    ...failures.map((failure) => `  ! ${failure}`),
  ];
}

/** A candidate that the worker loaded beside its own; null when it was refused, which is printed. */
async function hand(at: WorkerAt, flags: ConfigFlags, rawArgs: readonly string[]) {
  const { archive, query, spoken } = await packConfig(await readConfig(flags, rawArgs), flags, rawArgs);
  console.error(`Handing ${(archive.byteLength / 1024).toFixed(0)} KiB to ${at.base.origin}, as a candidate ...`);
  const headers = { "content-type": "application/gzip" };
  const init = { method: "POST", headers, body: archive };
  const Handed = z.object({ id: z.string(), load: z.string(), url: z.string() });
  const { id, load, url } = Handed.parse(await ask(at, `api/config/diff?${query.toString()}`, init));
  const judged = await verdict(at, `api/config/diff/${id}`, load, (line) => console.error(`  ${line}`));
  if (judged.state === "current") return { id, url };
  for (const problem of judged.problems) console.log(problemLine({ ...problem, file: spoken(problem.file) }));
  console.log("The candidate was refused: it could not be in use");
  return null;
}

async function compare(at: WorkerAt, id: string, guids: readonly string[]): Promise<void> {
  const totals = { replayed: 0, different: 0, skipped: 0 };
  let done = 0;
  for (const chunk of chunks(guids)) {
    const answer = await tell(at, `api/config/diff/${id}/replay`, { guids: chunk });
    for (const result of z.object({ results: z.array(Result) }).parse(answer).results) {
      const different = result.only.length + result.more.length > 0;
      if (result.skipped !== "") totals.skipped += 1;
      else totals.replayed += 1;
      if (different) totals.different += 1;
      if (different) console.log(resultLines(result).join("\n"));
    }
    done += chunk.length;
    console.error(`  ${done} of ${guids.length} deliveries`);
  }
  const { replayed, different, skipped } = totals;
  console.log(`${replayed} deliveries replayed, ${different} would differ, ${skipped} could not be replayed`);
}

export const diff = defineCommand({
  meta: { name: "diff", description: "What the last deliveries would have led to with another configuration" },
  args: {
    ...CONFIG_FLAGS,
    replay: { type: "string", default: "100", description: `How many of the last deliveries, at most ${MOST}` },
    ...WORKER_FLAGS,
  },
  async run({ args, rawArgs }) {
    try {
      const count = Number(args.replay);
      if (!Number.isInteger(count) || count < 1 || count > MOST)
        throw new WorkerError(`--replay needs a number from 1 to ${MOST}, not "${args.replay}"`);
      const at = workerAt(args);
      const candidate = await hand(at, args, rawArgs);
      if (candidate === null) {
        process.exitCode = 1;
        return;
      }
      await compare(at, candidate.id, await newest(at, count));
      console.log(`For a day: ${candidate.url}`);
    } catch (error) {
      if (!(error instanceof ConfigFilesError || error instanceof WorkerError)) throw error;
      console.error(`error: ${error.message}`);
      process.exitCode = 1;
    }
  },
});
