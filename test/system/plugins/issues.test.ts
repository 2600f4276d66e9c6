/** Plugins of issues, carried out at GitHub: links, pins, transfers, projects, milestones, states, required labels. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inRepository, ORG, useConfig } from "../../harness/repositories.ts";
import { type TestSystem, testSystem } from "../../harness/system.ts";

const OWNERS = { OWNERS: "approvers:\n- ada\nreviewers:\n- emil\n", "README.md": "# Here\n" };

const plugins = (team: number): string => `
plugins:
  ${ORG}/gazette:
    plugins: [issue-management, project, retitle, lifecycle, stage, milestone, milestonestatus]
  ${ORG}/almanac:
    plugins: [require-matching-label, project-manager]
project_config:
  project_org_configs:
    ${ORG}:
      org_maintainers_team_id: ${team}
      org_default_column_map:
        Roadmap: To do
project_manager:
  orgsRepos:
    ${ORG}/almanac:
      projects:
        Docs:
          columns:
          - {name: Inbox, state: open, labels: [area/docs], org: ${ORG}}
repo_milestone:
  "":
    maintainers_team: release-managers
    maintainers_friendly_name: Release managers
require_matching_label:
- {org: ${ORG}, repo: almanac, issues: true, regexp: "^kind/", missing_label: needs-kind, missing_comment: Say a kind., grace_period: 1s}
`;

let system: TestSystem;
let gazette: ReturnType<typeof inRepository>;
let almanac: ReturnType<typeof inRepository>;

beforeAll(async () => {
  system = await testSystem({ capacity: 0 });
  const { control } = system.github;
  for (const name of ["gazette", "almanac"]) await control.createRepo({ owner: ORG, name, as: "ada", files: OWNERS });
  gazette = inRepository(system, "gazette");
  almanac = inRepository(system, "almanac");
  control.createProject({ owner: ORG, title: "Roadmap", statuses: ["To do", "Done"], repos: [gazette.repo] });
  control.createProject({ owner: ORG, title: "Docs", statuses: ["Inbox"], repos: [] });
  for (const title of ["v1.0", "v2.0"]) control.createMilestone({ repo: gazette.repo, title });
  const answer = await fetch(`${system.github.apiUrl}/orgs/${ORG}/teams/release-managers`, {
    headers: { authorization: `Bearer ${control.token("ada")}` },
  });
  const { id } = (await answer.json()) as { id: number };
  await useConfig(system, { "config/prow/plugins.yaml": plugins(id) });
}, 120_000);
afterAll(() => system?.dispose());

describe.concurrent("issue-management", () => {
  it("links issues in the description, and takes them out again", async () => {
    const issue = gazette.issue("ben", "A misprint");
    const number = await gazette.pull("ben", "Mend it", { "mended.md": "mended\n" }, { body: "At last." });
    gazette.say(number, "chidi", `/link-issue ${issue} ${ORG}/hello#1`);
    const linked = await gazette.until(number, "it is linked", ({ body }) => body !== "At last.");
    expect(linked.body).toBe(`At last.\n\nFixes #${issue}, fixes ${ORG}/hello#1`);
    gazette.say(number, "chidi", `/unlink-issue ${ORG}/hello#1`);
    await gazette.until(number, "one is left", ({ body }) => body === `At last.\n\nFixes #${issue}`);
    gazette.say(number, "chidi", `/link-issue ${number} 987654`);
    const refusal = await gazette.told(number, "I cannot do that");
    expect(refusal).toContain("is a pull request");
    expect(refusal).toContain("`#987654` does not exist");
  });

  it("pins as the root's approvers say, at most what GitHub lets", async () => {
    const numbers = ["One", "Two", "Three", "Four"].map((title) => gazette.issue("ben", title));
    const [first = 0, , , fourth = 0] = numbers;
    gazette.say(first, "chidi", "/pin-issue");
    await gazette.told(first, "only approvers of the OWNERS file");
    for (const number of numbers.slice(0, 3)) {
      gazette.say(number, "ada", "/pin-issue");
      await gazette.told(number, "I pinned this issue");
    }
    gazette.say(fourth, "ada", "/pin-issue");
    await gazette.told(fourth, "Maximum 3 pinned issues per repository");
    expect(numbers.map((number) => gazette.page(number).pinned)).toEqual([true, true, true, false]);
    gazette.say(first, "ada", "/unpin-issue");
    await gazette.told(first, "I unpinned this issue");
    expect(gazette.page(first).pinned).toBe(false);
  });

  it("transfers to another repository of the organisation", async () => {
    const number = gazette.issue("ben", "It belongs to the almanac");
    gazette.say(number, "chidi", "/transfer-issue nowhere");
    await gazette.told(number, "there is no repository");
    gazette.say(number, "chidi", "/transfer-issue almanac");
    let moved = 0;
    for (let at = 1; moved === 0; at = at > 40 ? 1 : at + 1) {
      try {
        if (almanac.page(at).title === "It belongs to the almanac") moved = at;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    expect(() => gazette.page(number)).toThrow("Moved Permanently");
    // It is a new issue there: what is required of one is looked at.
    await almanac.until(moved, "its kind is missed", ({ labels }) => labels.includes("needs-kind"));
  }, 30_000);
});

describe.concurrent("project", () => {
  it("puts into a column, moves, and takes out, as the team says", async () => {
    const number = gazette.issue("ben", "Plan it");
    gazette.say(number, "chidi", "/project Roadmap");
    await gazette.told(number, "only members of the team");
    gazette.say(number, "ben", "/project Roadmap");
    await gazette.told(number, "I added this to the project `Roadmap`, as `To do`.");
    expect(gazette.page(number).projects).toEqual({ Roadmap: "To do" });
    gazette.say(number, "ben", "/project Roadmap done");
    await gazette.told(number, "I moved this to `Done`");
    expect(gazette.page(number).projects).toEqual({ Roadmap: "Done" });
    gazette.say(number, "ben", "/project clear Roadmap");
    await gazette.told(number, "I took this out of the project");
    expect(gazette.page(number).projects).toEqual({});
    gazette.say(number, "ben", "/project Nothing");
    expect(await gazette.told(number, "I find no open project `Nothing`")).toContain("`Docs`, `Roadmap`");
  });

  it("project-manager follows the labels of issues", async () => {
    const number = almanac.issue("ben", "Explain the tides");
    system.github.control.addLabel({ repo: almanac.repo, number, as: "ada", label: "area/docs" });
    await almanac.until(number, "it is in the inbox", ({ projects }) => projects.Docs === "Inbox");
  });
});

describe.concurrent("milestones", () => {
  it("are set, changed and cleared by their team", async () => {
    const number = gazette.issue("nova", "For a release");
    gazette.say(number, "chidi", "/milestone v1.0");
    await gazette.told(number, "Release managers");
    for (const title of ["v1.0", "v2.0"]) {
      gazette.say(number, "ben", `/milestone ${title}`);
      await gazette.until(number, `it is for ${title}`, ({ milestone }) => milestone === title);
    }
    gazette.say(number, "ben", "/milestone v9");
    expect(await gazette.told(number, "v9")).toContain("v1.0");
    gazette.say(number, "ben", "/milestone clear\n/status in-review");
    await gazette.until(number, "it has none", ({ milestone, labels }) => {
      return milestone === null && labels.includes("status/in-review");
    });
  });
});

describe.concurrent("states", () => {
  it("lifecycle closes as not planned, reopens, and marks", async () => {
    const number = gazette.issue("nova", "Never mind");
    gazette.say(number, "nova", "/close not-planned");
    await gazette.until(number, "it is not planned", (page) => page.stateReason === "not_planned");
    gazette.say(number, "nova", "/reopen");
    await gazette.until(number, "it is open", (page) => page.state === "open" && page.stateReason === "reopened");
    gazette.say(number, "nova", "/lifecycle stale");
    gazette.say(number, "mallory", "/close");
    await gazette.until(number, "a stranger closes what is stale", (page) => page.state === "closed");
    await gazette.told(number, "Closing this issue.");
  });

  it("stages exclude each other", async () => {
    const number = gazette.issue("nova", "A feature");
    for (const stage of ["alpha", "beta"]) {
      gazette.say(number, "nova", `/stage ${stage}`);
      await gazette.until(number, stage, ({ labels }) => labels.join() === `stage/${stage}`);
    }
  });

  it("retitle", async () => {
    const number = gazette.issue("nova", "Titel");
    gazette.say(number, "mallory", "/retitle Mine");
    await gazette.told(number, "@mallory");
    gazette.say(number, "chidi", "/retitle Title");
    await gazette.until(number, "it has the title", ({ title }) => title === "Title");
  });
});

describe.concurrent("require-matching-label", () => {
  it("asks after its grace period, and is content later", async () => {
    const number = almanac.issue("nova", "Of some kind");
    await almanac.told(number, "Say a kind.");
    expect(almanac.page(number).labels).toEqual(["needs-kind"]);
    system.github.control.addLabel({ repo: almanac.repo, number, as: "ada", label: "kind/bug" });
    await almanac.until(number, "label and comment go", ({ labels, comments }) => {
      return labels.join() === "kind/bug" && comments.length === 0;
    });
  });
});
