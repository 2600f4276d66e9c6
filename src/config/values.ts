/** Values that Prow's documents share. */
import * as z from "zod";
import type { JsonObject } from "./model.ts";

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const DURATION = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;

/** Seconds of a Go duration (`1h30m`, or a number of nanoseconds); null when it is none (spec jobs 1.4). */
export function durationSeconds(value: string | number): number | null {
  if (typeof value === "number") return value * 1e-9;
  if (/^[-+]?0$/.test(value)) return 0;
  if (!DURATION.test(value)) return null;
  let seconds = 0;
  for (const [, count, unit] of value.matchAll(PART)) seconds += Number(count) * (UNIT_SECONDS[unit ?? ""] ?? 0);
  return value.startsWith("-") ? -seconds : seconds;
}

/** A Go duration as text: what was written, or nanoseconds turned into seconds. */
export const Duration = z
  .union([z.string(), z.int()], { error: "must be a duration such as 1h30m, 10m or 45s" })
  .refine((value) => durationSeconds(value) !== null, { error: "must be a duration such as 1h30m, 10m or 45s" })
  .transform((value) => (typeof value === "number" ? `${value / 1e9}s` : value));

/** YAML's null stands for "unset" wherever Go reads a zero value. */
export const unset = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

/** Text. As in Prow, a number or a truth value that stands where text is expected counts as its text. */
export const Text = z.preprocess((value) => {
  if (value === null) return "";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}, z.string());
export const Flag = z.boolean();

const ZEROS: readonly unknown[] = [{}, [], "", 0, false];
/** A null that stands for a whole entry is the zero value of its type in Go: the first of them that the schema takes. */
const entryOf = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (value) => (value === null ? (ZEROS.find((zero) => schema.safeParse(zero).success) ?? null) : value),
    schema,
  );
export const mapOf = <T extends z.ZodType>(schema: T) => z.record(z.string(), entryOf(schema));
export const listOf = <T extends z.ZodType>(schema: T) => z.array(entryOf(schema));

export const Strings = z.array(Text);
export const StringMap = z.record(z.string(), Text);
/** `*`, org or org/repo to lists. */
export const StringsMap = mapOf(Strings);

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A document that is passed on as it is. */
export const Passed = z.custom<JsonObject>(isMapping, { error: "must be a mapping" });
