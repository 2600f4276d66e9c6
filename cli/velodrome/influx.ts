/** `--influx` of `cutwater velodrome transform`: the computed points into an InfluxDB. */
import {
  dropInflux,
  InfluxError,
  type InfluxTarget,
  influxTarget,
  writeInflux,
} from "../../src/velodrome/points/influx.ts";
import type { Point } from "../../src/velodrome/transform/plugin.ts";

const TRIES = 5;
const FIRST_PAUSE_MS = 500;
/** Of a metric at a time; each writing is repeated alone. */
const POINTS = 5000;

/** Null without an address. The secret comes from the environment, where no list of processes shows it. Throws {@link InfluxError}. */
export function givenInflux(address: string | undefined): InfluxTarget | null {
  return address === undefined ? null : influxTarget(address, process.env["CUTWATER_INFLUX_SECRET"] ?? "");
}

/** Sends a metric's points, for each of these repositories without those of before when `drop`. Throws {@link InfluxError}. */
export async function pushed(
  target: InfluxTarget,
  metric: string,
  points: readonly Point[],
  drop: readonly string[],
): Promise<number> {
  for (const repository of drop) await insisting(() => dropInflux(target, metric, repository));
  let sent = 0;
  for (let at = 0; at < points.length; at += POINTS)
    sent += await insisting(() => writeInflux(target, metric, points.slice(at, at + POINTS)));
  return sent;
}

async function insisting<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof InfluxError) || !error.passing || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** (tries - 1)));
    }
  }
}
