import { describe, expect, it } from "vitest";
import { compileInRepo, type ConfigBase, filesToRead, isProwFile, mergedTree } from "../../../src/config/in-repo.ts";
import { PresetSchema } from "../../../src/config/job-schema.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { RepoConfig } from "../../../src/config/model.ts";

const SPEC = "    spec: { containers: [{ image: alpine, command: [make] }] }\n";
const job = (name: string, more = ""): string => `  - name: ${name}\n    decorate: false\n${more}${SPEC}`;

const PROW = `
pod_namespace: test-pods
plank:
  job_queue_capacities: { heavy: 1 }
in_repo_config:
  enabled: { acme/rocket: true, other: true, other/not: false }
  allowed_clusters: { "*": [default], acme: [acme-pool], acme/rocket: [gpu] }
presets:
- labels: { preset-style: "warm" }
  env: [{ name: STYLE, value: warm }]
`;

/** A configuration with these central jobs of acme/rocket. */
function loaded(jobs = ""): { base: ConfigBase; config: RepoConfig } {
  const file = { path: "jobs/a.yaml", text: jobs === "" ? "presubmits: {}" : `presubmits:\n  acme/rocket:\n${jobs}` };
  const prow = { path: "config.yaml", text: PROW };
  const { index, repositories, globals } = loadConfig({ prow, plugins: null, jobs: [file] }, "v1", null, 0);
  expect(index.problems.filter((one) => one.severity === "error")).toEqual([]);
  const config = repositories.find((one) => one.repo === "rocket");
  if (!config || !globals) throw new Error("no configuration");
  const presets = [PresetSchema.parse({ labels: { "preset-style": "warm" }, env: [{ name: "STYLE", value: "warm" }] })];
  return { base: { version: "v1", prow: globals.prow, decorateAll: false, presets }, config };
}

const compile = (text: string, central = "") => {
  const { base, config } = loaded(central);
  return compileInRepo(base, config, [{ path: ".prow.yaml", text }]);
};
const names = (jobs: readonly { name: string }[]): string[] => jobs.map(({ name }) => name);

describe("who may bring jobs, and to which clusters (spec jobs 1.10, 1.11)", () => {
  const prow = { path: "config.yaml", text: PROW };
  const plugins = { path: "plugins.yaml", text: "plugins: { other: { plugins: [trigger] } }" };
  const { repositories } = loadConfig({ prow, plugins, jobs: [] }, "v1", null, 0);
  const of = (repo: string) => repositories.find((one) => `${one.org}/${one.repo}` === repo)?.prow.in_repo_config;
  it.each([
    ["a repository that is named", "acme/rocket", { enabled: true, allowed_clusters: ["default", "acme-pool", "gpu"] }],
    ["an organisation's other repositories", "other/", { enabled: true, allowed_clusters: ["default"] }],
    ["the narrowest level decides", "other/not", { enabled: false, allowed_clusters: ["default"] }],
  ])("%s", (_rule, repo, expected) => {
    expect(of(repo)).toEqual(expected);
  });

  it("an explicit `*` takes the default cluster away", () => {
    const text = "in_repo_config: { enabled: { a/b: true }, allowed_clusters: { '*': [] } }";
    const found = loadConfig({ prow: { ...prow, text }, plugins: null, jobs: [] }, "v1", null, 0);
    expect(found.repositories[0]?.prow.in_repo_config).toEqual({ enabled: true, allowed_clusters: [] });
  });
});

describe("which files count", () => {
  it.each([
    [".prow.yaml", true],
    [".prow/a.yaml", true],
    [".prow/deep/b.yml", true],
    [".prow/.prowignore", true],
    [".prow/readme.md", false],
    ["sub/.prow.yaml", false],
    [".prow.yml", false],
  ])("%s: %s", (path, counts) => {
    expect(isProwFile(path)).toBe(counts);
  });

  it("the folder goes before the file", () => {
    expect(filesToRead(new Map([[".prow.yaml", "1"]]))).toEqual([".prow.yaml"]);
    const both = new Map([
      [".prow.yaml", "1"],
      [".prow/b.yaml", "2"],
      [".prow/a.yaml", "3"],
    ]);
    expect(filesToRead(both)).toEqual([".prow/a.yaml", ".prow/b.yaml"]);
    expect(filesToRead(new Map())).toEqual([]);
  });

  it("what .prowignore names in the folder is left out", () => {
    const { base, config } = loaded();
    const files = [
      { path: ".prow/.prowignore", text: "old.yaml" },
      { path: ".prow/new.yaml", text: `presubmits:\n${job("new")}` },
      { path: ".prow/old.yaml", text: `presubmits:\n${job("old")}` },
    ];
    expect(names(compileInRepo(base, config, files).presubmits)).toEqual(["new"]);
  });
});

describe("what merging a head into its base leaves", () => {
  const F = ".prow.yaml";
  const tree = (content: string | null) => new Map(content === null ? [] : [[F, content]]);
  it.each<[rule: string, base: string | null, head: string | null, before: string | null, merged: string | null]>([
    ["nobody changed it", "1", "1", "1", "1"],
    ["the pull request's own change counts", "1", "2", "1", "2"],
    ["an old head does not bring an old file back", "2", "1", "1", "2"],
    ["both made the same change", "2", "2", "1", "2"],
    ["the pull request adds it", null, "1", null, "1"],
    ["the pull request deletes it", "1", null, "1", null],
    ["the base deleted it", null, "1", "1", null],
    ["both changed it otherwise", "2", "3", "1", "conflict"],
    ["one deleted what the other changed", null, "3", "1", "conflict"],
  ])("%s", (_rule, base, head, before, merged) => {
    const found = mergedTree(tree(base), tree(head), tree(before));
    if (merged === "conflict") expect(found.conflicts).toEqual([F]);
    else {
      expect(found.conflicts).toEqual([]);
      expect(found.tree).toEqual(tree(merged));
    }
  });
});

describe("jobs of .prow.yaml", () => {
  it("are defaulted like all others, and stand beside them", () => {
    const { presubmits, postsubmits, problems } = compile(
      `presubmits:\n${job("own", '    labels: { preset-style: "warm" }\n    cluster: gpu\n')}postsubmits:\n${job("post")}prow_ignored: { any: thing }\n`,
      job("central"),
    );
    expect(problems).toEqual([]);
    expect(names(presubmits)).toEqual(["central", "own"]);
    expect(names(postsubmits)).toEqual(["post"]);
    expect(presubmits[1]).toMatchObject({
      namespace: "test-pods",
      context: "own",
      rerun_command: "/test own",
      cluster: "gpu",
      spec: { containers: [{ env: [{ name: "STYLE", value: "warm" }] }] },
    });
  });

  it("may bring presets of their own", () => {
    const text = `presets:\n- labels: { own: "1" }\n  env: [{ name: OWN, value: "1" }]\npresubmits:\n${job("a", '    labels: { own: "1" }\n')}`;
    expect(compile(text).presubmits[0]?.spec).toMatchObject({ containers: [{ env: [{ name: "OWN" }] }] });
  });

  it("an empty file is nothing", () => {
    expect(compile("")).toEqual({ presubmits: [], postsubmits: [], problems: [] });
  });

  const faults: readonly [rule: string, text: string, line: number, message: RegExp][] = [
    ["is no YAML", "presubmits: [", 1, /./],
    ["a key is wrong", `presubmits:\n${job("a", "    max_concurrency: -1\n")}`, 4, /max_concurrency/],
    ["a list is none", "presubmits: { acme/rocket: [] }", 1, /must be a list/],
    ["periodics are not taken", "periodics: []", 1, /periodics belongs into the configuration/],
    [
      "a name that a central job has",
      `presubmits:\n${job("central")}`,
      2,
      /job of that name for the same branch at jobs\/a\.yaml:3/,
    ],
    [
      "a context that a central job has",
      `presubmits:\n${job("a", "    context: central\n")}`,
      4,
      /context central, as central does/,
    ],
    ["a name twice", `presubmits:\n${job("a")}${job("a")}`, 5, /job of that name/],
    [
      "a cluster that is not allowed",
      `presubmits:\n${job("a", "    cluster: trusted\n")}`,
      2,
      /cluster trusted is not allowed for acme\/rocket: it may use default, acme-pool, gpu/,
    ],
    ["an unknown queue", `presubmits:\n${job("a", "    job_queue_name: light\n")}`, 4, /light/],
  ];
  it.each(faults)(
    "do not count when %s: then only the central ones run, and the place is told",
    (_rule, text, line, message) => {
      const { presubmits, problems } = compile(text, job("central"));
      expect(names(presubmits)).toEqual(["central"]);
      expect(problems[0]).toMatchObject({ severity: "error", file: ".prow.yaml", line });
      expect(problems[0]?.message).toMatch(message);
    },
  );
});
