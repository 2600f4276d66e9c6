/** Points as a time series database keeps them (spec velodrome 1.4): one a second and set of tags, later fields replacing earlier. */
import type { Fields, FieldValue, Point } from "./plugin.ts";

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sorted = <Value>(of: Readonly<Record<string, Value>>): [string, Value][] =>
  Object.entries(of).sort(([a], [b]) => byText(a, b));
const tagsText = (tags: Point["tags"]): string => JSON.stringify(sorted(tags));

/** In order of time, then of tags. */
export function series(points: readonly Point[]): Point[] {
  const known = new Map<Point["tags"], string>();
  const tagged = points.map((point) => {
    const tags = known.get(point.tags) ?? tagsText(point.tags);
    known.set(point.tags, tags);
    return { point, tags };
  });
  // Stable: in the order of their making within one second.
  tagged.sort((a, b) => a.point.at - b.point.at || byText(a.tags, b.tags));
  const kept: { point: Point; tags: string }[] = [];
  for (const { point, tags } of tagged) {
    const last = kept.at(-1);
    if (!last || last.point.at !== point.at || last.tags !== tags) kept.push({ point, tags });
    else last.point = { ...last.point, fields: merged(last.point.fields, point.fields) };
  }
  return kept.map(({ point }) => point);
}

const merged = (earlier: Fields, later: Fields): Fields => ({ ...earlier, ...later });

/** The largest 64-bit integer, which no number here can be. */
const LARGEST = "9223372036854775807";
const valueText = (value: FieldValue): string => {
  if (typeof value === "string") return JSON.stringify(value);
  return value >= 2 ** 63 ? LARGEST : String(value);
};
const objectText = (of: Readonly<Record<string, FieldValue>>): string =>
  `{${sorted(of)
    .map(([key, value]) => `${JSON.stringify(key)}: ${valueText(value)}`)
    .join(", ")}}`;

/** `{"fields": {...}, "tags": {...}, "time": <Unix seconds>}`, keys in order. */
export const pointLine = ({ at, tags, fields }: Point): string =>
  `{"fields": ${objectText(fields)}, "tags": ${objectText(tags)}, "time": ${at}}`;
