/** Prow's checkconfig warnings by name (spec jobs 4.12): each found where it is, and nowhere else. */
import { describe, expect, it } from "vitest";
import { checkProblems, type CheckOptions } from "../../../cli/checkconfig.ts";
import { needsMore, WARNINGS } from "../../../src/config/warnings.ts";
import { load, periodic, presubmit, PROW, said, SPEC, type Texts } from "./fixtures.ts";

const QUIET: CheckOptions = {
  warnings: [],
  exclude: [],
  includeDefaults: false,
  requiredAnnotations: [],
  configPath: "config.yaml",
};
const names = (texts: Texts, options: Partial<CheckOptions> = {}): string[] => {
  const { problems } = checkProblems(load(texts), { ...QUIET, ...options });
  return [...new Set(problems.map((problem) => problem.code))];
};
const plain = (fields: string): Readonly<Record<string, string>> => ({
  "j.yaml": `presubmits: { acme/ship: [{ name: a, ${fields}, ${SPEC} }] }`,
});

const query = (more: string): Texts => ({
  plugins: "plugins: { acme: [approve] }",
  prow: `tide: { queries: [{ orgs: [acme]${more} }] }`,
});
const webhooks = (keys: string): Texts => ({ prow: `managed_webhooks: { org_repo_config: { ${keys} } }` });

describe("each is found by its name", () => {
  const rows: readonly [name: string, texts: Texts, silent: Texts][] = [
    ["non-decorated-jobs", { jobs: plain("always_run: true") }, { jobs: { "j.yaml": presubmit() } }],
    [
      "long-job-names",
      { jobs: { "j.yaml": presubmit("", "x".repeat(64)) } },
      { jobs: { "j.yaml": presubmit("", "x".repeat(63)) } },
    ],
    ["unknown-fields", { jobs: { "j.yaml": presubmit("colour: red") } }, { jobs: { "j.yaml": presubmit() } }],
    [
      "missing-trigger",
      { plugins: "plugins: { acme: [hold] }", jobs: { "j.yaml": presubmit() } },
      { plugins: "plugins: { acme: [trigger] }", jobs: { "j.yaml": presubmit() } },
    ],
    [
      "mismatched-tide",
      { plugins: "plugins: { acme: [hold] }", prow: "tide: { queries: [{ orgs: [acme] }] }" },
      {
        plugins: "plugins: { acme: [hold] }",
        prow: "tide: { queries: [{ orgs: [acme], missingLabels: [do-not-merge/hold] }] }",
      },
    ],
    ["mismatched-tide-lenient", query(""), query(", labels: [approved]")],
    [
      "tide-context-policy",
      {
        prow: `${PROW}tide: { context_options: { required-contexts: [unit] } }`,
        jobs: plain("always_run: true, optional: true, context: unit"),
      },
      {
        prow: `${PROW}tide: { context_options: { required-contexts: [unit] } }`,
        jobs: plain("always_run: true, context: unit"),
      },
    ],
    ["managed-webhooks", webhooks("acme: {}, acme/ship: {}"), webhooks("acme: {}, other/ship: {}")],
    ["validate-urls", { prow: "status_error_link: nowhere" }, { prow: "status_error_link: https://ci.example.org" }],
    [
      "needs-ok-to-test",
      { prow: "tide: { queries: [{ orgs: [acme], labels: [lgtm], missingLabels: [needs-ok-to-test] }] }" },
      { prow: "tide: { queries: [{ orgs: [acme], missingLabels: [needs-ok-to-test] }] }" },
    ],
    [
      "duplicate-job-refs",
      { prow: PROW, jobs: { "j.yaml": presubmit("extra_refs: [{ org: acme, repo: ship, base_ref: main }]") } },
      { prow: PROW, jobs: { "j.yaml": presubmit("extra_refs: [{ org: acme, repo: hull, base_ref: main }]") } },
    ],
    [
      "periodic-default-clone-config",
      { jobs: { "j.yaml": periodic("interval: 1h\npath_alias: x") } },
      { jobs: { "j.yaml": periodic("interval: 1h") } },
    ],
    [
      "validate-label",
      {
        plugins:
          "plugins: { acme: [trigger] }\nlabel: { additional_labels: [x], restricted_labels: { acme: [{ label: x }] } }",
      },
      {
        plugins:
          "plugins: { acme: [trigger] }\nlabel: { additional_labels: [z], restricted_labels: { acme: [{ label: x }] } }",
      },
    ],
    [
      "validate-config-updater-acls",
      {
        plugins:
          "plugins: { acme: [trigger] }\nconfig_updater: { maps: { a.yaml: { name: c, allowed_repos: [a/b/c] } } }",
      },
      {
        plugins:
          "plugins: { acme: [trigger] }\nconfig_updater: { maps: { a.yaml: { name: c, allowed_repos: [a/b] } } }",
      },
    ],
    [
      "validate-owners",
      { plugins: "plugins: { acme: [trigger, approve] }" },
      { plugins: "plugins: { acme: [trigger, approve, verify-owners] }" },
    ],
    [
      "tide-strict-branch",
      {
        prow: "tide: { queries: [{ repos: [acme/ship] }] }\nbranch-protection: { orgs: { acme: { repos: { ship: { protect: true, required_status_checks: { strict: true } } } } } }",
      },
      {
        prow: "tide: { queries: [{ repos: [acme/ship] }] }\nbranch-protection: { orgs: { acme: { repos: { ship: { protect: true } } } } }",
      },
    ],
    [
      "validate-unmanaged-branchconfig-has-no-subconfig",
      { prow: "branch-protection: { orgs: { acme: { unmanaged: true, protect: true } } }" },
      { prow: "branch-protection: { orgs: { acme: { unmanaged: true } } }" },
    ],
  ];
  it.each(rows)("%s", (name, texts, silent) => {
    expect(names(texts, { warnings: [name] })).toEqual([name]);
    expect(names(silent, { warnings: [name] })).toEqual([]);
    if (name !== "mismatched-tide-lenient") expect(names(texts)).toContain(name);
    expect(names(texts, { exclude: [name, `${name}-all`].filter((one) => WARNINGS.includes(one)) })).not.toContain(
      name,
    );
  });

  it("mismatched-tide looks both ways, at what must not be there too; at the external needs-rebase one way", () => {
    const mismatched = (tide: string, plugins: string): readonly string[] =>
      checkProblems(load({ prow: `tide: { queries: [{ orgs: [acme]${tide} }] }`, plugins }), {
        ...QUIET,
        warnings: ["mismatched-tide"],
      }).problems.map(({ message }) => message);
    expect(mismatched(", labels: [lgtm]", "plugins: { acme: [trigger] }")).toEqual([
      "tide queries require lgtm, but lgtm is not enabled for acme",
    ]);
    expect(mismatched("", "plugins: { acme: [wip] }")).toEqual([
      "wip is enabled, but tide queries do not forbid do-not-merge/work-in-progress for acme",
    ]);
    expect(mismatched(", missingLabels: [needs-rebase]", "plugins: { acme: [trigger] }")).toEqual([
      expect.stringContaining("the external plugin needs-rebase is not enabled for acme"),
    ]);
    const enabled = "plugins: { acme: [trigger] }\nexternal_plugins: { acme: [{ name: needs-rebase }] }";
    expect(mismatched("", enabled)).toEqual([]);
  });

  it("valid-decoration-config is an error, and unknown-fields-all finds what unknown-fields finds", () => {
    const broken = { jobs: { "j.yaml": presubmit("decoration_config: { timeout: soon }") } };
    expect(said(load(broken)).join("\n")).toMatch(/timeout must be a duration/);
    expect(names({ jobs: plain("colour: red") }, { warnings: ["unknown-fields-all"] })).toEqual(["unknown-fields"]);
  });

  it("and no other name is without a test", () => {
    const here = [
      ...rows.map(([name]) => name),
      "required-job-annotations",
      "valid-decoration-config",
      "unknown-fields-all",
    ];
    expect([...here, ...WARNINGS.filter(needsMore)].toSorted()).toEqual([...WARNINGS].toSorted());
  });

  it("required-job-annotations, for those that are asked for", () => {
    const jobs = { "j.yaml": presubmit("annotations: { owner: me }") };
    const warnings = ["required-job-annotations"];
    expect(names({ jobs }, { warnings, requiredAnnotations: ["owner"] })).toEqual([]);
    expect(names({ jobs }, { warnings, requiredAnnotations: ["owner", "team"] })).toEqual(warnings);
  });
});

describe("which count", () => {
  const texts = { jobs: plain("colour: red") };
  it("those that are named, alone", () => {
    expect(names(texts, { warnings: ["long-job-names"] })).toEqual([]);
  });
  it("the usual ones beside them when asked", () => {
    expect(names(texts, { warnings: ["long-job-names"], includeDefaults: true })).toEqual(
      expect.arrayContaining(["unknown-fields", "non-decorated-jobs"]),
    );
  });
  it("a name that there is not is an error that lists them", () => {
    expect(() => names(texts, { warnings: ["nonsense"] })).toThrow(/no warning named nonsense.*long-job-names/);
  });
  it("those that need GitHub are named as not checked", () => {
    const { skipped } = checkProblems(load(texts), { ...QUIET, warnings: ["verify-owners-presence"] });
    expect(skipped).toEqual(["verify-owners-presence"]);
  });
});
