/** Cron lines as Go's robfig/cron reads them, for croner. UTC (spec jobs 1.7). */
import { Cron } from "croner";

/** Upper ends of minute, hour, day of month, month and day of week; with a leading one for seconds. */
const ENDS = [59, 23, 31, 12, 6];

/** Go takes `2/3` for `2-END/3`; croner wants the range. */
export function cronerPattern(line: string): string {
  const fields = line
    .trim()
    .replace(/^(CRON_)?TZ=\S+\s+/, "")
    .split(/\s+/);
  if (fields.length < 5) return line.trim();
  const ends = fields.length === 6 ? [59, ...ENDS] : ENDS;
  return fields
    .map((field, at) =>
      field.replaceAll(/(^|,)(\d+)\//g, (_, before: string, from: string) => `${before}${from}-${ends[at] ?? 59}/`),
    )
    .join(" ");
}

/** Whether Go would take it: 5 or 6 fields, a descriptor such as `@daily`, or `@every 1h`. */
export function isCron(line: string): boolean {
  if (/^@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(line)) return true;
  try {
    new Cron(cronerPattern(line), { paused: true, timezone: "UTC" }).stop();
    return true;
  } catch {
    return false;
  }
}
