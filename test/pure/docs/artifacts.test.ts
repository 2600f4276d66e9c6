/** docs/artifacts.md says where builds lie; the code says it too. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { aliasOf, latestBuildKeys, storagePath } from "../../../src/jobs/paths.ts";
import type { JobType, ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import { BUILD_FILES } from "../../docs/build-files.ts";

const doc = readFileSync(new URL("../../../docs/artifacts.md", import.meta.url), "utf8");

/** First and second cells of the table below a heading, without backquotes. */
function table(heading: string): Map<string, string> {
  const section = doc.slice(doc.indexOf(`## ${heading}`)).split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)].slice(2);
  return new Map(rows.map(([, first = "", second = ""]) => [first.replaceAll("`", ""), second.replaceAll("`", "")]));
}

const BUILD = "1900000000000000001";
const filled = (key: string): string =>
  key
    .replace("<org>_<repo>", "acme_rocket")
    .replace("<pull>", "7")
    .replaceAll("<job>", "unit")
    .replaceAll("<build>", BUILD);

function specOf(type: JobType): ProwJobSpec {
  const pulls = [{ number: 7, author: "a", sha: "a" }];
  const refs = { org: "acme", repo: "rocket", base_ref: "main", ...(type === "postsubmit" ? {} : { pulls }) };
  const spec = { type, job: "unit", agent: "kubernetes", cluster: "default", namespace: "default", report: true };
  return type === "periodic" ? spec : { ...spec, refs };
}

describe("where a build lies", () => {
  const said = table("Where a build lies");
  const types = ["periodic", "postsubmit", "presubmit", "batch"] as const;

  it.each(types)("%s", (type) => expect(`${storagePath(specOf(type), BUILD)}/`).toBe(filled(said.get(type) ?? "")));

  it("the newest build, and the way from a presubmit's build to its folder", () => {
    const at = (what: string) => filled(said.get(what) ?? "");
    const newest = at("newest build of a periodic or postsubmit");
    expect([latestBuildKeys(specOf("periodic")), latestBuildKeys(specOf("postsubmit"))]).toEqual([[newest], [newest]]);
    const ofPull = at("newest build of a pull request's presubmit");
    expect(latestBuildKeys(specOf("presubmit"))).toEqual([at("newest build of a presubmit"), ofPull]);
    const alias = aliasOf(specOf("presubmit"), BUILD);
    expect(alias?.key).toBe(at("from a presubmit's build to its folder"));
    expect(`${alias?.body}/`).toBe(`gs://cutwater-artifacts/${at("presubmit")}`);
  });

  it("says each row that there is", () => expect(said.size).toBe(types.length + 4));
});

it("names the files that a build has (test/worker/jobs/podinfo.test.ts holds a real one to the same list)", () => {
  expect([...table("What a build has").keys()].toSorted()).toEqual(BUILD_FILES);
});

it("its bucket is the one that is deployed", () => {
  const wrangler = readFileSync(new URL("../../../wrangler.toml", import.meta.url), "utf8");
  const bucket = /^bucket_name = "([^"]+)"$/m.exec(wrangler)?.[1];
  expect(new Set(doc.match(/(?<=s3:\/\/|rclone ls cutwater:|bucket `)cutwater-[\w-]+/g))).toEqual(new Set([bucket]));
});
