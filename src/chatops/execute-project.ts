/** An issue's place in a project of today (ProjectsV2, spec chatops 2.24). */
import * as z from "zod";
import type { Effect } from "./effects.ts";
import type { Done, Execution } from "./execution.ts";
import { withAftermath } from "./execute-issue.ts";

const ADD = `mutation ($project: ID!, $content: ID!) {
  addProjectV2ItemById(input: { projectId: $project, contentId: $content }) { item { id } } }`;
const FIELD = `query ($project: ID!) { node(id: $project) { ... on ProjectV2 {
  field(name: "Status") { ... on ProjectV2SingleSelectField { id options { id name } } } } } }`;
const SET = `mutation ($project: ID!, $item: ID!, $field: ID!, $option: String!) {
  updateProjectV2ItemFieldValue(input: { projectId: $project, itemId: $item, fieldId: $field,
    value: { singleSelectOptionId: $option } }) { clientMutationId } }`;
const DELETE = `mutation ($project: ID!, $item: ID!) {
  deleteProjectV2Item(input: { projectId: $project, itemId: $item }) { clientMutationId } }`;

const Added = z.object({ addProjectV2ItemById: z.object({ item: z.object({ id: z.string() }) }) });
const Status = z.object({
  node: z.object({
    field: z.object({ id: z.string(), options: z.array(z.object({ id: z.string(), name: z.string() })) }).nullable(),
  }),
});
const NodeId = z.object({ node_id: z.string() });

/** Adding what is there already answers the same item, so each step may be repeated. */
export const project = (effect: Extract<Effect, { kind: "project" }>, x: Execution): Promise<Done> =>
  withAftermath(effect, async () => {
    const { owner, repo, number, client } = x;
    const call = "GET /repos/{owner}/{repo}/issues/{issue_number}";
    const { data } = await client.request(call, { owner, repo, issue_number: number });
    const content = NodeId.parse(data).node_id;
    const where = effect.projectId;
    const added = Added.parse(await client.graphql(ADD, { project: where, content }));
    const item = added.addProjectV2ItemById.item.id;
    if (effect.status === null) {
      await client.graphql(DELETE, { project: where, item });
      return "taken out of the project";
    }
    if (effect.status === "") return "in the project";
    const { field } = Status.parse(await client.graphql(FIELD, { project: where })).node;
    const wanted = effect.status.toLowerCase();
    const option = field?.options.find(({ name }) => name.toLowerCase() === wanted);
    if (!field || !option) return `in the project, which has no status ${effect.status}`;
    await client.graphql(SET, { project: where, item, field: field.id, option: option.id });
    return `in the project as ${option.name}`;
  });
