/** Defaults, decoration, presets, in Prow's order (spec jobs 1.2 to 1.7). */
import { describe, expect, it } from "vitest";
import { load, periodic, presubmit, PROW, said, SPEC } from "./fixtures.ts";

const images = "utility_images: { clonerefs: c, initupload: i, entrypoint: e, sidecar: s }";
const store = "gcs_configuration: { bucket: b, path_strategy: explicit }";
const first = (texts: Parameters<typeof load>[0]) => {
  const loaded = load(texts);
  expect(said(loaded)).toEqual([]);
  const job = loaded.repositories.find((one) => one.repo === "ship")?.presubmits[0] ?? loaded.periodics[0];
  if (!job) throw new Error("no job");
  return job;
};

describe("of a job", () => {
  it("a presubmit", () => {
    expect(first({ jobs: { "j.yaml": presubmit() } })).toMatchObject({
      agent: "kubernetes",
      cluster: "default",
      namespace: "default",
      max_concurrency: 0,
      always_run: false,
      optional: false,
      skip_report: false,
      hidden: false,
      context: "unit",
      trigger: "(?m)^/test( | .* )unit,?($|\\s.*)",
      rerun_command: "/test unit",
      prowjob_defaults: { tenant_id: "GlobalDefaultID" },
      source: { path: "j.yaml", line: 3 },
    });
  });

  it.each([
    ["pod_namespace is every job's namespace", "pod_namespace: pods", "", { namespace: "pods" }],
    ["a name of numbers is text", "", "context: 7", { context: "7" }],
    [
      "durations in nanoseconds become text",
      "",
      "decoration_config: { timeout: 60000000000 }",
      { decoration_config: { timeout: "60s" } },
    ],
    [
      "a job's own decoration lies over the defaults, blocks key by key",
      "",
      "decoration_config: { timeout: 2h, utility_images: { sidecar: mine } }",
      { decoration_config: { timeout: "2h", utility_images: { sidecar: "mine", clonerefs: "c" } } },
    ],
    [
      "a list is taken whole",
      "",
      "decoration_config: { ssh_key_secrets: [k] }",
      { decoration_config: { ssh_key_secrets: ["k"] } },
    ],
    [
      "tenants come from prowjob_default_entries",
      "prowjob_default_entries: [{ repo: acme/ship, config: { tenant_id: t } }]",
      "",
      { prowjob_defaults: { tenant_id: "t" } },
    ],
  ])("%s", (_rule, prow, extra, shown) => {
    expect(first({ prow: `${PROW}\n${prow}`, jobs: { "j.yaml": presubmit(extra) } })).toMatchObject(shown);
  });
});

describe("decoration defaults", () => {
  const entries = (...lines: string[]): string =>
    `plank: { default_decoration_config_entries: [{ config: { ${images}, ${store} } }, ${lines.join(", ")}] }`;
  it.each([
    ["later entries win", ["{ config: { timeout: 1m } }", "{ config: { timeout: 2m } }"], "2m"],
    [
      "whatever is more specific",
      ["{ repo: acme/ship, config: { timeout: 1m } }", "{ repo: '*', config: { timeout: 2m } }"],
      "2m",
    ],
    ["an organisation's", ["{ repo: acme, config: { timeout: 1m } }"], "1m"],
    ["not another's", ["{ repo: acme, config: { timeout: 1m } }", "{ repo: other, config: { timeout: 2m } }"], "1m"],
    ["a cluster's", ["{ config: { timeout: 1m } }", "{ cluster: default, config: { timeout: 3m } }"], "3m"],
    [
      "the cluster is no expression",
      ["{ config: { timeout: 1m } }", "{ cluster: 'def.*', config: { timeout: 3m } }"],
      "1m",
    ],
  ])("%s", (_rule, lines, timeout) => {
    expect(first({ prow: entries(...lines), jobs: { "j.yaml": presubmit() } }).decoration_config).toMatchObject({
      timeout,
    });
  });

  it("the older map goes from * over organisations to repositories, however it is written", () => {
    const prow = `plank: { default_decoration_configs: { acme/ship: { timeout: 3m }, acme: { timeout: 2m, grace_period: 9s }, '*': { timeout: 1m, ${images}, ${store} } } }`;
    const { decoration_config } = first({ prow, jobs: { "j.yaml": presubmit() } });
    expect(decoration_config).toMatchObject({ timeout: "3m", grace_period: "9s" });
  });

  it("a periodic's repository is its first extra_ref", () => {
    const prow = `plank: { default_decoration_config_entries: [{ config: { timeout: 1m, ${images}, ${store} } }, { repo: acme/ship, config: { timeout: 2m } }] }`;
    const of = (extra: string) => first({ prow, jobs: { "j.yaml": periodic(extra) } }).decoration_config;
    expect(of("interval: 1h")).toMatchObject({ timeout: "1m" });
    expect(of("interval: 1h\nextra_refs: [{ org: acme, repo: ship, base_ref: main }]")).toMatchObject({
      timeout: "2m",
    });
  });

  it("a job that is not decorated gets no defaults, and keeps its own", () => {
    const jobs = `presubmits: { acme/ship: [{ name: a, ${SPEC}, decorate: false, decoration_config: { timeout: 1m, ${images}, ${store} } }] }`;
    expect(first({ jobs: { "j.yaml": jobs } })).toMatchObject({
      decorate: false,
      decoration_config: { timeout: "1m" },
    });
  });
});

describe("presets", () => {
  const preset = (label: string, env: string): string =>
    `- labels: { ${label}: 'true' }\n  env: [{ name: ${env}, value: v }]\n`;
  it("apply by label, in the files' order; one without labels applies to all", () => {
    const jobs = {
      "a.yaml": `presets:\n${preset("p-one", "ONE")}${preset("p-two", "TWO")}- env: [{ name: ALL, value: v }]\n`,
      "b.yaml": presubmit("labels: { p-one: 'true' }"),
    };
    expect(JSON.stringify(first({ jobs }).spec)).toMatch(/ONE/);
    expect(JSON.stringify(first({ jobs }).spec)).not.toMatch(/TWO/);
    expect(JSON.stringify(first({ jobs }).spec)).toMatch(/ALL/);
  });

  it.each([
    [
      "the same label in two files",
      { "a.yaml": `presets:\n${preset("p", "A")}`, "b.yaml": `presets:\n${preset("p", "B")}` },
      /p/,
    ],
    [
      "a variable that the job sets itself",
      {
        "a.yaml": `presets:\n${preset("p", "A")}`,
        "b.yaml":
          "presubmits: { acme/ship: [{ name: a, labels: { p: 'true' }, spec: { containers: [{ image: i, command: [c], env: [{ name: A, value: x }] }] } }] }",
      },
      /A/,
    ],
  ])("%s is an error", (_rule, jobs: Record<string, string>, message) => {
    expect(said(load({ jobs })).join("\n")).toMatch(message);
  });
});

describe("duplicates", () => {
  it.each([
    ["one name on the same branch", { "a.yaml": presubmit(), "b.yaml": presubmit() }, 1],
    [
      "on overlapping branches",
      { "a.yaml": presubmit("branches: [main, dev]"), "b.yaml": presubmit("branches: [dev]") },
      1,
    ],
    ["on branches apart", { "a.yaml": presubmit("branches: [main]"), "b.yaml": presubmit("skip_branches: [main]") }, 0],
    ["two periodics of one name", { "a.yaml": periodic("interval: 1h"), "b.yaml": periodic("interval: 2h") }, 1],
    ["a basename twice", { "x/a.yaml": "{}", "y/a.yaml": "{}" }, 1],
  ])("%s", (_rule, jobs: Record<string, string>, errors) => {
    expect(said(load({ jobs }))).toHaveLength(errors);
  });
});
