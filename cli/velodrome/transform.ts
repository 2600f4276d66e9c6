/** `cutwater velodrome transform`: a mirror's points as files, and to an InfluxDB. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { defineCommand } from "citty";
import { type Definition, readMetricList, readVelodromeConfig } from "../../src/velodrome/definitions.ts";
import { InfluxError } from "../../src/velodrome/points/influx.ts";
import type { Point } from "../../src/velodrome/transform/plugin.ts";
import { MetricRun } from "../../src/velodrome/transform/run.ts";
import { pointLine, series } from "../../src/velodrome/transform/series.ts";
import { problemLine } from "../checkconfig.ts";
import { ConfigFilesError, readText } from "../config-files.ts";
import { WORKER_FLAGS, WorkerError } from "../worker-client.ts";
import { givenInflux, pushed } from "./influx.ts";
import { readMirror, type RepositoryRows } from "./mirror.ts";
import { MirrorError } from "./ndjson.ts";
import { mirrorSource } from "./sources.ts";

/** A `.yaml` file is the original's config.yaml, any other a list of metrics. Throws {@link MirrorError}. */
async function readDefinitions(file: string): Promise<readonly Definition[]> {
  const text = await readText(file);
  const { definitions, problems } = (/\.ya?ml$/.test(file) ? readVelodromeConfig : readMetricList)(file, text);
  const errors = problems.filter(({ severity }) => severity === "error");
  for (const problem of problems) if (problem.severity === "warning") console.error(problemLine(problem));
  if (errors.length > 0) throw new MirrorError(errors.map((problem) => problemLine(problem)).join("\n"));
  return definitions;
}

/** A metric's points over its repositories, as a database would keep them. */
export function transformed(
  definitions: readonly Definition[],
  mirror: ReadonlyMap<string, RepositoryRows>,
): readonly Point[] {
  const points: Point[] = [];
  for (const { repository, options } of definitions)
    for (const [name, rows] of mirror)
      if (repository === null || repository === name)
        for (const point of new MetricRun(name, options).advance(rows)) points.push(point);
  return series(points);
}

const repositoriesOf = (
  definitions: readonly Definition[],
  mirror: ReadonlyMap<string, RepositoryRows>,
): readonly string[] =>
  [...mirror.keys()].filter((name) => definitions.some(({ repository }) => repository === null || repository === name));

function* texts(points: readonly Point[]): Generator<string> {
  for (let at = 0; at < points.length; at += 1000)
    yield points
      .slice(at, at + 1000)
      .map((point) => `${pointLine(point)}\n`)
      .join("");
}

export const transform = defineCommand({
  meta: { name: "transform", description: "Compute the points of metrics from a mirror's files" },
  args: {
    mirror: {
      type: "string",
      required: true,
      description:
        "Folder with issues, events and comments as .ndjson or .ndjson.gz; or a worker's address: its mirror",
    },
    token: WORKER_FLAGS.token,
    metrics: {
      type: "string",
      required: true,
      description: "Metrics, each with args, as JSON; or Velodrome's config.yaml",
    },
    out: { type: "string", required: true, description: "Folder for <metric>.ndjson; made when it is not there" },
    influx: {
      type: "string",
      description:
        "Write the points to an InfluxDB, too: http://host:8086/?db=NAME, or ?org=ORG&bucket=BUCKET of InfluxDB 2. " +
        "CUTWATER_INFLUX_SECRET holds user:password, or the token",
    },
    "influx-drop": {
      type: "boolean",
      default: false,
      description: "Before, remove what the InfluxDB has of these metrics and repositories",
    },
  },
  async run({ args }) {
    const started = performance.now();
    const progress = (line: string): void => {
      console.error(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
    };
    try {
      const influx = givenInflux(args.influx);
      if (influx === null && args["influx-drop"]) throw new MirrorError("--influx-drop needs --influx");
      const definitions = Map.groupBy(await readDefinitions(args.metrics), ({ metric }) => metric);
      const mirror = await readMirror(mirrorSource(args.mirror, args.token), progress);
      const named = new Set([...definitions.values()].flat().map(({ repository }) => repository));
      for (const name of named)
        if (name !== null && !mirror.has(name)) progress(`${name}: the mirror has nothing of it`);
      await mkdir(args.out, { recursive: true }).catch((error: Error) => {
        throw new MirrorError(`${args.out} cannot be made: ${error.message}`);
      });
      for (const [metric, own] of definitions) {
        const points = transformed(own, mirror);
        const file = path.join(args.out, `${metric}.ndjson`);
        await pipeline(Readable.from(texts(points)), createWriteStream(file)).catch((error: Error) => {
          throw new MirrorError(`${file} cannot be written: ${error.message}`);
        });
        progress(`${metric}: ${points.length} points`);
        if (influx === null) continue;
        const drop = args["influx-drop"] ? repositoriesOf(own, mirror) : [];
        progress(`${metric}: ${await pushed(influx, metric, points, drop)} points sent to ${influx.base.origin}`);
      }
    } catch (error) {
      const expected = [MirrorError, ConfigFilesError, InfluxError, WorkerError].some((kind) => error instanceof kind);
      if (!expected || !(error instanceof Error)) throw error;
      console.error(
        error instanceof ConfigFilesError || !/^(error|warning): /.test(error.message)
          ? `error: ${error.message}`
          : error.message,
      );
      process.exitCode = 1;
    }
  },
});
