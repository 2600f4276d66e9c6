/** Things by their global ids, as far as the caller may see them. */
import type { Call } from "../http/call.ts";
import { nodeId } from "../shape/ids.ts";
import { issueNodeId } from "../shape/issue.ts";
import type { Comment, Issue, Project, Repo } from "../state/model.ts";
import { Refusal } from "./error.ts";

const seen = (call: Call): Repo[] => Object.values(call.world.state.repos).filter((repo) => call.sees(repo));

export const repoNodeId = (repo: Repo): string => nodeId("R", repo.id);
export const projectNodeId = (project: Project): string => nodeId("PVT", project.id);

export function repoById(call: Call, id: string): Repo {
  const repo = seen(call).find((one) => repoNodeId(one) === id);
  if (!repo) throw Refusal.noNode(id);
  return repo;
}

/** An issue or a pull request. */
export function issueById(call: Call, id: string): { repo: Repo; issue: Issue } {
  for (const repo of seen(call)) {
    const issue = Object.values(repo.issues).find((one) => issueNodeId(one) === id);
    if (issue) return { repo, issue };
  }
  throw Refusal.noNode(id);
}

export function commentById(call: Call, id: string): { repo: Repo; issue: Issue; comment: Comment } {
  for (const repo of seen(call))
    for (const issue of Object.values(repo.issues)) {
      const comment = issue.comments.find((one) => nodeId("IC", one.id) === id);
      if (comment) return { repo, issue, comment };
    }
  throw Refusal.noNode(id);
}

export function projectById(call: Call, id: string): Project {
  const project = call.world.state.projects.find((one) => projectNodeId(one) === id);
  if (!project) throw Refusal.noNode(id);
  return project;
}
