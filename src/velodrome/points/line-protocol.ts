/** InfluxDB's line protocol, precision seconds (spec velodrome 1.4). Pure. */
import type { FieldValue, Point } from "../transform/plugin.ts";

/** Its integers are of 64 bits and signed. */
const [LEAST, MOST] = ["-9223372036854775808", "9223372036854775807"];

/**
 * A backslash escapes what follows and cannot be escaped itself, so none may end a name; line breaks would end the line,
 * and InfluxDB's own clients write them so.
 */
const bare = (text: string): string =>
  text.replace(/\n/g, String.raw`\n`).replace(/\r/g, String.raw`\r`).replace(/\\+$/, "");
const measurementText = (text: string): string => bare(text).replace(/[, ]/g, String.raw`\$&`);
const keyText = (text: string): string => bare(text).replace(/[, =]/g, String.raw`\$&`);

function fieldText(value: FieldValue): string | null {
  if (typeof value === "string") return `"${value.replace(/["\\]/g, String.raw`\$&`)}"`;
  if (!Number.isFinite(value)) return null;
  if (!Number.isInteger(value)) return String(value);
  if (value >= 2 ** 63) return `${MOST}i`;
  return value <= -(2 ** 63) ? `${LEAST}i` : `${BigInt(value)}i`;
}

const byText = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : a > b ? 1 : 0);

/** One line without its end; null for a point without a value that can be written. Empty tags are none to InfluxDB. */
export function line(measurement: string, { at, tags, fields }: Point): string | null {
  const values = Object.entries(fields).flatMap(([key, value]) => {
    const [name, text] = [keyText(key), fieldText(value)];
    return name === "" || text === null ? [] : [`${name}=${text}`];
  });
  if (values.length === 0) return null;
  const named = Object.entries(tags)
    .map(([key, value]) => [keyText(key), keyText(value)] as const)
    .filter(([key, value]) => key !== "" && value !== "")
    .toSorted(byText)
    .map(([key, value]) => `,${key}=${value}`);
  return `${measurementText(measurement)}${named.join("")} ${values.join(",")} ${at}`;
}

/** Lines as bodies of requests, of at most so many bytes each; a line that alone is longer gets a body of its own. */
export function* batches(
  measurement: string,
  points: Iterable<Point>,
  mostBytes: number,
): Generator<{ readonly body: string; readonly points: number }> {
  const encoder = new TextEncoder();
  let lines: string[] = [];
  let bytes = 0;
  const taken = () => {
    const batch = { body: lines.join(""), points: lines.length };
    [lines, bytes] = [[], 0];
    return batch;
  };
  for (const point of points) {
    const text = line(measurement, point);
    if (text === null) continue;
    const size = encoder.encode(text).byteLength + 1;
    if (bytes + size > mostBytes && lines.length > 0) yield taken();
    lines.push(`${text}\n`);
    bytes += size;
  }
  if (lines.length > 0) yield taken();
}
