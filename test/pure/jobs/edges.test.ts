import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grants } from "../../../src/jobs/admission.ts";
import type { Waiting } from "../../../src/jobs/admission.ts";
import { ArtifactPathError, artifactPath, decodedPath } from "../../../src/jobs/artifact-path.ts";
import { contentTypeOf, servedAs } from "../../../src/jobs/content-type.ts";
import {
  bearerOf,
  isKnownToken,
  newJobToken,
  parseJobToken,
  sameDigest,
  sha256Hex,
} from "../../../src/jobs/credential.ts";
import { ProwJobDocument } from "../../../src/jobs/prowjob-schema.ts";
import { Roster } from "../../../src/jobs/roster.ts";
import { parseByteRange } from "../../../src/routes/byte-range.ts";
import { jobSpec } from "./fixtures.ts";

describe("artifact names", () => {
  it.each([
    ["junit_01.xml", "junit_01.xml"],
    ["a//b/./c.txt", "a/b/c.txt"],
    ["./a", "a"],
    ["Ünïcode/日本.txt", "Ünïcode/日本.txt"],
    ["...", "..."],
    ["started.json", "started.json"],
  ])("%j is stored as %j", (given, stored) => expect(artifactPath(given)).toBe(stored));

  it.each([
    "",
    "/",
    "/a",
    "..",
    "../../x",
    "a/../b",
    "a/..",
    ".",
    "./",
    "a/",
    "a\u0000b",
    "a\nb",
    "\u007f",
    "a\\b",
    "C:x",
    "x".repeat(256),
    "x/".repeat(400),
  ])("%j is refused", (given) => expect(() => artifactPath(given)).toThrow(ArtifactPathError));

  it("whatever comes stays in its folder, is stable, and says why it does not", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", ".", "/", "\\", "\u0000", "é", ":") }), (given) => {
        try {
          const path = artifactPath(given);
          expect(new URL(`https://h/root/${path}`).pathname.startsWith("/root/")).toBe(true);
          expect(artifactPath(path)).toBe(path);
        } catch (error) {
          expect(error).toBeInstanceOf(ArtifactPathError);
        }
      }),
    );
  });

  it("percent-encoding must be whole and UTF-8", () => {
    expect(decodedPath("a%20b%2Fc")).toBe("a b/c");
    expect(() => decodedPath("%ff")).toThrow(ArtifactPathError);
    expect(() => decodedPath("%")).toThrow(ArtifactPathError);
  });
});

describe("content types", () => {
  it.each([
    ["build-log.txt", "text/plain; charset=utf-8", "text/plain; charset=utf-8", true],
    ["a.JSON", "application/json", "text/plain; charset=utf-8", true],
    ["a.png", "image/png", "image/png", true],
    ["a.svg", "image/svg+xml", "image/svg+xml", false],
    ["a.html", "text/html; charset=utf-8", "text/html; charset=utf-8", false],
    ["a.constructor", "application/octet-stream", "application/octet-stream", false],
    ["core", "application/octet-stream", "application/octet-stream", false],
  ])("%s is %s, served as %s, shown: %s", (name, stored, type, inline) => {
    expect(contentTypeOf(name)).toBe(stored);
    expect(servedAs(stored)).toEqual({ type, inline });
  });
});

describe("ranges", () => {
  it.each([
    [undefined, { kind: "whole" }],
    ["bytes=0-4", { kind: "part", from: 0, to: 5 }],
    ["bytes=5-", { kind: "part", from: 5, to: 10 }],
    ["bytes=-3", { kind: "part", from: 7, to: 10 }],
    ["bytes=-99", { kind: "part", from: 0, to: 10 }],
    ["bytes=8-99", { kind: "part", from: 8, to: 10 }],
    ["bytes=10-", { kind: "unsatisfiable" }],
    ["bytes=-0", { kind: "unsatisfiable" }],
    ["bytes=5-4", { kind: "whole" }],
    ["bytes=0-1,4-5", { kind: "whole" }],
    ["lines=1-2", { kind: "whole" }],
    ["bytes=-", { kind: "whole" }],
  ])("%j of 10 bytes", (header, expected) => expect(parseByteRange(header, 10)).toEqual(expected));
});

describe("credentials", () => {
  it.each(["run", "artifacts"] as const)(
    "for %s name their job, attempt and epoch, and are never the same twice",
    (scope) => {
      const claim = { job: "0b0e-uuid", attempt: 2, epoch: 3, scope };
      const token = newJobToken(claim);
      expect(parseJobToken(token)).toEqual(claim);
      expect(newJobToken(claim)).not.toBe(token);
      for (const wrong of ["", "x", token.slice(1), `${token}x`, token.replace("_2_", "_x_")])
        expect(parseJobToken(wrong)).toBeNull();
    },
  );

  it("are known by their digests, two at a time", async () => {
    const digests = await Promise.all(["old", "new"].map(sha256Hex));
    expect(await isKnownToken("old", digests)).toBe(true);
    expect(await isKnownToken("new", digests)).toBe(true);
    expect(await isKnownToken("", digests)).toBe(false);
    expect(await isKnownToken("old", [])).toBe(false);
    expect(sameDigest("ab", "abc")).toBe(false);
  });

  it.each([
    ["Bearer abc", "abc"],
    ["bearer abc", "abc"],
    ["Basic abc", ""],
    ["Bearer a b", ""],
    [undefined, ""],
  ])("%j carries %j", (header, token) => expect(bearerOf(header)).toBe(token));
});

describe("who may run next (spec jobs 2.5, 8.2)", () => {
  const waiting = fc.uniqueArray(
    fc.record({ job: fc.uuid(), createdAt: fc.integer({ min: 0, max: 20 }), limit: fc.integer({ min: -1, max: 5 }) }),
    { selector: ({ job }) => job, maxLength: 20 },
  );

  it("never more than the limit, and never a younger one before an older one of the same limit", () => {
    fc.assert(
      fc.property(waiting, fc.integer({ min: 0, max: 6 }), (jobs, holding) => {
        const granted = new Set(grants(jobs, holding));
        const limited = [...granted]
          .map((job) => jobs.find((one) => one.job === job))
          .filter((one) => one && one.limit >= 0);
        for (const job of limited)
          if (job)
            expect(
              holding + jobs.filter((one) => granted.has(one.job) && one.createdAt < job.createdAt).length,
            ).toBeLessThan(job.limit);
        for (const job of jobs) {
          if (!granted.has(job.job)) continue;
          for (const other of jobs)
            if (other.limit === job.limit && other.createdAt < job.createdAt) expect(granted.has(other.job)).toBe(true);
        }
      }),
    );
  });

  it("over any arrivals and ends, holders of one limit stay within it and everybody has a turn (jobs 7.3: test-infra#4109, #18157)", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 25 }), (limit, count) => {
        let line: Waiting[] = Array.from({ length: count }, (_, n) => ({
          job: `j${n}`,
          createdAt: (n * 7) % 11,
          limit,
        }));
        const holders: string[] = [];
        const done: string[] = [];
        for (let turn = 0; turn < 3 * count && done.length < count; turn += 1) {
          const granted = grants(line, holders.length);
          line = line.filter(({ job }) => !granted.includes(job));
          holders.push(...granted);
          expect(holders.length).toBeLessThanOrEqual(limit);
          const ended = holders.shift();
          if (ended !== undefined) done.push(ended);
        }
        expect(done).toHaveLength(count);
      }),
    );
  });
});

describe("offers", () => {
  const roster = () => new Roster((runner) => !runner.startsWith("gone"));

  it("go to the runner with the most room, and to nobody beyond their room", () => {
    const one = roster();
    one.join("small", 1, 0);
    one.join("large", 3, 1);
    one.join("gone-away", 9, 0);
    expect(one.slots()).toBe(3);
    expect(one.offer(["a", "b", "c", "d"], 0)).toEqual([
      { job: "a", runner: "large" },
      { job: "b", runner: "small" },
      { job: "c", runner: "large" },
    ]);
    expect(one.slots()).toBe(0);
    expect(one.offer(["a"], 0)).toEqual([]);
  });

  it("that nobody answers go elsewhere, and the silent runner gets none before it speaks", () => {
    const one = roster();
    one.join("a", 1, 0);
    one.join("b", 1, 0);
    expect(one.offer(["x"], 0)).toEqual([{ job: "x", runner: "a" }]);
    expect(one.standing(4_999)).toBe(1);
    expect(one.standing(5_000)).toBe(0);
    expect(one.offer(["x"], 5_000)).toEqual([{ job: "x", runner: "b" }]);
    expect(one.slots()).toBe(0);
    one.free("a", 1);
    expect(one.slots()).toBe(1);
  });

  it("leave room for what was taken, until it is given back", () => {
    const one = roster();
    one.join("a", 2, 0);
    one.offer(["x", "y"], 0);
    one.took("a", "x");
    expect(one.slots()).toBe(0);
    one.withdraw("y");
    expect(one.slots()).toBe(1);
    one.gaveBack("a");
    expect(one.slots()).toBe(2);
    one.leave("a");
    expect(one.slots()).toBe(0);
  });
});

describe("a ProwJob that comes to be stored", () => {
  const job = {
    apiVersion: "prow.k8s.io/v1",
    kind: "ProwJob",
    metadata: { name: "0b0e", namespace: "d", labels: {}, annotations: {}, creationTimestamp: "2026-11-23T00:00:00Z" },
    spec: jobSpec({ pod_spec: { containers: [{ image: "x" }] } }),
    status: { startTime: "2026-11-23T00:00:00Z", state: "triggered" },
  };

  it("passes as it is, unknown fields included", () => {
    const document = { ...job, spec: { ...job.spec, tekton_pipeline_run_spec: { a: 1 } } };
    expect(ProwJobDocument.parse(document)).toBe(document);
  });

  it.each([
    ["a name that is no path", { ...job, spec: { ...job.spec, job: "../../etc" } }],
    ["a type", { ...job, spec: { ...job.spec, type: "cron" } }],
    ["a start", { ...job, status: { ...job.status, startTime: "yesterday" } }],
    ["a cluster", { ...job, spec: { ...job.spec, cluster: "" } }],
    ["anything", null],
  ])("needs %s", (_what, document) => expect(ProwJobDocument.safeParse(document).success).toBe(false));

  it("may be named as Jenkins jobs are", () => {
    expect(ProwJobDocument.safeParse({ ...job, spec: { ...job.spec, job: "folder/name.x" } }).success).toBe(true);
  });
});
