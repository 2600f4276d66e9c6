import { schema as published } from "@octokit/graphql-schema";
import { buildSchema, parse, validate } from "graphql";
import { describe, expect, test } from "vitest";
import { PROJECTS_QUERY } from "../../../../src/chatops/projects.ts";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { comment, fakeView, issueEvent, user, type World } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const node = (id: string, title: string, columns: readonly string[], closed = false) => ({
  id,
  title,
  closed,
  field: { options: columns.map((name) => ({ name })) },
});
const COLUMNS = ["To do", "Backlog", "Done"];

interface Placed {
  /** Project ids and columns where the issue is. */
  readonly items?: Readonly<Record<string, string | null>>;
  readonly own?: readonly object[];
}

function answering({ items = {}, own }: Placed = {}) {
  return () => ({
    repository: {
      projectsV2: { nodes: own ?? [node("P_own", "0.5.0", COLUMNS), null] },
      issueOrPullRequest: {
        projectItems: {
          nodes: Object.entries(items).map(([id, name]) => ({
            project: { id },
            fieldValueByName: name === null ? null : { name },
          })),
        },
      },
    },
    repositoryOwner: {
      named: { nodes: [node("P_org", "Release Board", COLUMNS), node("P_twin", "0.5.0", COLUMNS)] },
      recent: { nodes: [node("P_old", "old", COLUMNS, true)] },
    },
  });
}

const YAML = {
  project_config: {
    project_org_configs: {
      org: {
        org_maintainers_team_id: 7,
        org_default_column_map: { "Release Board": "Backlog" },
        project_repo_configs: { repo: { repo_default_column_map: { "0.5.0": "To do" } } },
      },
    },
  },
};

function world(placed: Placed = {}, yaml: object = YAML): Partial<World> {
  const config = configOf("project", { settings: settingsOf(yaml) });
  return { config, graphql: answering(placed), teamsById: { 7: ["Boss"], 8: ["chief"] } };
}

const by = user("boss");
const say = async (body: string, placed: Placed = {}, over: Parameters<typeof comment>[1] = {}) => {
  const effects = await effectsOf(comment(body, { author: by, ...over }), world(placed));
  return effects.map((effect) => {
    if (effect.kind === "project") return `${effect.projectId}: ${effect.status}`;
    return effect.kind === "comment" ? (effect.body.replace(/^@boss: /, "").split("\n", 1)[0] ?? "") : effect.kind;
  });
};

test("the query is one that GitHub's published schema takes", () => {
  expect(validate(buildSchema(published.idl, { assumeValid: true }), parse(PROJECTS_QUERY))).toEqual([]);
});

describe("project (spec chatops 2.24)", () => {
  test.each<[string, Placed, readonly string[]]>([
    ["/project 0.5.0", {}, ["P_own: To do"]],
    ["/project 0.5.0 To do", {}, ["P_own: To do"]],
    ["/project 0.5.0 backlog\r\n", {}, ["P_own: Backlog"]],
    ["/project '0.5.0' 'Done'", {}, ["P_own: Done"]],
    ['/project "Release Board"', {}, ["P_org: Backlog"]],
    ['/project "release board" Done', {}, ["P_org: Done"]],
    ["/project 0.5.0 Done", { items: { P_own: "To do" } }, ["P_own: Done"]],
    ["/project 0.5.0 Done", { items: { P_own: null } }, ["P_own: Done"]],
    ["/project 0.5.0 Done", { items: { P_own: "Done" } }, []],
    ["/project clear 0.5.0", { items: { P_own: "Done" } }, ["P_own: null"]],
    ["/project clear 0.5.0 Done", { items: { P_own: null } }, ["P_own: null"]],
    ["/project clear 0.5.0", {}, ["this is not in the project `0.5.0`."]],
    ["/project 0.5.0 Doing", {}, ["there is no column `Doing`: `0.5.0` has `To do`, `Backlog`, `Done`."]],
    ["/project old Done", {}, ["I find no open project `old`. There are: `0.5.0`, `Release Board`."]],
    ["/Project 0.5.0", {}, []],
    ["/projects 0.5.0", {}, []],
  ])("%j in %j: %j", async (body, placed, expected) => expect(await say(body, placed)).toEqual(expected));

  test.each(["/project", "/project clear", "/project ''", "/project 'a' 'b' 'c'"])(
    "%j: how to say it",
    async (body) => {
      const [said, ...more] = await say(body);
      expect(said).toContain("`/project` needs a project");
      expect(more).toEqual([]);
    },
  );

  test("a project without a default column needs one", async () => {
    const own = [node("P_x", "x", ["A", "B"])];
    expect(await say("/project x", { own })).toEqual(["please say a column too: `x` has `A`, `B`."]);
  });

  test("what was done is said once it is done", async () => {
    const told = async (placed: Placed, body: string) => {
      const [effect] = await effectsOf(comment(body, { author: by }), world(placed));
      return effect?.kind === "project" && effect.onDone?.[0]?.kind === "comment" ? effect.onDone[0].body : "";
    };
    expect(await told({}, "/project 0.5.0")).toContain("I added this to the project `0.5.0`, as `To do`.");
    expect(await told({ items: { P_own: "Done" } }, "/project 0.5.0")).toContain("I moved this to `To do`");
    expect(await told({ items: { P_own: "Done" } }, "/project clear 0.5.0")).toContain("I took this out");
  });

  test("only maintainers; the repository's team stands before the organisation's", async () => {
    const told = async (login: string, yaml: object) =>
      await outcome(comment("/project 0.5.0", { author: user(login) }), world({}, yaml));
    expect(await told("stranger", YAML)).toEqual([expect.stringContaining("says: only members of the team of `org`")]);
    const own = structuredClone(YAML);
    Object.assign(own.project_config.project_org_configs.org.project_repo_configs.repo, {
      repo_maintainers_team_id: 8,
    });
    expect(await told("boss", own)).toEqual([expect.stringContaining("says: only members")]);
    expect(await told("chief", own)).toEqual(["project"]);
    expect(await told("boss", {})).toEqual([expect.stringContaining("says: nobody may use `/project` here")]);
  });

  test("edits do nothing; neither does the bot's own comment", async () => {
    expect(await say("/project 0.5.0", {}, { action: "edited" })).toEqual([]);
    expect(await say("/project 0.5.0", {}, { author: user("cutwater[bot]", "Bot") })).toEqual([]);
  });

  test("a credential that may not see projects finds none", async () => {
    const effects = await outcome(comment("/project a", { author: by }), {
      ...world(),
      graphql: () => ({ repository: { projectsV2: null }, repositoryOwner: null }),
    });
    expect(effects).toEqual(["says: I find no open project `a`. There are: none."]);
  });
});

describe("project-manager (spec chatops 2.24)", () => {
  const column = (name: string, labels: readonly string[], more: object = {}) => ({
    name,
    labels,
    org: "org",
    ...more,
  });
  const managed = (columns: readonly object[], key = "org/repo") =>
    configOf("project-manager", {
      settings: settingsOf({ project_manager: { orgsRepos: { [key]: { projects: { "0.5.0": { columns } } } } } }),
    });
  const two = [column("Done", ["area/a", "kind/b"]), column("Backlog", ["area/a"])];

  async function moved(columns: readonly object[], labels: readonly string[], over: object = {}, placed: Placed = {}) {
    const { action = "labeled", key, ...rest } = { ...over } as { action?: string; key?: string };
    const view = fakeView({ config: managed(columns, key), labels, graphql: answering(placed) });
    const effects = await effectsOf(issueEvent(action, rest), view);
    return effects.map((effect) => (effect.kind === "project" ? effect.status : effect.kind));
  }

  test.each<[string, readonly object[], readonly string[], object, readonly string[]]>([
    ["all labels are there", two, ["area/a", "KIND/b"], {}, ["Done"]],
    ["the first that fits, one for each project", two, ["area/a"], {}, ["Backlog"]],
    ["a label is missing", two, ["kind/b"], {}, []],
    ["open by default", [column("Done", ["x"])], ["x"], { state: "closed" }, []],
    ["closed", [column("Done", ["x"], { state: "closed" })], ["x"], { state: "closed" }, ["Done"]],
    ["another organisation", [column("Done", ["x"], { org: "other" })], ["x"], {}, []],
    ["no organisation, as in Prow", [{ name: "Done", labels: ["x"] }], ["x"], {}, []],
    ["at the level of the organisation", two, ["area/a"], { key: "org" }, ["Backlog"]],
    ["opened", two, ["area/a"], { action: "opened" }, ["Backlog"]],
    ["reopened", two, ["area/a"], { action: "reopened" }, ["Backlog"]],
    ["unlabeled", two, ["area/a"], { action: "unlabeled" }, ["Backlog"]],
    ["edited", two, ["area/a"], { action: "edited" }, []],
    ["an unknown column", [column("Nowhere", ["x"])], ["x"], {}, []],
    ["only the id of a classic column", [{ id: 12, org: "org", labels: ["x"] }], ["x"], {}, []],
  ])("%s", async (_, columns, labels, over, expected) => {
    expect(await moved(columns, labels, over)).toEqual(expected);
  });

  test("where it is already, nothing happens; from elsewhere it moves", async () => {
    expect(await moved(two, ["area/a"], {}, { items: { P_own: "Backlog" } })).toEqual([]);
    expect(await moved(two, ["area/a"], {}, { items: { P_own: "To do" } })).toEqual(["Backlog"]);
  });
});
