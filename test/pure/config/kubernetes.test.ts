/** The configuration of kubernetes/test-infra loads whole, and is what an independent reading gives. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Loaded } from "../../../src/config/load.ts";
import { loadKubernetes } from "../../harness/kubernetes-config.ts";

const DATA = path.resolve(import.meta.dirname, "../../../../shared/data/kubernetes-test-infra/config");

interface JobFile {
  presubmits?: Record<string, unknown[]>;
  postsubmits?: Record<string, unknown[]>;
  periodics?: unknown[];
}
interface Plugins {
  plugins: Record<string, { plugins: string[]; excluded_repos?: string[] }>;
}

let loaded: Loaded;
beforeAll(async () => {
  loaded = await loadKubernetes();
}, 60_000);

describe("kubernetes/test-infra", () => {
  it("loads without an error (jobs 7.3: test-infra#11703)", () => {
    expect(loaded.index.problems.filter((problem) => problem.severity === "error")).toEqual([]);
  });

  it("warns of unknown keys, with file and line", () => {
    const warnings = loaded.index.problems.filter((problem) => problem.code === "unknown-fields");
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.every((problem) => problem.line > 0 && problem.file.endsWith(".yaml"))).toBe(true);
  });

  it("has as many jobs as a plain walk over its YAML counts", () => {
    const counts = { presubmits: 0, postsubmits: 0, periodics: 0 };
    const names = readdirSync(`${DATA}/jobs`, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.ya?ml$/.test(name),
    );
    for (const name of names) {
      const file = (parse(readFileSync(path.join(DATA, "jobs", name), "utf8"), { maxAliasCount: 10_000 }) ??
        {}) as JobFile;
      for (const list of Object.values(file.presubmits ?? {})) counts.presubmits += list.length;
      for (const list of Object.values(file.postsubmits ?? {})) counts.postsubmits += list.length;
      counts.periodics += file.periodics?.length ?? 0;
    }
    expect(counts.presubmits).toBeGreaterThan(2000);
    expect(loaded.index.counts).toEqual(counts);
  });

  it("enables for kubernetes/kubernetes what plugins.yaml says", () => {
    const { plugins } = parse(readFileSync(`${DATA}/prow/plugins.yaml`, "utf8")) as Plugins;
    const ofOrg = plugins["kubernetes"]?.excluded_repos?.includes("kubernetes")
      ? []
      : (plugins["kubernetes"]?.plugins ?? []);
    const wanted = new Set([...ofOrg, ...(plugins["kubernetes/kubernetes"]?.plugins ?? [])]);
    const config = loaded.repositories.find((one) => one.org === "kubernetes" && one.repo === "kubernetes");
    expect(new Set(config?.plugins)).toEqual(wanted);
    expect(wanted.size).toBeGreaterThan(20);
  });

  it("decorates every job with all four utility images", () => {
    const jobs = [
      ...loaded.repositories.flatMap((one) => [...one.presubmits, ...one.postsubmits]),
      ...loaded.periodics,
    ];
    expect(jobs.filter((job) => !job.decorate || job.decoration_config?.["utility_images"] === undefined)).toEqual([]);
  });
});
