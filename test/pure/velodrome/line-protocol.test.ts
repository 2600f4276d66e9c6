/** InfluxDB's line protocol: the lines, their bounds, and that a reader gets back what was written. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batches, line } from "../../../src/velodrome/points/line-protocol.ts";
import { series } from "../../../src/velodrome/transform/series.ts";
import type { Fields, Point } from "../../../src/velodrome/transform/plugin.ts";

const point = (fields: Fields, tags: Point["tags"] = {}, at = 60): Point => ({ at, tags, fields });

describe("A line", () => {
  test.each<[string, string, Point, string | null]>([
    ["integers have an i", "merge", point({ event: 1 }, { repository: "a/b" }), "merge,repository=a/b event=1i 60"],
    ["no tags", "merge", point({ event: 1 }), "merge event=1i 60"],
    ["before 1970", "merge", point({ event: -1 }, {}, -5), "merge event=-1i -5"],
    ["a percentile", "open", point({ count: 2, "50%": 0, sum: 3 }), "open count=2i,50%=0i,sum=3i 60"],
    ["text in quotes", "c", point({ author: 'a "b" \\c, d=e' }), String.raw`c author="a \"b\" \\c, d=e" 60`],
    ["an empty text", "c", point({ author: "" }), 'c author="" 60'],
    ["a name with marks", "a, b=c", point({ "x, y=z": 1 }), String.raw`a\,\ b=c x\,\ y\=z=1i 60`],
    ["tags with marks", "m", point({ n: 1 }, { "k, =": "v, =" }), String.raw`m,k\,\ \==v\,\ \= n=1i 60`],
    ["tags in order", "m", point({ n: 1 }, { b: "2", a: "1" }), "m,a=1,b=2 n=1i 60"],
    ["an empty tag is none", "m", point({ n: 1 }, { a: "" }), "m n=1i 60"],
    ["backslashes end no name", "m", point({ n: 1 }, { a: "v\\\\" }), "m,a=v n=1i 60"],
    ["a line stays a line", "m", point({ n: 1 }, { a: "v\nw\r" }), String.raw`m,a=v\nw\r n=1i 60`],
    ["past 64 bits", "m", point({ n: 2 ** 63, o: -(2 ** 70) }), "m n=9223372036854775807i,o=-9223372036854775808i 60"],
    ["no exponent", "m", point({ n: 2 ** 62 }), "m n=4611686018427387904i 60"],
    ["a fraction is a float", "m", point({ n: 0.5 }), "m n=0.5 60"],
    ["what is no number is left out", "m", point({ n: Number.NaN, o: 1 }), "m o=1i 60"],
    ["nothing left", "m", point({ n: Number.POSITIVE_INFINITY }), null],
    ["no fields", "m", point({}), null],
  ])("%s", (_, measurement, of, text) => {
    expect(line(measurement, of)).toBe(text);
  });
});

/** As InfluxDB reads: a mark counts unless a backslash is before it, which only then is taken away. */
function read(text: string) {
  const cut = (from: string, mark: string): string[] => {
    const parts = [""];
    let quoted = false;
    for (let at = 0; at < from.length; at += 1) {
      const [one, next] = [from.charAt(at), from.charAt(at + 1)];
      const last = parts.length - 1;
      const escapes = quoted ? /["\\]/ : /[, ="]/;
      if (one === "\\" && escapes.test(next)) {
        parts[last] += one + next;
        at += 1;
      } else if (one === mark && !quoted) parts.push("");
      else {
        if (one === '"') quoted = !quoted;
        parts[last] += one;
      }
    }
    return parts;
  };
  const plain = (from: string) => from.replace(/\\([, =])/g, "$1");
  const [key = "", fields = "", at = ""] = cut(text, " ");
  const [measurement = "", ...tags] = cut(key, ",");
  const pair = (of: string) => cut(of, "=");
  const value = (of: string) => (of.startsWith('"') ? of.slice(1, -1).replace(/\\(["\\])/g, "$1") : parseInt(of, 10));
  return {
    measurement: measurement.replace(/\\([, ])/g, "$1"),
    tags: Object.fromEntries(tags.map((tag) => pair(tag).map(plain))),
    fields: Object.fromEntries(cut(fields, ",").map((of) => [plain(pair(of)[0] ?? ""), value(pair(of)[1] ?? "")])),
    at: Number(at),
  };
}

const marks = fc.string({ unit: fc.constantFrom("a", "é", "/", ",", " ", "=", "\\", "💥", "%") });
/** Quotes are plain in names to InfluxDB, but not to the short reader above. */
const name = marks.map((text) => `n${text.replace(/\\+$/, "")}`);
const text = fc.string({ unit: fc.constantFrom("a", '"', "\\", "\n", ",", " ", "=", "💥") });
const anyPoint = fc.record({
  at: fc.integer(),
  tags: fc.dictionary(name, name, { maxKeys: 3, noNullPrototype: true }),
  fields: fc.dictionary(name, fc.oneof(fc.maxSafeInteger(), text), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
});

test("What is written is read back", () => {
  fc.assert(
    fc.property(name, anyPoint, (measurement, of) => {
      expect(read(line(measurement, of) ?? "")).toEqual({ measurement, ...of });
    }),
  );
});

test("Batches hold every line once, in order, within their bytes", () => {
  fc.assert(
    fc.property(fc.array(anyPoint, { maxLength: 30 }), fc.integer({ min: 1, max: 400 }), (points, most) => {
      const made = [...batches("m", points, most)];
      expect(made.map(({ body }) => body).join("")).toBe(points.map((one) => `${line("m", one)}\n`).join(""));
      expect(made.reduce((sum, { points: count }) => sum + count, 0)).toBe(points.length);
      for (const { body, points: count } of made)
        if (count > 1) expect(new TextEncoder().encode(body).byteLength).toBeLessThanOrEqual(most);
    }),
  );
});

test("Points of one second and set of tags are one to InfluxDB, as they are in a series", () => {
  const points = [point({ event: 1, author: "a" }), point({ comment: 1, author: "b" })];
  expect(series(points).map((one) => line("c", one))).toEqual(['c event=1i,author="b",comment=1i 60']);
});
