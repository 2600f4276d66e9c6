/** Projects of today (ProjectsV2): which there are, their columns, and where an issue stands (spec chatops 2.24). */
import * as z from "zod";
import type { View } from "./plugin.ts";

const STANDING = `projectItems(first: 50) { nodes { project { id }
  fieldValueByName(name: "Status") { ... on ProjectV2ItemFieldSingleSelectValue { name } } } }`;

/** Projects linked to the repository, those of its owner that match a title, and the newest others. */
export const PROJECTS_QUERY = `query ($owner: String!, $repo: String!, $number: Int!, $title: String!) {
  repository(owner: $owner, name: $repo) {
    projectsV2(first: 100) { nodes { ...facts } }
    issueOrPullRequest(number: $number) { ... on Issue { ${STANDING} } ... on PullRequest { ${STANDING} } }
  }
  repositoryOwner(login: $owner) { ... on ProjectV2Owner {
    named: projectsV2(first: 100, query: $title) { nodes { ...facts } }
    recent: projectsV2(first: 50) { nodes { ...facts } }
  } }
}
fragment facts on ProjectV2 { id title closed
  field(name: "Status") { ... on ProjectV2SingleSelectField { options { name } } } }`;

const Facts = z.object({
  id: z.string(),
  title: z.string(),
  closed: z.boolean(),
  field: z.object({ options: z.array(z.object({ name: z.string() })).optional() }).nullish(),
});
/** GitHub puts null where the credential may not look. */
const List = z.object({ nodes: z.array(Facts.nullable()).nullish() }).nullish();
const Item = z.object({
  project: z.object({ id: z.string() }),
  fieldValueByName: z.object({ name: z.string().nullish() }).nullish(),
});
const Answer = z.object({
  repository: z
    .object({
      projectsV2: List,
      issueOrPullRequest: z
        .object({ projectItems: z.object({ nodes: z.array(Item.nullable()).nullish() }).nullish() })
        .nullish(),
    })
    .nullish(),
  repositoryOwner: z.object({ named: List, recent: List }).nullish(),
});

export interface Project {
  readonly id: string;
  readonly title: string;
  /** Options of its single-select field `Status`: what were columns. */
  readonly columns: readonly string[];
  /** Where the issue stands; null: not in the project; empty: in it, without a status. */
  readonly at: string | null;
}

export interface Projects {
  /** The open project of that title: the repository's own before its owner's, exact case before any case. */
  readonly found: Project | null;
  /** Titles of open projects. */
  readonly titles: readonly string[];
}

/** Looks for a project. One GraphQL query. */
export async function findProject(title: string, view: View): Promise<Projects> {
  const { owner, repo } = view.repository;
  const answer = Answer.parse(await view.graphql(PROJECTS_QUERY, { owner, repo, number: view.number, title }));
  const { repository, repositoryOwner } = answer;
  const lists = [repository?.projectsV2, repositoryOwner?.named, repositoryOwner?.recent];
  const open = lists.flatMap((list) => list?.nodes ?? []).flatMap((one) => (one && !one.closed ? [one] : []));
  const facts =
    open.find((one) => one.title === title) ?? open.find((one) => one.title.toLowerCase() === title.toLowerCase());
  const titles = [...new Set(open.map((one) => one.title))].sort();
  if (!facts) return { found: null, titles };
  const items = repository?.issueOrPullRequest?.projectItems?.nodes ?? [];
  const item = items.find((one) => one?.project.id === facts.id);
  const columns = facts.field?.options?.map(({ name }) => name) ?? [];
  const at = item ? (item.fieldValueByName?.name ?? "") : null;
  return { found: { id: facts.id, title: facts.title, columns, at }, titles };
}

/** A column by its name: exact case before any case. */
export function columnOf({ columns }: Project, name: string): string | undefined {
  return columns.find((one) => one === name) ?? columns.find((one) => one.toLowerCase() === name.toLowerCase());
}
