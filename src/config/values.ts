/** Values that Prow's documents share. */
import * as z from "zod";
import type { JsonObject } from "./model.ts";

const UNIT_SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
const PART = /(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g;

/** Seconds of a Go duration (`1h30m`, or a number of nanoseconds); null when it is none (spec jobs 1.4). */
export function durationSeconds(value: string | number): number | null {
  if (typeof value === "number") return value * 1e-9;
  if (value === "0") return 0;
  if (!/^-?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(value)) return null;
  const seconds = [...value.matchAll(PART)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit ?? ""] ?? 0),
    0,
  );
  return value.startsWith("-") ? -seconds : seconds;
}

/** A Go duration, kept as it was written. */
export const Duration = z
  .union([z.string(), z.int()])
  .refine((value) => durationSeconds(value) !== null, { error: "must be a duration such as 1h30m, 10m or 45s" });

/** YAML's null stands for "unset" wherever Go reads a zero value. */
export const unset = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

export const Text = z.string();
export const Strings = z.array(z.string());
export const StringMap = z.record(z.string(), z.string());
/** A label or annotation: YAML may have read it as a number or a truth value, which Kubernetes refuses. */
export const Flag = z.boolean();

/** A document that is passed on as it is. */
export const Passed = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  { error: "must be a mapping" },
);
