/** Cron lines as Go's robfig/cron reads them, for croner. UTC (spec jobs 1.7). */
import { Cron } from "croner";
import { durationSeconds } from "./values.ts";

/** Upper ends of minute, hour, day of month, month and day of week; with a leading one for seconds. */
const ENDS = [59, 23, 31, 12, 6];
const DESCRIPTORS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const FIELD = /^[*?0-9A-Za-z]+(?:-[0-9A-Za-z]+)?(?:\/[0-9]+)?$/;

/** Commas too many are no fault in Go: `22,` is `22`. */
const parts = (field: string): string[] => field.split(",").filter((part) => part !== "");

const fieldsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^(?:CRON_)?TZ=\S+\s+/, "")
    .split(/\s+/);

/** Go takes `2/3` for `2-END/3`; croner wants the range. */
export function cronerPattern(line: string): string {
  const fields = fieldsOf(line);
  if (fields.length < 5) return line.trim();
  const ends = fields.length === 6 ? [59, ...ENDS] : ENDS;
  const ranged = (field: string, end: number): string =>
    parts(field)
      .map((part) => part.replace(/^(\d+)\//, `$1-${end}/`))
      .join(",");
  return fields.map((field, at) => ranged(field, ends[at] ?? 59)).join(" ");
}

/** Whether Go would take it: 5 or 6 fields, a descriptor such as `@daily`, or `@every 1h`. */
export function isCron(line: string): boolean {
  const every = /^@every\s+(\S+)$/.exec(line)?.[1];
  if (every !== undefined) return (durationSeconds(every) ?? 0) > 0;
  if (line.startsWith("@")) return DESCRIPTORS.includes(line);
  const fields = fieldsOf(line);
  if (fields.length !== 5 && fields.length !== 6) return false;
  const plain = (part: string): boolean => FIELD.test(part) && !/[LW#]$|\dL/.test(part);
  if (!fields.every((field) => parts(field).length > 0 && parts(field).every(plain))) return false;
  if (/(?:^|[,-])7/.test(fields.at(-1) ?? "")) return false;
  try {
    new Cron(cronerPattern(line), { paused: true, timezone: "UTC" }).stop();
    return true;
  } catch {
    return false;
  }
}
