/** What a load says of small configurations (spec jobs 1.5 to 1.9, chatops 1.7, 1.8). */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";

const PROW = `
plank:
  job_queue_capacities: { heavy: 2 }
  default_decoration_config_entries:
  - config:
      timeout: 1h
      utility_images: { clonerefs: c, initupload: i, entrypoint: e, sidecar: s }
      gcs_configuration: { bucket: b, path_strategy: explicit }
  - repo: acme/ship
    config: { timeout: 5m }
`;
const container = "spec: { containers: [{ image: i, command: [make] }] }";
const job = (extra: string, name = "unit"): string =>
  `presubmits:\n  acme/ship:\n  - name: ${name}\n    decorate: true\n    ${container}\n${extra.replace(/^/gm, "    ")}\n`;

function load(jobs: Record<string, string>, { prow = PROW, plugins = "plugins: { acme: { plugins: [hold] } }" } = {}) {
  const files = Object.entries(jobs).map(([path, text]) => ({ path, text }));
  return loadConfig(
    { prow: { path: "config.yaml", text: prow }, plugins: { path: "plugins.yaml", text: plugins }, jobs: files },
    "v",
    null,
    0,
  );
}
const errors = (loaded: ReturnType<typeof load>): string[] =>
  loaded.index.problems.filter((problem) => problem.severity === "error").map((problem) => problem.message);

describe("what is refused", () => {
  it.each([
    ["always_run with run_if_changed", 'always_run: true\nrun_if_changed: "x"', /always_run/],
    ["both matchers", 'run_if_changed: "x"\nskip_if_only_changed: "y"', /excludes skip_if_only_changed/],
    ["a trigger without its rerun_command", 'trigger: "(?m)^/x"', /needs the other/],
    ["a rerun_command that its trigger does not match", 'trigger: "(?m)^/x$"\nrerun_command: "/y"', /does not match/],
    ["a pattern that Go does not take", 'branches: ["(?=x)"]', /regular expression/],
    ["a queue that nobody defines", "job_queue_name: nowhere", /job_queue_capacities/],
    ["a reserved label", 'labels: { prow.k8s.io/type: "x" }', /reserved/],
    ["a negative concurrency", "max_concurrency: -1", /negative/],
    ["another namespace than the pods'", "namespace: elsewhere", /pod_namespace/],
    ["a value of the wrong kind", "always_run: perhaps", /true or false/],
  ])("%s", (_name, extra, message) => {
    expect(errors(load({ "jobs/a.yaml": job(extra) })).join("\n")).toMatch(message);
  });

  it("names file, line and path", () => {
    const [problem] = load({ "jobs/a.yaml": job("always_run: perhaps") }).index.problems;
    expect(problem).toMatchObject({ file: "jobs/a.yaml", line: 6, path: 'presubmits["acme/ship"][0].always_run' });
  });

  it.each([
    ["YAML that does not parse", { "jobs/a.yaml": "presubmits: [" }, /YAML/],
    ["two files of one name", { "a/x.yaml": "{}", "b/x.yaml": "{}" }, /duplicated basename/],
    ["one name twice on a branch", { "a.yaml": job(""), "b.yaml": job("") }, /there is a job of that name/],
    [
      "one context for two jobs",
      { "a.yaml": job("context: c"), "b.yaml": job("context: c", "other") },
      /reports to the context c/,
    ],
  ])("%s", (_name, files, message) => {
    expect(errors(load(files as Record<string, string>)).join("\n")).toMatch(message);
  });

  it.each([
    [
      "a plugin at both levels",
      "plugins: { acme: { plugins: [hold] }, acme/ship: { plugins: [hold] } }",
      /one level only/,
    ],
    ["a plugin that does not exist", "plugins: { acme: { plugins: [nonsense] } }", /enables nonsense/],
    ["sizes that do not grow", "size: { s: 10, m: 5, l: 100, xl: 500, xxl: 1000 }", /more than the size before/],
  ])("%s", (_name, plugins, message) => {
    expect(errors(load({}, { plugins })).join("\n")).toMatch(message);
  });
});

describe("what is taken", () => {
  it("one name on two branches, as separate jobs (jobs 7.3: test-infra#9948, #8466)", () => {
    const loaded = load({ "a.yaml": job("branches: [main]"), "b.yaml": job("branches: [release]") });
    expect(errors(loaded)).toEqual([]);
    expect(loaded.index.counts.presubmits).toBe(2);
  });

  it("an unknown key, with a warning", () => {
    const loaded = load({ "a.yaml": job("colour: red") });
    expect(errors(loaded)).toEqual([]);
    expect(loaded.index.problems).toMatchObject([{ severity: "warning", code: "unknown-fields" }]);
  });

  it("defaults: context, trigger, rerun command, and decoration of the repository over the general one", () => {
    const [ship] = load({ "a.yaml": job("") }).repositories;
    expect(ship?.presubmits[0]).toMatchObject({
      context: "unit",
      rerun_command: "/test unit",
      cluster: "default",
      max_concurrency: 0,
      decoration_config: { timeout: "5m", utility_images: { sidecar: "s" } },
    });
  });

  it("presets by their labels, in every container", () => {
    const preset = 'presets:\n- labels: { preset-x: "true" }\n  env: [{ name: X, value: "1" }]\n';
    const loaded = load({ "p.yaml": preset, "a.yaml": job('labels: { preset-x: "true" }') });
    expect(errors(loaded)).toEqual([]);
    expect(loaded.repositories[0]?.presubmits[0]?.spec).toMatchObject({
      containers: [{ env: [{ name: "X", value: "1" }] }],
    });
  });

  it("excluded repositories get their own plugins only", () => {
    const plugins = "plugins: { acme: { plugins: [hold], excluded_repos: [ship] }, acme/ship: { plugins: [wip] } }";
    expect(load({}, { plugins }).repositories[0]?.plugins).toEqual(["wip"]);
  });
});
