/** The mirror of ../shared/data/velodrome, and what the original made of it. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { CommentRow, EventRow, IssueRow } from "../../../src/velodrome/rows.ts";
import type { Batch } from "../../../src/velodrome/transform/run.ts";

export const DATA = path.resolve(import.meta.dirname, "../../../../shared/data/velodrome");
export const REPOSITORY = "acme/widgets";

export const lines = (name: string): string[] =>
  gunzipSync(readFileSync(path.join(DATA, `${name}.ndjson.gz`)))
    .toString()
    .split("\n")
    .filter((line) => line !== "");

const rows = <Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema>[] =>
  lines(name).map((line) => schema.parse(JSON.parse(line)));

export const mirror: Batch = {
  issues: rows("issues", IssueRow),
  events: rows("events", EventRow),
  comments: rows("comments", CommentRow),
};

const Metrics = z.record(z.string(), z.object({ args: z.array(z.string()), points: z.int() }));
export const metrics = Object.entries(Metrics.parse(JSON.parse(readFileSync(path.join(DATA, "metrics.json"), "utf8"))));
