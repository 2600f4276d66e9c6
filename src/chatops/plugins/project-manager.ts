/** `project-manager`: issues go into projects by their labels (spec chatops 2.24, on ProjectsV2). */
import type { ProjectColumn } from "../../config/plugin-settings.ts";
import { nothing } from "../decide.ts";
import type { Effect, IssueChanges } from "../effects.ts";
import type { IssueEvent } from "../events.ts";
import { hasLabel, sameLogin } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { columnOf, findProject } from "../projects.ts";

const ACTIONS = new Set(["opened", "reopened", "labeled", "unlabeled"]);

/** Of each project the first column that fits: its organisation (as in Prow it must be named), its state, all of its labels. */
function fitting(
  columns: readonly ProjectColumn[],
  org: string,
  state: IssueChanges["state"],
  labels: readonly string[],
): ReadonlyMap<string, ProjectColumn> {
  const found = new Map<string, ProjectColumn>();
  for (const column of columns) {
    if (found.has(column.project) || !sameLogin(column.org, org)) continue;
    if (column.state !== state || !column.labels.every((label) => hasLabel(labels, label))) continue;
    found.set(column.project, column);
  }
  return found;
}

async function issue({ action, state }: IssueEvent, view: View): Promise<Decision> {
  if (!ACTIONS.has(action)) return nothing(`${action} moves no issue`);
  const columns = view.config.settings.project_manager;
  if (columns.length === 0) return nothing("no project is managed here");
  const wanted = fitting(columns, view.repository.owner, state, await view.labels());
  const effects: Effect[] = [];
  const why: string[] = [];
  for (const [title, { name }] of wanted) {
    const { found } = name === "" ? { found: null } : await findProject(title, view);
    const column = found ? columnOf(found, name) : undefined;
    if (name === "") why.push(`the column of ${title} has no name, and ids of classic projects mean nothing any more`);
    else if (!found) why.push(`there is no open project ${title}`);
    else if (column === undefined) why.push(`${title} has no column ${name}`);
    else if (found.at === column) why.push(`it is ${column} in ${title} already`);
    else {
      effects.push({ kind: "project", projectId: found.id, status: column });
      why.push(`it becomes ${column} in ${title}`);
    }
  }
  return { effects, why: why.join("; ") || "no column fits its labels" };
}

export const projectManager: Plugin = {
  name: "project-manager",
  help: {
    description: "The project-manager plugin puts issues into columns of projects by their labels and their state.",
    commands: [],
    snippet: [
      "project_manager:",
      "  orgsRepos:",
      "    org/repo:",
      "      projects:",
      "        Release 1.10:",
      "          columns:",
      "          - name: To do",
      "            state: open",
      "            labels: [area/api]",
      "            org: org",
    ].join("\n"),
    config: ({ settings }) => {
      const projects = [...new Set(settings.project_manager.map((column) => column.project))];
      return projects.length > 0 ? `It keeps the projects ${projects.join(", ")}.` : "It keeps no project here.";
    },
  },
  issue,
};
