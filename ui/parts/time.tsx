/** Moments and lengths of time. All inputs in milliseconds. */
import type { JSX } from "preact";

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/** The two largest units: `2d 4h`, `1h 5m`, `42s`. */
export function duration(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1000));
  const parts: string[] = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(" ") || "0s";
}

/** `just now`, `5m ago`, `3d ago`: the largest unit only. */
export function ago(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  if (seconds < 10) return "just now";
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["s", 1];
  return `${Math.floor(seconds / size)}${unit} ago`;
}

/** `2026-11-23 07:05:09 UTC`. */
export const exact = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** How long ago, with the exact moment as its title. */
export function Ago({ at, now }: { readonly at: number; readonly now: number }): JSX.Element {
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)}>
      {ago(at, now)}
    </time>
  );
}

/** The exact moment. */
export function Moment({ at }: { readonly at: number }): JSX.Element {
  return <time dateTime={new Date(at).toISOString()}>{exact(at)}</time>;
}

/** `12 B`, `3.4 KB`, `200 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${["B", "KB", "MB", "GB", "TB"][power]}`;
}
