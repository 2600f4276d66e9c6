/** Go durations, as decoration_config writes them (spec jobs 1.4): a number of nanoseconds or text such as `1h30m`. */
import type { Json } from "../config/model.ts";

const UNIT_SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Seconds, or null when it is no duration. */
export function goSeconds(value: Json | undefined): number | null {
  if (typeof value === "number") return value * 1e-9;
  if (typeof value !== "string") return null;
  if (/^[+-]?0$/.test(value)) return 0;
  const whole = /^([+-]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+)$/.exec(value);
  if (!whole) return null;
  const parts = [...(whole[2] ?? "").matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)];
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit ?? ""] ?? 0), 0);
  return whole[1] === "-" ? -seconds : seconds;
}

/** Short text for people: `45s`, `10m`, `2h30m`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 3600), "h"],
    [Math.floor((whole % 3600) / 60), "m"],
    [whole % 60, "s"],
  ] as const;
  return (
    parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count}${unit}`)
      .join("") || "0s"
  );
}
