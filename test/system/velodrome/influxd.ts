/** A real InfluxDB 1.6 with an administrator and a database. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { Point } from "../../../src/velodrome/transform/plugin.ts";
import { debianProgram } from "../../harness/debian.ts";
import { startServer } from "./server.ts";

export const SECRET = "root:top secret";
export const DATABASE = "github";

const Answer = z.object({
  results: z.array(
    z.object({
      error: z.string().optional(),
      series: z
        .array(
          z.object({
            tags: z.record(z.string(), z.string()).optional(),
            columns: z.array(z.string()),
            values: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
          }),
        )
        .default([]),
    }),
  ),
});

/** Nothing is reported home, and nothing listens but on loopback. */
const config = (folder: string): string => `
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
[http]
bind-address = "127.0.0.1:0"
auth-enabled = true
[monitor]
store-enabled = false
`;

export async function startInflux() {
  const server = await startServer(
    await debianProgram("influxdb", "/usr/bin/influxd"),
    async (folder) => {
      const file = path.join(folder, "influxdb.conf");
      await writeFile(file, config(folder));
      return ["run", "-config", file];
    },
    /Listening on HTTP.*?(127\.0\.0\.1:\d+)/,
  );
  const [user = "", password = ""] = SECRET.split(":");
  const query = async (q: string) => {
    const body = new URLSearchParams({ q, db: DATABASE, epoch: "s" });
    const headers = { authorization: `Basic ${btoa(SECRET)}` };
    const answer = await fetch(`${server.url}/query`, { method: "POST", body, headers });
    const [result] = Answer.parse(await answer.json()).results;
    if (result === undefined || result.error !== undefined) throw new Error(`${q}: ${result?.error}`);
    return result.series;
  };
  await query(`CREATE USER ${user} WITH PASSWORD '${password}' WITH ALL PRIVILEGES`);
  await query(`CREATE DATABASE ${DATABASE}`);
  return {
    ...server,
    address: `${server.url}/?db=${DATABASE}`,
    query,
    /** All of a measurement, as points of a series are: without columns that a row has not. */
    async points(measurement: string): Promise<Point[]> {
      const series = await query(`SELECT * FROM "${measurement.replace(/["\\]/g, String.raw`\$&`)}" GROUP BY *`);
      return series.flatMap(({ tags = {}, columns, values }) =>
        values.map((row) => {
          const fields = columns.flatMap((name, at) => {
            const value = row[at];
            return name === "time" || value === null || value === undefined ? [] : [[name, value] as const];
          });
          return { at: Number(row[columns.indexOf("time")]), tags, fields: Object.fromEntries(fields) };
        }),
      );
    },
  };
}
