/** Branch protection from the configuration (spec jobs 4.10). */
import { describe, expect, it } from "vitest";
import type { Presubmit } from "../../../src/config/model.ts";
import { BranchProtectionSchema } from "../../../src/config/tide-schema.ts";
import { Protector, requiredContexts } from "../../../src/jobs/branch-protection.ts";
import { currentProtection, differences } from "../../../src/jobs/branch-protection-current.ts";
import { presubmit } from "../chatops/fake-view.ts";

const unit = presubmit("unit", { always_run: true });
const protector = (config: object): Protector => new Protector(BranchProtectionSchema.parse(config));
const want = (config: object, jobs: readonly Presubmit[] = [], branch = "main") =>
  protector(config).wanted("acme", "ship", branch, jobs);
const ship = (policy: object, ofOrg: object = {}, ofAll: object = {}) => ({
  ...ofAll,
  orgs: { acme: { ...ofOrg, repos: { ship: policy } } },
});

describe("which contexts are required", () => {
  it.each<[rule: string, job: Partial<Presubmit>, manual: boolean, required: boolean]>([
    ["what always runs", { always_run: true }, false, true],
    ["not an optional one", { always_run: true, optional: true }, false, false],
    ["not a silent one", { always_run: true, skip_report: true }, false, false],
    ["not by changed files: it may never come", { run_if_changed: "a" }, false, false],
    ["not one that waits to be asked for", {}, false, false],
    ["unless require_manually_triggered_jobs", {}, true, true],
    ["not on another branch", { always_run: true, branches: ["^dev$"] }, false, false],
  ])("%s", (_rule, over, manual, required) => {
    expect(requiredContexts("main", [presubmit("unit", over)], manual)).toEqual(required ? ["unit"] : []);
  });
});

describe("a branch's policy", () => {
  const contexts = (wanted: ReturnType<typeof want>) =>
    wanted?.protect ? wanted.settings.required_status_checks?.contexts : wanted;

  it("what the narrower level sets wins; lists join", () => {
    const config = ship(
      { allow_deletions: true, required_status_checks: { contexts: ["repo"] } },
      { protect: true, required_status_checks: { contexts: ["org"], strict: true } },
      { allow_deletions: false, enforce_admins: true, required_status_checks: { contexts: ["all"] } },
    );
    expect(want(config)).toMatchObject({
      protect: true,
      settings: {
        allow_deletions: true,
        enforce_admins: true,
        required_status_checks: { strict: true, contexts: ["all", "org", "repo"] },
        required_pull_request_reviews: null,
        restrictions: null,
      },
    });
  });

  it.each<[rule: string, config: object, jobs: readonly Presubmit[], expected: unknown]>([
    ["nothing is said: it is left alone", ship({}), [], null],
    ["unmanaged: it is left alone", ship({ unmanaged: true, protect: true }), [unit], null],
    [
      "required jobs join its contexts",
      ship({ protect: true, required_status_checks: { contexts: ["cla"] } }),
      [unit],
      ["cla", "unit"],
    ],
    ["required jobs alone do not protect", ship({}), [unit], null],
    ["with protect-tested-repos they do", ship({}, {}, { "protect-tested-repos": true }), [unit], ["unit"]],
    ["protect: false takes protection away", ship({ protect: false }), [], { protect: false }],
    [
      "protect: false is heeded over jobs when that is allowed",
      ship({ protect: false }, {}, { allow_disabled_job_policies: true }),
      [unit],
      null,
    ],
    [
      "protect: false is heeded over settings when that is allowed",
      ship({ protect: false }, { enforce_admins: true }, { allow_disabled_policies: true }),
      [],
      { protect: false },
    ],
    [
      "optional jobs count with protect_repos_with_optional_jobs",
      ship({}, {}, { "protect-tested-repos": true, protect_repos_with_optional_jobs: true }),
      [presubmit("o", { optional: true })],
      [],
    ],
  ])("%s", (_rule, config, jobs, expected) => {
    expect(contexts(want(config, jobs))).toEqual(expected);
  });

  it.each<[rule: string, config: object, jobs: readonly Presubmit[], message: RegExp]>([
    ["protect: false beside required jobs", ship({ protect: false }), [unit], /acme\/ship=main: it has required jobs/],
    [
      "protect: false beside settings",
      ship({ protect: false, enforce_admins: true }),
      [],
      /settings need protect: true/,
    ],
    [
      "a branch that says neither",
      ship({ branches: { main: { enforce_admins: true } } }),
      [],
      /must set protect or unmanaged/,
    ],
  ])("%s is refused", (_rule, config, jobs, message) => {
    expect(() => want(config, jobs)).toThrow(message);
  });

  it("reviews need a count", () => {
    const reviews = (more: object) =>
      want(ship({ protect: true, required_pull_request_reviews: { dismiss_stale_reviews: true, ...more } }));
    expect(reviews({})).toMatchObject({ settings: { required_pull_request_reviews: null } });
    expect(reviews({ required_approving_review_count: 2 })).toMatchObject({
      settings: { required_pull_request_reviews: { required_approving_review_count: 2, dismiss_stale_reviews: true } },
    });
  });
});

describe("which branches and repositories", () => {
  it.each([
    ["all", {}, "x", true],
    ["not what is excluded", { exclude: ["^dev"] }, "dev-1", false],
    ["only what is included", { include: ["^main$"] }, "dev", false],
    ["what is named always", { include: ["^main$"], branches: { dev: { protect: true } } }, "dev", true],
  ])("%s", (_rule, policy, branch, covered) => {
    expect(protector(ship(policy)).covers("acme", "ship", branch)).toBe(covered);
  });

  it("named ones, tested ones with protect-tested-repos, all of an organisation that protects", () => {
    const one = protector(ship({ protect: true }));
    expect([one.wholeOrgs(), one.namedRepos(["acme/keel"])]).toEqual([[], ["acme/ship"]]);
    const all = protector({ ...ship({}, { protect: true }), "protect-tested-repos": true });
    expect([all.wholeOrgs(), all.namedRepos(["acme/keel"])]).toEqual([["acme"], ["acme/keel", "acme/ship"]]);
  });
});

describe("only the difference is written", () => {
  const wanted = want(ship({ protect: true, require_signed_commits: true, enforce_admins: true }), [unit]);
  if (!wanted?.protect) throw new Error("not protected");
  const answer = {
    required_status_checks: { strict: false, contexts: ["unit"], checks: [] },
    enforce_admins: { enabled: true, url: "x" },
    required_signatures: { enabled: true },
    allow_force_pushes: { enabled: false },
  };
  it("none when GitHub says so already", () => {
    expect(differences(currentProtection(answer), wanted)).toEqual([]);
  });
  it("each setting that is otherwise", () => {
    const other = { ...answer, enforce_admins: { enabled: false }, required_signatures: { enabled: false } };
    expect(differences(currentProtection(other), wanted)).toEqual([
      "enforce_admins: false -> true",
      "require_signed_commits: false -> true",
    ]);
  });
  it("a branch without protection gets it, one that should have none loses it", () => {
    expect(differences(null, wanted)[0]).toBe("not protected -> protected");
    expect(differences(currentProtection(answer), { protect: false })).toEqual(["protected -> not protected"]);
    expect(differences(null, { protect: false })).toEqual([]);
  });
});
