/** Values of panels as people read them. */
import type { Unit } from "../../src/velodrome/dashboards/view.ts";
import { duration } from "../parts/time.tsx";

/** `1,234.5`, `2d 4h` or `12.5 %`. */
export function valueText(value: number, unit: Unit): string {
  if (unit === "seconds") return duration(value * 1000);
  if (unit === "share") return `${(value * 100).toLocaleString("en", { maximumFractionDigits: 1 })} %`;
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}

const STEPS = [
  [604_800, "week"],
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
] as const;

/** `day`, `4 weeks`: the seconds from one time to the next. */
export function stepText(seconds: number): string {
  const [size, name] = STEPS.find(([size]) => seconds >= size && seconds % size === 0) ?? [1, "second"];
  const count = Math.round(seconds / size);
  return count === 1 ? name : `${count} ${name}s`;
}
