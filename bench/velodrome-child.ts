/** In a process of its own, so that its peak memory is its own: reads a mirror and makes one metric of it. */
import { performance } from "node:perf_hooks";
import { readMirror } from "../cli/velodrome/mirror.ts";
import { mirrorSource } from "../cli/velodrome/sources.ts";
import { parseCount } from "../src/velodrome/transform/count.ts";
import { MetricRun } from "../src/velodrome/transform/run.ts";
import { pointLine, series } from "../src/velodrome/transform/series.ts";

const [folder = "", ...args] = process.argv.slice(2);
const HOUR = 3600;
const start = performance.now();
const mirror = await readMirror(mirrorSource(folder, undefined), () => {});
const read = performance.now();
const [[repository, rows] = ["", { issues: [], events: [], comments: [] }]] = mirror;
const options = parseCount(args);
const run = new MetricRun(repository, options);
const points = series(run.advance(rows)).map(pointLine).length;
const made = performance.now();
const state = JSON.stringify(run.save());

// Another hour on top of it, as a cron run sees it: what was saved, some rows, and saved again.
const at = (run.cursor?.at ?? 0) + 1;
const hour = Array.from({ length: 60 }, (_, n) => ({
  repository,
  id: 10_000_000 + n,
  issue: 1 + n,
  actor: "user1",
  label: "lgtm",
  assignee: null,
  event: n % 2 === 0 ? "labeled" : "closed",
  at: at + Math.floor((n * HOUR) / 60),
}));
const restarted = performance.now();
const next = new MetricRun(repository, options, JSON.parse(state));
if (next.cursor === null) throw new Error("The saved run was not taken up");
next.advance({ issues: [], events: hour, comments: [] });
JSON.stringify(next.save());
const ended = performance.now();

console.log(
  JSON.stringify({
    rows: rows.issues.length + rows.events.length + rows.comments.length,
    points,
    readMs: read - start,
    transformMs: made - read,
    hourMs: ended - restarted,
    stateKiB: state.length / 1024,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  }),
);
