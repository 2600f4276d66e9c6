/** Who may rerun or abort (spec jobs 1.2 `rerun_auth_config`, 4.7). */
import { describe, expect, it } from "vitest";
import type { RerunAuthConfig, TriggerConfig } from "../../../src/config/model.ts";
import { mayRerun, rerunAtOnce } from "../../../src/jobs/rerun-auth.ts";
import type { RerunCase, RerunQuestions } from "../../../src/jobs/rerun-auth.ts";

const TRIGGER: TriggerConfig = {
  trusted_apps: [],
  trusted_org: "",
  join_org_url: "",
  only_org_members: false,
  ignore_ok_to_test: false,
  trigger_github_workflows: false,
  org_invite: { prominent: { disabled: true, merged_pr_threshold: 0, message: "" } },
};

const NOBODY: RerunCase = { login: "mara", org: "harbor", job: null, deck: null, presubmit: null };
const presubmit = (trigger: Partial<TriggerConfig> = {}, author = "otto") => ({
  author,
  trigger: { ...TRIGGER, ...trigger },
});

/** GitHub that says yes to these questions, and remembers all. */
function github(
  yes: readonly string[],
  labels: readonly string[] = [],
): { asked: string[]; questions: RerunQuestions } {
  const asked: string[] = [];
  const answer = (question: string): Promise<boolean> => {
    asked.push(question);
    return Promise.resolve(yes.includes(question));
  };
  const questions: RerunQuestions = {
    isMember: (org, login) => answer(`member ${org} ${login}`),
    isCollaborator: (login) => answer(`collaborator ${login}`),
    isInTeamId: (id) => answer(`team ${id}`),
    isInTeam: (org, slug) => answer(`team ${org}/${slug}`),
    labels: () => {
      asked.push("labels");
      return Promise.resolve(labels);
    },
  };
  return { asked, questions };
}

describe("without asking GitHub", () => {
  const rows: readonly [string, Partial<RerunCase>, "yes" | "no" | "ask"][] = [
    ["nothing configured", {}, "no"],
    ["anyone, by the job", { job: { allow_anyone: true } }, "yes"],
    ["anyone, by deck, signed in or not", { deck: { allow_anyone: true }, login: null }, "yes"],
    ["named, whatever the case and @", { job: { github_users: ["@MARA"] } }, "yes"],
    ["named by deck", { deck: { github_users: ["mara"] } }, "yes"],
    ["another is named", { job: { github_users: ["otto"] } }, "no"],
    ["an organisation is named", { job: { github_orgs: ["harbor"] } }, "ask"],
    ["a team is named", { deck: { github_team_ids: [7] } }, "ask"],
    [
      "a stranger is never asked about",
      { login: null, job: { github_orgs: ["harbor"] }, presubmit: presubmit() },
      "no",
    ],
    ["a presubmit with the trigger plugin", { presubmit: presubmit() }, "ask"],
  ];
  it.each(rows)("%s", (_, change, expected) => expect(rerunAtOnce({ ...NOBODY, ...change })).toBe(expected));
});

describe("asking GitHub", () => {
  const rows: readonly [string, Partial<RerunCase>, readonly string[], readonly string[], boolean][] = [
    ["member of a named organisation", { job: { github_orgs: ["fleet"] } }, ["member fleet mara"], [], true],
    ["in a team by number", { job: { github_team_ids: [7] } }, ["team 7"], [], true],
    [
      "in a team by slug",
      { deck: { github_team_slugs: [{ org: "fleet", slug: "crew" }] } },
      ["team fleet/crew"],
      [],
      true,
    ],
    ["in none of them", { job: { github_orgs: ["fleet"], github_team_ids: [7] } }, [], [], false],
    ["/test: member of the organisation", { presubmit: presubmit() }, ["member harbor mara"], [], true],
    ["/test: collaborator", { presubmit: presubmit() }, ["collaborator mara"], [], true],
    [
      "/test: collaborator, but only members count",
      { presubmit: presubmit({ only_org_members: true }) },
      ["collaborator mara"],
      [],
      false,
    ],
    [
      "/test: member of the trusted organisation",
      { presubmit: presubmit({ trusted_org: "fleet" }) },
      ["member fleet mara"],
      [],
      true,
    ],
    ["/test: anybody on a pull request with ok-to-test", { presubmit: presubmit() }, [], ["OK-to-test"], true],
    [
      "/test: ok-to-test is ignored here",
      { presubmit: presubmit({ ignore_ok_to_test: true }) },
      [],
      ["ok-to-test"],
      false,
    ],
    ["/test: anybody where the author is a member", { presubmit: presubmit() }, ["member harbor otto"], [], true],
    ["/test: an author who is no member rerunning their own", { presubmit: presubmit({}, "mara") }, [], [], false],
    ["/test does not count for other jobs", {}, ["member harbor mara"], [], false],
  ];
  it.each(rows)("%s", async (_, change, yes, labels, expected) => {
    expect(await mayRerun({ ...NOBODY, ...change }, github(yes, labels).questions)).toBe(expected);
  });

  it("deck's configuration comes first, then the job's, then /test; the first yes ends it", async () => {
    const config = (org: string): RerunAuthConfig => ({ github_orgs: [org] });
    const all = { ...NOBODY, deck: config("deck"), job: config("job"), presubmit: presubmit() };
    const { asked, questions } = github(["collaborator mara"]);
    expect(await mayRerun(all, questions)).toBe(true);
    expect(asked).toEqual(["member deck mara", "member job mara", "member harbor mara", "collaborator mara"]);
  });

  it("an error of GitHub's is an error, not a no", async () => {
    const { questions } = github([]);
    const broken = { ...questions, isMember: () => Promise.reject(new Error("502")) };
    await expect(mayRerun({ ...NOBODY, job: { github_orgs: ["fleet"] } }, broken)).rejects.toThrow("502");
  });
});
