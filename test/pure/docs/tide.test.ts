/** docs/tide.md shows settings; the configuration takes them as they stand there, and has no others. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { TideSchema } from "../../../src/config/tide-schema.ts";

const doc = readFileSync(new URL("../../../docs/tide.md", import.meta.url), "utf8");
const [, yaml = ""] = /```yaml\n([^]*?)```/.exec(doc) ?? [];

it("the example is read, and the table has a row for each key of it", () => {
  const { tide } = parse(yaml);
  const { cutwater } = TideSchema.parse(tide);
  const rows = [...doc.matchAll(/^\| `(\w+)` \| [^|]+ \|$/gm)].map(([, key = ""]) => key);
  expect(Object.keys(cutwater ?? {}).toSorted()).toEqual(rows.toSorted());
});

it("whatever the schema knows is in the example", () => {
  const known = Object.keys(TideSchema.shape.cutwater.in.unwrap().unwrap().shape).toSorted();
  expect(Object.keys(parse(yaml).tide.cutwater).toSorted()).toEqual(known);
});
