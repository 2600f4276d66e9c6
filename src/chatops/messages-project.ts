/** What is said about projects and merged configuration. */
import type { StatusState } from "./effects.ts";
import { code } from "./messages.ts";
import type { View } from "./plugin.ts";

const listed = (names: readonly string[]): string =>
  names.length === 0 ? "none" : names.slice(0, 50).map(code).join(", ");

export const projectUsage = (): string =>
  "`/project` needs a project, and takes a column behind it: `/project 0.5.0`, `/project 0.5.0 To do`, `/project 'My project' 'To do'`, `/project clear 0.5.0`.";

export const projectWithoutTeam = (): string =>
  "nobody may use `/project` here: plugins.yaml names no team of maintainers in `project_config` for this repository or its organisation.";

export const projectRefused = (org: string): string =>
  `only members of the team of ${code(org)} that maintains its projects can use \`/project\`. Please ask one of them.`;

export const unknownProject = (title: string, titles: readonly string[]): string =>
  `I find no open project ${code(title)}. There are: ${listed(titles)}.`;

export function unknownColumn(project: string, column: string, columns: readonly string[]): string {
  const start = column === "" ? "please say a column too" : `there is no column ${code(column)}`;
  return `${start}: ${code(project)} has ${listed(columns)}.`;
}

export const movedInProject = (project: string, column: string): string =>
  `I moved this to ${code(column)} in the project ${code(project)}.`;
export const addedToProject = (project: string, column: string): string =>
  `I added this to the project ${code(project)}, as ${code(column)}.`;
export const removedFromProject = (project: string): string => `I took this out of the project ${code(project)}.`;
export const notInProject = (project: string): string => `this is not in the project ${code(project)}.`;

/** A file of the configuration that a merge changed, and where Prow would have put it. */
export interface ChangedKey {
  /** Name of the ConfigMap. */
  readonly map: string;
  readonly key: string;
  readonly file: string;
  readonly removed: boolean;
}

/** What became of merged configuration. `description` is the verdict that stands on the commit. */
export function configurationOutcome(
  state: StatusState | "none",
  description: string,
  sha: string,
  keys: readonly ChangedKey[],
  where: Pick<View, "publicUrl">,
): string {
  const outcome = {
    success: `The configuration of ${sha} is loaded: ${description}.`,
    pending: `The configuration of ${sha} is not in use yet: ${description}.`,
    failure: `The configuration of ${sha} was refused; the one before stays in use. ${description}`,
    error: `The configuration of ${sha} was refused; the one before stays in use. ${description}`,
    none: `Nobody loads the configuration of ${sha}: the setting CONFIG_REPO does not name this repository and branch.`,
  }[state];
  const shown = keys.slice(0, 50).map(({ map, key, file, removed }) => {
    const at = map === "" ? "" : ` (key ${code(key)} of ${code(map)})`;
    return `- ${removed ? "without" : "with"} ${code(file)}${at}`;
  });
  const more = keys.length > shown.length ? [`- and ${keys.length - shown.length} more`] : [];
  return [outcome, "", ...shown, ...more, "", `[All about the configuration](${where.publicUrl}/config).`].join("\n");
}

export const MERGE_METHOD_MARKER = "<!-- merge method -->";

/** How several commits are merged; `other`: the way that a label asks for (empty: there is no such label). */
export function mergeMethodNotice(
  method: string,
  other: { readonly verb: string; readonly label: string } | null,
): string {
  const start = `This pull request has several commits, and they are merged here by: ${method}.`;
  const done = method === "squash" ? "squashed" : "merged";
  const end =
    other === null
      ? ""
      : other.label === ""
        ? ` Commits will be ${done}, since no label is configured to ask otherwise.`
        : ` The label ${code(other.label)} asks for them to be ${other.verb}.`;
  return `${start}${end}\n${MERGE_METHOD_MARKER}`;
}
