/** `project`: maintainers put issues and pull requests into projects (spec chatops 2.24, on ProjectsV2). */
import { ownValue } from "../../config/lookup.ts";
import type { RepoConfig } from "../../config/model.ts";
import { type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment } from "../events.ts";
import { answered, reply } from "../messages.ts";
import {
  addedToProject,
  movedInProject,
  notInProject,
  projectRefused,
  projectUsage,
  projectWithoutTeam,
  removedFromProject,
  unknownColumn,
  unknownProject,
} from "../messages-project.ts";
import { anyone, sameLogin } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { columnOf, findProject, type Project } from "../projects.ts";

interface Said {
  readonly clear: boolean;
  /** Empty: what was said makes no sense. */
  readonly project: string;
  /** Empty: the default one. */
  readonly column: string;
}

/** `[clear] PROJECT [COLUMN]`. With any quotes, the parts are what stands between them; else the first word and the rest. */
function parse(rest: string): Said {
  const text = rest.trim();
  const clear = /^clear(?=\s|$)/.test(text);
  const content = clear ? text.slice("clear".length).trim() : text;
  const space = content.search(/\s/);
  const words = space < 0 ? [content] : [content.slice(0, space), content.slice(space)];
  const parts = (/['"]/.test(content) ? content.split(/['"]/) : words).map((part) => part.trim()).filter(Boolean);
  const [project = "", column = "", ...more] = parts;
  return more.length > 0 ? { clear, project: "", column: "" } : { clear, project, column };
}

const table: CommandTable<Said> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["project"],
      exactCase: true,
      parse,
      who: { ...anyone, who: "Members of the team that maintains projects" },
      usage: "/project [clear] <project> [<column>]",
      description: "Puts the issue or pull request into a column of a project, or takes it out of the project.",
      examples: ["/project 0.5.0", "/project 0.5.0 To do", "/project clear 0.4.0"],
    },
  ],
};

const teamOf = ({ settings }: RepoConfig): number =>
  settings.project_config.repo_maintainers_team_id || settings.project_config.org_maintainers_team_id;

function defaultColumn(project: string, { settings }: RepoConfig): string {
  const { repo_default_column_map: repo, org_default_column_map: org } = settings.project_config;
  const map = Object.hasOwn(repo, project) ? repo : org;
  return ownValue(map, project) ?? "";
}

/** The first command of a comment counts. Order: usage, team, project, column. */
async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = heard(table, comment)[0]?.said;
  if (!said) return nothing("no command of it");
  const say = (text: string): Effect => ({ kind: "comment", body: reply(answered(comment), view, text) });
  const refuse = (text: string, why: string): Decision => ({ effects: [say(text)], why });
  if (said.project === "") return refuse(projectUsage(), "no project was said");
  const team = teamOf(view.config);
  if (team === 0) return refuse(projectWithoutTeam(), "no team maintains projects here");
  const { login } = comment.sender;
  const members = await view.teamMembersById(team);
  if (!members.some((member) => sameLogin(member, login))) {
    return refuse(projectRefused(view.repository.owner), `${login} maintains no projects`);
  }
  const { found, titles } = await findProject(said.project, view);
  if (!found) return refuse(unknownProject(said.project, titles), "there is no such project");
  return said.clear ? clear(found, say) : move(found, said, view.config, say);
}

function clear(project: Project, say: (text: string) => Effect): Decision {
  if (project.at === null) return { effects: [say(notInProject(project.title))], why: "it is not in the project" };
  const onDone = [say(removedFromProject(project.title))];
  const effects: Effect[] = [{ kind: "project", projectId: project.id, status: null, onDone }];
  return { effects, why: `it leaves ${project.title}` };
}

function move(project: Project, said: Said, config: RepoConfig, say: (text: string) => Effect): Decision {
  const wanted = said.column || defaultColumn(project.title, config);
  const column = wanted === "" ? undefined : columnOf(project, wanted);
  if (column === undefined) {
    const text = unknownColumn(project.title, wanted, project.columns);
    return { effects: [say(text)], why: `${project.title} has no such column` };
  }
  if (project.at === column) return nothing(`it is ${column} already`);
  const done = project.at === null ? addedToProject : movedInProject;
  const onDone = [say(done(project.title, column))];
  const effects: Effect[] = [{ kind: "project", projectId: project.id, status: column, onDone }];
  return { effects, why: `it becomes ${column} in ${project.title}` };
}

export const project: Plugin = {
  name: "project",
  help: {
    description: "The project plugin lets the members of a team put issues and pull requests into projects.",
    commands: helpOf(table),
    snippet: [
      "project_config:",
      "  project_org_configs:",
      "    org:",
      "      org_maintainers_team_id: 123456",
      "      org_default_column_map:",
      "        project1: To do",
      "      project_repo_configs:",
      "        repo:",
      "          repo_maintainers_team_id: 123457",
      "          repo_default_column_map:",
      "            project2: Backlog",
    ].join("\n"),
    config: (config) =>
      teamOf(config) === 0
        ? "No team maintains projects here, so nobody may use /project."
        : `The team with the id ${teamOf(config)} maintains projects here.`,
  },
  verbs: verbsOf(table),
  comment,
};
