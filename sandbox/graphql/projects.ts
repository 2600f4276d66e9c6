/** Projects (ProjectsV2): each belongs to an account, has one single-select field Status, and is linked to repositories. */
import { permissionOf } from "../access.ts";
import type { Call } from "../http/call.ts";
import { nodeId } from "../shape/ids.ts";
import { issueNodeId } from "../shape/issue.ts";
import type { Issue, Project, ProjectItem } from "../state/model.ts";
import { connection, type PageArgs } from "./connection.ts";
import { Refusal } from "./error.ts";
import { issueById, projectById, projectNodeId } from "./nodes.ts";

const NO = "Resource not accessible by integration";
const fieldId = (project: Project): string => nodeId("PVTSSF", project.id);
const itemNodeId = (item: ProjectItem): string => nodeId("PVTI", item.id);

/** An App needs the organisation's projects in its permissions; people of the organisation may. */
function allowed(call: Call, owner: string, level: "read" | "write"): boolean {
  if (call.caller.kind === "installation") {
    const granted = call.granted("organization_projects");
    return call.caller.installation.account === owner && (granted === "write" || granted === level);
  }
  const { login } = call;
  return login !== null && (login === owner || login.toLowerCase() in (call.world.state.orgs[owner]?.members ?? {}));
}

/** Those of an account that the caller may see. Throws when it may see none of them, whatever there is. */
export function projectsOf(call: Call, owner: string): Project[] {
  if (!allowed(call, owner, "read")) throw new Refusal("FORBIDDEN", NO);
  return call.world.state.projects.filter((one) => one.owner === owner);
}

export function projectNode(call: Call, project: Project): object {
  const field = {
    __typename: "ProjectV2SingleSelectField",
    id: fieldId(project),
    name: "Status",
    options: project.statuses.map(({ id, name }) => ({ id, name })),
  };
  return {
    __typename: "ProjectV2",
    id: projectNodeId(project),
    number: project.number,
    title: project.title,
    closed: project.closed,
    field: ({ name }: { name: string }) => (name === "Status" ? field : null),
    items: (page: PageArgs) =>
      connection(
        project.items.map((item) => itemNode(call, project, item)),
        page,
      ),
  };
}

function itemNode(call: Call, project: Project, item: ProjectItem): object {
  const status = project.statuses.find(({ id }) => id === item.status);
  return {
    __typename: "ProjectV2Item",
    id: itemNodeId(item),
    project: () => projectNode(call, project),
    fieldValueByName: ({ name }: { name: string }) =>
      name === "Status" && status
        ? { __typename: "ProjectV2ItemFieldSingleSelectValue", name: status.name, optionId: status.id }
        : null,
  };
}

/** Where an issue stands. */
export const itemsOf = (call: Call, issue: Issue): object[] =>
  call.world.state.projects
    .filter((project) => allowed(call, project.owner, "read"))
    .flatMap((project) =>
      project.items.filter((item) => item.issue === issue.id).map((item) => itemNode(call, project, item)),
    );

function writable(call: Call, id: string): Project {
  const project = projectById(call, id);
  if (!allowed(call, project.owner, "write")) throw new Refusal("FORBIDDEN", NO);
  return project;
}

function itemOf(project: Project, id: string): ProjectItem {
  const item = project.items.find((one) => itemNodeId(one) === id);
  if (!item) throw Refusal.noNode(id);
  return item;
}

/** Adds an issue; one that is there stays as it is. */
export function addItem(call: Call, { projectId, contentId }: { projectId: string; contentId: string }): object {
  const project = writable(call, projectId);
  const { repo, issue } = issueById(call, contentId);
  if (call.caller.kind === "user" && permissionOf(call.world, repo, call.login) === null)
    throw Refusal.noNode(issueNodeId(issue));
  let item = project.items.find((one) => one.issue === issue.id);
  if (!item) {
    item = { id: call.world.id(), issue: issue.id, status: null };
    project.items.push(item);
    call.world.changed();
  }
  return { item: itemNode(call, project, item) };
}

interface SetField {
  readonly projectId: string;
  readonly itemId: string;
  readonly fieldId: string;
  readonly value: { readonly singleSelectOptionId?: string | null };
}

export function setField(call: Call, input: SetField): object {
  const project = writable(call, input.projectId);
  const item = itemOf(project, input.itemId);
  if (input.fieldId !== fieldId(project)) throw Refusal.noNode(input.fieldId);
  const option = project.statuses.find(({ id }) => id === input.value.singleSelectOptionId);
  if (!option) throw new Refusal("UNPROCESSABLE", "The single select option Id does not belong to the field");
  item.status = option.id;
  call.world.changed();
  return { projectV2Item: itemNode(call, project, item) };
}

export function deleteItem(call: Call, { projectId, itemId }: { projectId: string; itemId: string }): object {
  const project = writable(call, projectId);
  const item = itemOf(project, itemId);
  project.items.splice(project.items.indexOf(item), 1);
  call.world.changed();
  return { deletedItemId: itemId };
}
