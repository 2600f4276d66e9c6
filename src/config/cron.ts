/** Cron lines as Go's robfig/cron reads them, for croner. UTC unless they name a time zone (spec jobs 1.7). */
import { Cron } from "croner";
import { durationSeconds } from "./values.ts";

/** Upper ends of minute, hour, day of month, month and day of week; with a leading one for seconds. */
const ENDS = [59, 23, 31, 12, 6];
const DESCRIPTORS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const FIELD = /^[*?0-9A-Za-z]+(?:-[0-9A-Za-z]+)?(?:\/[0-9]+)?$/;

/** Commas too many are no fault in Go: `22,` is `22`. */
const parts = (field: string): string[] => field.split(",").filter((part) => part !== "");

const ZONE = /^(?:CRON_)?TZ=(\S+)\s+/;

/** A line without its time zone. */
const bare = (line: string): string => line.trim().replace(ZONE, "");

const fieldsOf = (line: string): string[] => bare(line).split(/\s+/);

/** `TZ=` or `CRON_TZ=` in front of a line; without it, and for Go's `Local`, UTC. */
export function cronZone(line: string): string {
  const zone = ZONE.exec(line.trim())?.[1] ?? "UTC";
  return zone === "Local" ? "UTC" : zone;
}

/** The duration of `@every 1h`, in milliseconds, at least a second; null for every other line. */
function everyMs(line: string): number | null {
  const text = /^@every\s+(\S+)$/.exec(bare(line))?.[1];
  return text === undefined ? null : Math.max(1, Math.trunc(durationSeconds(text) ?? 0)) * 1000;
}

/** Whether the line begins to count when it is first seen, and fires then (spec jobs 4.4). */
export const isEvery = (line: string): boolean => everyMs(line) !== null;

/**
 * When a valid line fires next after a moment; both in milliseconds. Null: never again. A time of day that a change of
 * the clock repeats fires the first time only; one that it leaves out fires an hour later.
 */
export function nextFire(line: string, after: number): number | null {
  const every = everyMs(line);
  if (every !== null) return (Math.floor(after / 1000) + every / 1000) * 1000;
  const cron = new Cron(cronerPattern(line), { paused: true, timezone: cronZone(line) });
  return cron.nextRun(new Date(after))?.getTime() ?? null;
}

/** The line for croner, without its time zone. Go takes `2/3` for `2-END/3`; croner wants the range. */
export function cronerPattern(line: string): string {
  const fields = fieldsOf(line);
  if (fields.length < 5) return bare(line);
  const ends = fields.length === 6 ? [59, ...ENDS] : ENDS;
  const ranged = (field: string, end: number): string =>
    parts(field)
      .map((part) => part.replace(/^(\d+)\//, `$1-${end}/`))
      .join(",");
  return fields.map((field, at) => ranged(field, ends[at] ?? 59)).join(" ");
}

/** Whether Go would take it: 5 or 6 fields, a descriptor such as `@daily`, or `@every 1h`; before it, a known time zone. */
export function isCron(line: string): boolean {
  const text = bare(line);
  const every = /^@every\s+(\S+)$/.exec(text)?.[1];
  if (every !== undefined) return (durationSeconds(every) ?? 0) > 0;
  if (text.startsWith("@") && !DESCRIPTORS.includes(text)) return false;
  if (!text.startsWith("@")) {
    const fields = fieldsOf(line);
    if (fields.length !== 5 && fields.length !== 6) return false;
    const plain = (part: string): boolean => FIELD.test(part) && !/[LW#]$|\dL/.test(part);
    if (!fields.every((field) => parts(field).length > 0 && parts(field).every(plain))) return false;
    if (/(?:^|[,-])7/.test(fields.at(-1) ?? "")) return false;
  }
  try {
    const cron = new Cron(cronerPattern(line), { paused: true, timezone: cronZone(line) });
    cron.nextRun(new Date(0));
    return true;
  } catch {
    return false;
  }
}
