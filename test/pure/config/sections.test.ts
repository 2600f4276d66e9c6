/** Each section: a wrong value is an error with its place, an unknown key a warning, null is unset (spec jobs 1.10, chatops 1.7). */
import { describe, expect, it } from "vitest";
import { load, periodic, presubmit, said, SPEC } from "./fixtures.ts";

describe("config.yaml: wrong values", () => {
  it.each([
    ["plank: { max_concurrency: -1 }", "plank.max_concurrency", /negative/],
    ["plank: { pod_pending_timeout: soon }", "plank.pod_pending_timeout", /duration/],
    ["plank: { default_decoration_config_entries: { repo: a } }", "plank.default_decoration_config_entries", /a list/],
    [
      "plank: { default_decoration_configs: { '*': {} }, default_decoration_config_entries: [] }",
      "plank.default_decoration_configs",
      /excludes/,
    ],
    ["plank: { job_queue_capacities: { q: many } }", "plank.job_queue_capacities.q", /number/],
    ["sinker: { max_pod_age: 1d }", "sinker.max_pod_age", /duration/],
    ["horologium: { tick_interval: [] }", "horologium.tick_interval", /duration/],
    ["log_level: loud", "log_level", /one of/],
    ["deck: { spyglass: { size_limit: -1 } }", "deck.spyglass.size_limit", /negative/],
    [
      "deck: { spyglass: { lenses: [{ required_files: ['['], lens: { name: l } }] } }",
      "deck.spyglass.lenses[0].required_files[0]",
      /regular expression/,
    ],
    [
      "deck: { rerun_auth_configs: { '*': { allow_anyone: true, github_users: [a] } } }",
      'deck.rerun_auth_configs["*"]',
      /excludes/,
    ],
    [
      "github_reporter: { job_types_to_report: [periodic] }",
      "github_reporter.job_types_to_report[0]",
      /one of presubmit, postsubmit/,
    ],
    [
      "slack_reporter_configs: { '*': { job_types_to_report: 3 } }",
      'slack_reporter_configs["*"].job_types_to_report',
      /a list/,
    ],
    ["tide: { queries: [{ labels: [a] }] }", "tide.queries[0]", /orgs or repos/],
    ["tide: { queries: [{ orgs: [a/b] }] }", "tide.queries[0].orgs[0]", /no organisation/],
    ["tide: { queries: [{ orgs: [a], labels: [x], missingLabels: [x] }] }", "tide.queries[0].labels", /x/],
    [
      "tide: { queries: [{ orgs: [a], includedBranches: [m], excludedBranches: [n] }] }",
      "tide.queries[0].includedBranches",
      /excludes/,
    ],
    ["tide: { merge_method: { a/b: fast } }", 'tide.merge_method["a/b"]', /merge, squash, rebase/],
    ["tide: { batch_size_limit: { a: -2 } }", "tide.batch_size_limit.a", /-1/],
    ["branch-protection: { include: [a], exclude: [b] }", "branch-protection.include", /excludes exclude/],
    [
      "branch-protection: { orgs: { a: { exclude: ['('] } } }",
      "branch-protection.orgs.a.exclude[0]",
      /regular expression/,
    ],
    ["branch-protection: { orgs: { a: { repos: [] } } }", "branch-protection.orgs.a.repos", /mapping/],
    ["in_repo_config: { enabled: { a: perhaps } }", "in_repo_config.enabled.a", /true or false/],
    ["prowjob_default_entries: 3", "prowjob_default_entries", /list/],
    ["owners_dir_denylist: { default: nowhere }", "owners_dir_denylist.default", /list/],
    ["managed_webhooks: { org_repo_config: [] }", "managed_webhooks.org_repo_config", /mapping/],
    ["decorate_all_jobs: perhaps", "decorate_all_jobs", /true or false/],
    ["presubmits: []", "presubmits", /map org\/repo/],
  ])("%s", (prow, path, message) => {
    const errors = said(load({ prow }));
    expect(errors.join("\n")).toMatch(message);
    expect(errors.map((line) => line.slice(0, line.indexOf(": ")))).toContain(`config.yaml:1 ${path}`);
  });
});

describe("plugins.yaml: wrong values", () => {
  it.each([
    ["plugins: [hold]", "plugins", /mapping/],
    ["plugins: { a: { plugins: hold } }", "plugins.a.plugins", /list/],
    ["plugins: { a: [nonsense] }", "plugins.a", /no such plugin/],
    ["plugins: { a: [blunderbuss, rifle] }", "plugins.a", /choose one/],
    ["external_plugins: { a: [{ name: x, endpoint: 'ftp://x' }] }", "external_plugins.a[0].endpoint", /http/],
    ["external_plugins: { a: [{ name: x }], a/b: [{ name: x }] }", 'external_plugins["a/b"]', /one level only/],
    ["triggers: { repos: [a] }", "triggers", /list/],
    ["triggers: [{ ignore_ok_to_test: 1 }]", "triggers[0].ignore_ok_to_test", /true or false/],
    ["lgtm: [{ review_acts_as_lgtm: [] }]", "lgtm[0].review_acts_as_lgtm", /true or false/],
    ["size: { s: 1, m: 2, l: 3, xl: 4, xxl: big }", "size.xxl", /a number/],
    ["label: { restricted_labels: { a: { label: x } } }", "label.restricted_labels.a", /list/],
    ["owners: { filenames: [a] }", "owners.filenames", /mapping/],
    ["approve: [{ repos: [a/b] }, { repos: [a/b] }]", "approve[1].repos[0]", /already/],
    [
      "require_matching_label: [{ org: a, prs: true, regexp: '^x', missing_label: x-missing }]",
      "require_matching_label[0].regexp",
      /own missing_label/,
    ],
    [
      "require_matching_label: [{ org: a, regexp: '^x', missing_label: y }]",
      "require_matching_label[0]",
      /prs: true or issues: true/,
    ],
    [
      "require_matching_label: [{ org: a, prs: true, regexp: '(?=x)', missing_label: y }]",
      "require_matching_label[0].regexp",
      /regular expression/,
    ],
  ])("%s", (plugins, path, message) => {
    const errors = said(load({ plugins }));
    expect(errors.join("\n")).toMatch(message);
    expect(errors.map((line) => line.slice(0, line.indexOf(": ")))).toContain(`plugins.yaml:1 ${path}`);
  });
});

describe("jobs: wrong values", () => {
  it.each([
    ["a name that is none", "name: a b", /name/],
    ["no container", "name: x, spec: { containers: [] }", /container/],
    [
      "an unknown path strategy",
      "name: x, decorate: true, decoration_config: { gcs_configuration: { path_strategy: best } }",

      /path_strategy/,
    ],
    [
      "legacy without a default repository",
      "name: x, decorate: true, decoration_config: { gcs_configuration: { path_strategy: legacy } }",

      /default_org|default_repo/,
    ],
    ["no utility image", "name: x, decorate: true, decoration_config: { utility_images: { sidecar: '' } }", /.*/],
    ["a label too long", `name: x, labels: { k: ${"v".repeat(64)} }`, /label/],
    ["max_concurrency of text", "name: x, max_concurrency: few", /whole number|number/],
    ["branches that are no list", "name: x, branches: main", /list/],
    [
      "a reserved environment variable",
      "name: x, decorate: true, spec: { containers: [{ image: i, command: [c], env: [{ name: JOB_SPEC, value: x }] }] }",

      /JOB_SPEC/,
    ],
    [
      "two containers of one name",
      "name: x, decorate: true, spec: { containers: [{ name: a, image: i, command: [c] }, { name: a, image: i, command: [c] }] }",

      /a/,
    ],
  ])("%s", (_rule, fields, message) => {
    const own = fields.includes("spec:") ? fields : `${fields}, ${SPEC}`;
    const errors = said(load({ jobs: { "j.yaml": `presubmits: { a/b: [{ ${own} }] }` } }));
    expect(errors.join("\n")).toMatch(message);
    expect(errors.every((line) => line.startsWith("j.yaml:1 presubmits"))).toBe(true);
  });

  it.each([
    ["no clock at all", "", /interval|cron/],
    ["two clocks", "interval: 1h\ncron: '@daily'", /excludes|exactly one/],
    ["a cron line that is none", "cron: never", /no cron line/],
    ["an interval that is none", "interval: daily", /duration/],
    ["a negative minimum", "minimum_interval: 0s\ninterval: 1h", /exactly one|excludes/],
  ])("a periodic job with %s", (_rule, extra, message) => {
    expect(said(load({ jobs: { "j.yaml": periodic(extra) } })).join("\n")).toMatch(message);
  });
});

describe("unknown keys warn, wherever they stand, and change nothing", () => {
  it.each([
    ["prow", "plank: { colour: red }", "config.yaml:1 plank.colour"],
    ["prow", "colour: red", "config.yaml:1 colour"],
    ["prow", "tide: { queries: [{ orgs: [a], colour: red }] }", "config.yaml:1 tide.queries[0].colour"],
    [
      "prow",
      "branch-protection: { orgs: { a: { repos: { b: { colour: red } } } } }",
      "config.yaml:1 branch-protection.orgs.a.repos.b.colour",
    ],
    ["plugins", "plugins: { a: { plugins: [hold], colour: red } }", "plugins.yaml:1 plugins.a.colour"],
    ["plugins", "triggers: [{ repos: [a], colour: red }]", "plugins.yaml:1 triggers[0].colour"],
  ])("%s: %s", (which, text, where) => {
    const loaded = load({ [which]: text });
    expect(said(loaded)).toEqual([]);
    expect(said(loaded, "warning").join("\n")).toContain(where);
  });

  it("in a job, level by level", () => {
    const extra = "colour: red\ndecoration_config: { shade: dark, gcs_configuration: { tone: 1 } }";
    const loaded = load({ jobs: { "j.yaml": presubmit(extra) } });
    expect(said(loaded)).toEqual([]);
    const places = said(loaded, "warning").map((line) => line.split(": ")[0]);
    expect(places.toSorted()).toEqual([
      'j.yaml:6 presubmits["acme/ship"][0].colour',
      'j.yaml:7 presubmits["acme/ship"][0].decoration_config.gcs_configuration.tone',
      'j.yaml:7 presubmits["acme/ship"][0].decoration_config.shade',
    ]);
  });
});

describe("null is what is not set", () => {
  it.each([
    [
      "whole sections",
      { prow: "plank:\ntide:\ndeck:\nbranch-protection:\n", plugins: "plugins:\ntriggers:\nsize:\nlabel:\n" },
    ],
    ["entries of a mapping", { plugins: "plugins:\n  acme/ship:\n  acme: { plugins: [hold] }\n" }],
    ["entries of a list", { prow: "tide: { priority: [~] }", plugins: "triggers:\n-\n" }],
    ["lists in a job", { jobs: { "j.yaml": presubmit("branches:\nlabels:\nextra_refs:\nannotations:\n") } }],
    ["a job file's sections", { jobs: { "j.yaml": "presubmits:\npostsubmits:\nperiodics:\npresets:\n" } }],
    ["a repository without jobs", { jobs: { "j.yaml": "presubmits:\n  acme/ship:\n" } }],
    ["an empty job file", { jobs: { "j.yaml": "" } }],
    ["an empty config.yaml", { prow: "" }],
    ["an empty plugins.yaml", { plugins: "" }],
  ])("%s", (_rule, texts) => {
    expect(said(load(texts))).toEqual([]);
  });
});

describe("forms of earlier years", () => {
  it("plugins as plain lists, beside today's mappings", () => {
    const { repositories } = load({ plugins: "plugins: { acme: [hold], acme/ship: { plugins: [wip] } }" });
    expect(repositories.find((one) => one.repo === "ship")?.plugins).toEqual(["hold", "wip"]);
  });

  it("a plugin that became part of another is enabled under its new name, with a warning", () => {
    const loaded = load({ plugins: "plugins: { acme/ship: [hold, transfer-issue] }" });
    expect(said(loaded)).toEqual([]);
    expect(said(loaded, "warning").join("\n")).toMatch(/transfer-issue is part of issue-management/);
    expect(loaded.repositories[0]?.plugins).toEqual(["hold", "issue-management"]);
  });

  it("include beside exclude, below the top of branch-protection", () => {
    const prow =
      "branch-protection: { orgs: { acme: { include: [main], exclude: [old], repos: { ship: { include: [a], exclude: [b] } } } } }";
    expect(said(load({ prow }))).toEqual([]);
  });

  it("jobs in config.yaml count like those of a file; decorate_all_jobs counts there only", () => {
    const prow = `decorate_all_jobs: true\npresubmits: { acme/ship: [{ name: a, ${SPEC} }] }\n`;
    const decoration =
      "plank: { default_decoration_config_entries: [{ config: { timeout: 1h, utility_images: { clonerefs: c, initupload: i, entrypoint: e, sidecar: s }, gcs_configuration: { bucket: b, path_strategy: explicit } } }] }";
    const loaded = load({
      prow: prow + decoration,
      jobs: { "j.yaml": `decorate_all_jobs: false\npresubmits: { acme/ship: [{ name: b, ${SPEC} }] }` },
    });
    expect(said(loaded)).toEqual([]);
    expect(loaded.repositories[0]?.presubmits.map(({ name, decorate }) => [name, decorate])).toEqual([
      ["a", true],
      ["b", true],
    ]);
    expect(said(loaded, "warning").join()).toMatch(/config.yaml only/);
  });

  it("prow_ignored holds whatever it likes", () => {
    const text = `prow_ignored: { anything: &c [make] }\npresubmits: { acme/ship: [{ name: a, spec: { containers: [{ image: i, command: *c }] } }] }`;
    const loaded = load({ jobs: { "j.yaml": text } });
    expect(said(loaded)).toEqual([]);
    expect(loaded.repositories[0]?.presubmits[0]?.spec).toMatchObject({ containers: [{ command: ["make"] }] });
  });
});
