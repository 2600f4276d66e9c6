/** `cutwater velodrome fetch`: starts, pauses and watches a worker's issue mirror (spec velodrome 1.3). */
import { defineCommand } from "citty";
import { z } from "zod";
import { saidPlainly } from "../mkpj.ts";
import { ask, tell, WORKER_FLAGS, type WorkerAt, workerAt, WorkerError } from "../worker-client.ts";

const POLL_MS = 2000;

const Progress = z.object({
  repository: z.string(),
  state: z.enum(["idle", "fetching", "waiting", "paused"]),
  pausedBy: z.string(),
  startedAt: z.number(),
  completedAt: z.number(),
  nextAt: z.number(),
  error: z.string(),
  movedTo: z.string(),
  streams: z.array(
    z.object({ name: z.string(), done: z.boolean(), calls: z.number(), rows: z.number(), at: z.string() }),
  ),
  metrics: z.array(z.object({ metric: z.string(), until: z.number() })),
  metricsProblem: z.string(),
});
type Progress = z.infer<typeof Progress>;
const Mirrors = z.object({ mirrors: z.array(Progress) });

const moment = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

/** For people: a line for the repository, and one for each of its streams. */
export function printed(progress: Progress): string {
  const { repository, state, pausedBy, completedAt, nextAt, error, movedTo } = progress;
  const told = [
    state === "paused" ? `paused by ${pausedBy}` : state,
    ...(state === "waiting" ? [`until ${moment(nextAt)}`] : []),
    completedAt === 0 ? "never complete yet" : `complete at ${moment(completedAt)}`,
    ...(movedTo === "" ? [] : [`is ${movedTo} now`]),
    ...(error === "" ? [] : [`last error: ${error}`]),
  ];
  const lines = progress.streams.map(({ name, done, calls, rows, at }) => {
    const where = done ? "up to date" : at === "" ? "waits" : `at ${at}`;
    return `  ${name.padEnd(14)}${String(rows).padStart(9)} rows ${String(calls).padStart(7)} calls  ${where}`;
  });
  return [`${repository}: ${told.join(", ")}`, ...lines, ...ofMetrics(progress)].join("\n");
}

/** How far the points are that are made of the mirror. */
function ofMetrics({ metrics, metricsProblem }: Progress): readonly string[] {
  const done = metrics.filter(({ until }) => until > 0);
  const oldest = Math.min(...done.map(({ until }) => until));
  const upTo = done.length > 0 ? `  up to ${moment(oldest * 1000)}` : "";
  const far = metrics.length > 0 ? [`  metrics       ${done.length} of ${metrics.length} are made${upTo}`] : [];
  return [...far, ...(metricsProblem === "" ? [] : [`  metrics       ${metricsProblem}`])];
}

const pathOf = (repo: string): string => `api/velodrome/${repo}`;

/** Watches until it is up to date, or paused, and tells each change. */
async function watched(at: WorkerAt, repo: string): Promise<Progress> {
  let told = "";
  for (;;) {
    const progress = Progress.parse(await ask(at, pathOf(repo)));
    const text = printed(progress);
    if (text !== told) console.log(text);
    told = text;
    if (progress.state === "idle" || progress.state === "paused") return progress;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export const fetchMirror = defineCommand({
  meta: { name: "fetch", description: "Start, pause or watch a worker's issue mirror" },
  args: {
    ...WORKER_FLAGS,
    repo: {
      type: "string",
      description: "org/repo of VELODROME_REPOSITORIES; without it the progress of all is shown",
    },
    start: { type: "boolean", default: false, description: "Look for news now, or go on after a pause" },
    restart: { type: "boolean", default: false, description: "Read everything again, from the first page" },
    transform: {
      type: "boolean",
      default: false,
      description: "Look for news now, and make the points of them at once",
    },
    pause: { type: "boolean", default: false, description: "Stop after the page that is being read" },
    watch: { type: "boolean", default: false, description: "Show the progress until all is up to date" },
  },
  async run({ args }) {
    try {
      const at = workerAt(args);
      const actions = (["start", "restart", "transform", "pause"] as const).filter((action) => args[action]);
      if (actions.length > 1) throw new WorkerError("Give one of --start, --restart, --transform and --pause");
      if (args.repo === undefined) {
        if (actions.length > 0 || args.watch) throw new WorkerError("Give --repo org/repo");
        const { mirrors } = Mirrors.parse(await ask(at, "api/velodrome"));
        console.log(
          mirrors.length === 0
            ? "No repository is mirrored: set VELODROME_REPOSITORIES"
            : mirrors.map(printed).join("\n"),
        );
        return;
      }
      if (!/^[\w.-]+\/[\w.-]+$/.test(args.repo)) throw new WorkerError(`--repo is org/repo, not "${args.repo}"`);
      const [action] = actions;
      const path = pathOf(args.repo);
      const progress = Progress.parse(action ? await tell(at, path, { action }) : await ask(at, path));
      if (!args.watch) console.log(printed(progress));
      else if ((await watched(at, args.repo)).error !== "") process.exitCode = 1;
    } catch (error) {
      saidPlainly(error);
    }
  },
});
