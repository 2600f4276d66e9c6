/** Prow's checkconfig warnings by name (spec jobs 4.12): each found where it is, and nowhere else. */
import { describe, expect, it } from "vitest";
import { checkProblems, type CheckOptions } from "../../../cli/checkconfig.ts";
import { WARNINGS } from "../../../src/config/warnings.ts";
import { load, periodic, presubmit, PROW, SPEC, type Texts } from "./fixtures.ts";

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
    expect(names(texts)).toContain(name);
    expect(names(texts, { exclude: [name, `${name}-all`].filter((one) => WARNINGS.includes(one)) })).not.toContain(
      name,
    );
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
