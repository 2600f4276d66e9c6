/** What tide asks of a pull request (spec jobs 5.4, 5.6, 5.11): jobs and context policy, from the configuration as written. */
import { describe, expect, it } from "vitest";
import type { RepoConfig } from "../../../src/config/model.ts";
import { demandsOf, DemandsError } from "../../../src/tide/demands.ts";
import { load, PROW, said } from "../config/fixtures.ts";

const job = (name: string, extra = ""): string =>
  `  - { name: ${name}, decorate: true, spec: { containers: [{ image: i, command: [make] }] }${extra ? `, ${extra}` : ""} }`;

const JOBS = [
  job("always", "always_run: true"),
  job("docs", "run_if_changed: ^docs/"),
  job("manual"),
  job("nice", "always_run: true, optional: true"),
  job("silent", "always_run: true, skip_report: true"),
  job("last", "run_before_merge: true"),
  job("nice-last", "run_before_merge: true, optional: true"),
  job("release", "always_run: true, branches: [release]"),
];

interface Given {
  /** Lines of `context_options`. */
  readonly options?: string;
  readonly protection?: string;
  readonly cutwater?: string;
}

function config({ options = "", protection = "", cutwater = "" }: Given = {}): RepoConfig {
  const tide = `tide:\n  queries: [{ orgs: [acme] }]\n  context_options: { ${options} }\n  cutwater: { ${cutwater} }\n`;
  const loaded = load({
    prow: `${PROW}\n${tide}${protection ? `branch-protection: ${protection}\n` : ""}`,
    jobs: { "jobs.yaml": `presubmits:\n  acme/ship:\n${JOBS.join("\n")}\n` },
  });
  expect(said(loaded)).toEqual([]);
  const found = loaded.repositories.find((one) => one.repo === "ship");
  if (!found) throw new Error("acme/ship has no document");
  return found;
}

interface Of extends Given {
  readonly branch?: string;
  readonly paths?: readonly string[];
  readonly live?: readonly string[];
}
const its = (presubmits: RepoConfig["presubmits"]) => ({ presubmits, problems: [], changed: false });
function demands({ branch = "main", paths = [], live = [], ...given }: Of = {}) {
  const of = config(given);
  return demandsOf(of, its(of.presubmits), { baseRef: branch }, live, () => Promise.resolve(paths));
}
const namesOf = async (of: Of): Promise<string[]> => (await demands(of)).jobs.map(({ name }) => name);
const PROTECTED = "orgs: { acme: { from-branch-protection: true } }";

describe("jobs that have to pass (5.6)", () => {
  it.each<[string, Of, string[]]>([
    ["required ones that always run, and what runs before a merge", {}, ["always", "last", "nice-last"]],
    ["those whose files changed", { paths: ["docs/a.md"] }, ["always", "docs", "last", "nice-last"]],
    ["those of the branch", { branch: "release" }, ["always", "last", "nice-last", "release"]],
    [
      "manual ones if branch protection says so",
      { options: PROTECTED, protection: "{ protect: true, require_manually_triggered_jobs: true }" },
      ["always", "manual", "last", "nice-last"],
    ],
    [
      "manual ones not where tide does not look at branch protection",
      { protection: "{ protect: true, require_manually_triggered_jobs: true }" },
      ["always", "last", "nice-last"],
    ],
  ])("%s", async (_rule, of, names) => {
    expect(await namesOf(of)).toEqual(names);
  });
});

describe("files are asked for", () => {
  const asks = async (of: RepoConfig, presubmits = of.presubmits) => {
    let asked = 0;
    const { files } = await demandsOf(of, its(presubmits), { baseRef: "main" }, [], () => {
      asked += 1;
      return Promise.resolve(["x"]);
    });
    return [asked, files];
  };
  it("once, if a job decides by them", async () => {
    expect(await asks(config())).toEqual([1, ["x"]]);
  });
  it("not where no job does", async () => {
    expect(await asks(config(), [])).toEqual([0, null]);
  });
  it("always where results outlive merges", async () => {
    expect(await asks(config({ cutwater: "result_validity: { '*': until-conflict }" }), [])).toEqual([1, ["x"]]);
  });
  it("and what they fail with is passed on", async () => {
    const of = config();
    const lost = new Error("lost");
    await expect(demandsOf(of, its(of.presubmits), { baseRef: "main" }, [], () => Promise.reject(lost))).rejects.toBe(
      lost,
    );
  });
});

describe("the policy of contexts (5.4)", () => {
  it("takes it from the jobs of the branch", async () => {
    expect((await demands()).policy).toEqual({
      required: ["always"],
      requiredIfPresent: ["docs", "last", "manual"],
      optional: ["nice", "nice-last", "silent"],
      optionalPatterns: [],
      skipUnknown: false,
      overwritePending: false,
    });
  });

  it("a manual job that branch protection makes required is required, absent or not", async () => {
    const protection = "{ protect: true, require_manually_triggered_jobs: true }";
    const { policy } = await demands({ options: PROTECTED, protection });
    expect([policy.required, policy.requiredIfPresent]).toEqual([
      ["always", "manual"],
      ["docs", "last"],
    ]);
  });

  it.each<[string, Of, object]>([
    [
      "lists are joined over all layers",
      {
        options:
          "required-contexts: [a], orgs: { acme: { required-contexts: [b], repos: { ship: { required-contexts: [c], branches: { main: { required-contexts: [d] } } } } } }",
      },
      { required: ["a", "always", "b", "c", "d"] },
    ],
    [
      "a branch's own layer concerns no other",
      { options: "orgs: { acme: { repos: { ship: { branches: { other: { required-contexts: [d] } } } } } }" },
      { required: ["always"] },
    ],
    [
      "of flags the most specific counts",
      { options: "skip-unknown-contexts: true, orgs: { acme: { repos: { ship: { skip-unknown-contexts: false } } } }" },
      { skipUnknown: false },
    ],
    [
      "a flag of all",
      { options: "skip-unknown-contexts: true, overwrite-pending-contexts: true" },
      { skipUnknown: true, overwritePending: true },
    ],
    [
      "optional by name and expression",
      { options: "optional-contexts: [o], optional-regex-contexts: ['^x-']" },
      { optional: ["nice", "nice-last", "o", "silent"], optionalPatterns: ["^x-"] },
    ],
    [
      "branch protection's contexts",
      { options: PROTECTED, protection: "{ protect: true, required_status_checks: { contexts: [cla] } }" },
      { required: ["always", "cla"] },
    ],
    [
      "not where a layer switches them off again",
      {
        options: "from-branch-protection: true, orgs: { acme: { repos: { ship: { from-branch-protection: false } } } }",
        protection: "{ protect: true, required_status_checks: { contexts: [cla] } }",
      },
      { required: ["always"] },
    ],
    ["what GitHub requires", { live: ["cla"] }, { required: ["always", "cla"] }],
    [
      "what GitHub requires is no longer optional",
      { live: ["nice"] },
      { required: ["always", "nice"], optional: ["nice-last", "silent"] },
    ],
    [
      "what GitHub requires of a job that tide runs stays required if present",
      { live: ["last"] },
      { required: ["always"], requiredIfPresent: ["docs", "last", "manual"] },
    ],
    [
      "what GitHub requires of a job that nobody runs is required",
      { live: ["manual"] },
      { required: ["always", "manual"], requiredIfPresent: ["docs", "last"] },
    ],
    [
      "what GitHub requires, but an expression makes optional",
      { live: ["x-1"], options: "optional-regex-contexts: ['^x-']" },
      { required: ["always"] },
    ],
  ])("%s", async (_rule, of, expected) => {
    expect((await demands(of)).policy).toMatchObject(expected);
  });
});

describe("contradictions (5.4) are told to people", () => {
  it.each<[string, Of, string]>([
    ["required and optional", { options: "required-contexts: [nice]" }, "nice: both required and optional"],
    [
      "required and required if present",
      { options: "required-contexts: [docs]" },
      "docs: both required and required if present",
    ],
    [
      "optional and required if present",
      { options: "optional-contexts: [docs]" },
      "docs: both optional and required if present",
    ],
    [
      "an expression for a required one",
      { options: "optional-regex-contexts: ['^alw']" },
      "always: required, and optional by the expression ^alw",
    ],
    [
      "an expression for one required if present",
      { options: "optional-regex-contexts: ['^do']" },
      "docs: required, and optional by the expression ^do",
    ],
    [
      "branch protection that is switched off where jobs are required",
      { options: PROTECTED, protection: "{ protect: false }" },
      "branch-protection: acme/ship=main",
    ],
  ])("%s", async (_what, of, message) => {
    const found = await demands(of).catch((error: unknown) => error);
    expect(found).toBeInstanceOf(DemandsError);
    expect(String(found)).toContain(message);
  });

  it("and what the repository brings itself and cannot be read says where", async () => {
    const of = config();
    const broken = {
      severity: "error",
      code: "yaml",
      file: ".prow.yaml",
      line: 3,
      path: "",
      message: "no mapping",
    } as const;
    const own = { ...its(of.presubmits), problems: [broken] };
    await expect(demandsOf(of, own, { baseRef: "main" }, [], () => Promise.resolve([]))).rejects.toThrow(
      "Its own jobs cannot be read: .prow.yaml: no mapping.",
    );
  });

  it("and so is a repository that no query covers", async () => {
    const of = { ...config(), tide: null };
    await expect(demandsOf(of, its([]), { baseRef: "main" }, [], () => Promise.resolve([]))).rejects.toThrow(
      "No tide query covers acme/ship.",
    );
  });
});
