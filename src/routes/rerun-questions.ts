/** Asks GitHub, with the viewer's own token, what `mayRerun` wants to know. */
import * as z from "zod";
import type { Env } from "../env.ts";
import type { RerunQuestions } from "../jobs/rerun-auth.ts";
import type { JobView } from "../jobs/view.ts";
import { askGitHub, GitHubUnavailable } from "./viewer-github.ts";

const Membership = z.object({ state: z.string() });
const Issue = z.object({ labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])) });

/** Rejects with {@link GitHubUnavailable} when GitHub does not answer: that is neither yes nor no. */
export function rerunQuestions(env: Env, token: string, login: string, job: JobView): RerunQuestions {
  const part = encodeURIComponent;
  const repository = `/repos/${part(job.org)}/${part(job.repo)}`;
  /** Whether GitHub answers 204; redirects (to public memberships) are followed. */
  const holds = async (path: string): Promise<boolean> => (await askGitHub(env, token, path)).status === 204;
  const isActive = async (path: string): Promise<boolean> => {
    const answer = await askGitHub(env, token, path);
    return answer.ok && Membership.parse(await answer.json()).state === "active";
  };
  return {
    isMember: (org, who) => holds(`/orgs/${part(org)}/members/${part(who)}`),
    isCollaborator: (who) => holds(`${repository}/collaborators/${part(who)}`),
    isInTeamId: (id) => isActive(`/teams/${id}/memberships/${part(login)}`),
    isInTeam: (org, slug) => isActive(`/orgs/${part(org)}/teams/${part(slug)}/memberships/${part(login)}`),
    async labels() {
      const answer = await askGitHub(env, token, `${repository}/issues/${job.pull ?? 0}`);
      if (!answer.ok) throw new GitHubUnavailable(`GitHub answered ${answer.status} about the pull request`);
      const { labels } = Issue.parse(await answer.json());
      return labels.map((label) => (typeof label === "string" ? label : (label.name ?? "")));
    },
  };
}
