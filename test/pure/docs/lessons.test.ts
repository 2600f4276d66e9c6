/** docs/lessons.md names tests that there are, and every test that bears a reference is named there (jobs 7.3). */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

const rows = read("docs/lessons.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:reference|---) /.test(line))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")))
  .map(([references = "", , , tests = ""]) => ({ references, tests: tests.split("<br>") }));

/** `file: title`, without the references, as the table has them. */
const named = rows.flatMap(({ references, tests }) =>
  tests.map((test) => {
    const [, file = "", title = ""] = /^`(test\/[^`]+\.test\.ts)`: (.+)$/.exec(test) ?? [];
    return { references, file, title };
  }),
);

/** What the titles of tests say: file, title and references. */
const borne = globSync("test/**/*.test.ts", { cwd: ROOT }).flatMap((file) =>
  [...read(file).matchAll(/(?:it|test|\[)\(?\s*"(?<title>[^"]+) \(jobs 7\.3: (?<references>[^)]+)\)"/g)].map(
    ({ groups }) => ({
      file,
      title: groups?.["title"] ?? "",
      references: (groups?.["references"] ?? "").split("; "),
    }),
  ),
);

describe("what once went wrong", () => {
  it("is a table of many rows", () => expect(rows.length).toBeGreaterThan(25));

  it.each(named)("$references: $title", ({ references, file, title }) => {
    const found = borne.find((one) => one.file === file && one.title === title);
    expect(found, `${file} has a test "${title}" that bears references`).toBeDefined();
    expect(found?.references).toEqual(expect.arrayContaining(references.split("; ")));
  });

  it("leaves out no test that bears a reference", () => {
    const there = new Set(named.map(({ file, title }) => `${file}: ${title}`));
    expect(borne.map(({ file, title }) => `${file}: ${title}`).filter((one) => !there.has(one))).toEqual([]);
  });
});
