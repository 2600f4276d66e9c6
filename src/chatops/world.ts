/** The read-only view of GitHub that plugins get (spec chatops 1.11, 5): each thing is asked for at most once per event. */
import { bringsJobs } from "../config/in-repo.ts";
import type { RepoConfig } from "../config/model.ts";
import { type Env, settings } from "../env.ts";
import { githubClient } from "../github/index.ts";
import type { RepoRef } from "./events.ts";
import { once, orNull, yesOrNo } from "./once.ts";
import { readOutside } from "./outside.ts";
import { parsePullRequest } from "./parse.ts";
import type { View } from "./plugin.ts";
import { fromBase64 } from "./base64.ts";
import { repoJobs } from "./world-jobs.ts";
import { reads } from "./world-reads.ts";
import { ownersAt } from "./world-owners.ts";

export interface ViewOf {
  readonly repository: RepoRef;
  /** 0 for a push. */
  readonly number: number;
  readonly config: RepoConfig;
  readonly guid: string;
  /** Milliseconds. */
  readonly now: number;
}

/** GitHub lists no more files of a pull request, 100 a page. */
const FILE_PAGES = 30;
const PAGE = 100;

/** Creates the view of one event. Nothing is asked before a plugin does. */
export function createView(env: Env, { repository, number, config, guid, now }: ViewOf): View {
  const { owner, repo } = repository;
  const here = { owner, repo };
  const issue = { ...here, issue_number: number, per_page: PAGE };
  const pull = { ...here, pull_number: number };
  const client = githubClient(env, { owner, repo, delivery: guid, consumer: "plugins" });
  const { request, paginate } = client;
  const lower = (login: string): string => login.toLowerCase();

  const member = once((org: string, login: string) =>
    yesOrNo(request("GET /orgs/{org}/members/{username}", { org: org, username: login })),
  );
  const collaborator = once((login: string) =>
    yesOrNo(request("GET /repos/{owner}/{repo}/collaborators/{username}", { ...here, username: login })),
  );
  const teamMember = once(async (org: string, slug: string, login: string) => {
    const found = await orNull(
      request("GET /orgs/{org}/teams/{team_slug}/memberships/{username}", {
        org: org,
        team_slug: slug,
        username: login,
      }),
    );
    return found?.data.state === "active";
  });
  const teams = once((org: string) => paginate("GET /orgs/{org}/teams", { org: org, per_page: PAGE }));

  const changed = once(async () => {
    let pages = 0;
    return await paginate(
      "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
      { ...pull, per_page: PAGE },
      (page, done) => {
        pages += 1;
        if (pages >= FILE_PAGES) done();
        return page.data;
      },
    );
  });
  const pullRequest = once(async () =>
    parsePullRequest((await request("GET /repos/{owner}/{repo}/pulls/{pull_number}", pull)).data),
  );
  const branchSha = once(async (branch: string) => {
    const { data } = await request("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...here, ref: `heads/${branch}` });
    return data.object.sha;
  });
  const jobs = once(async () => {
    if (!bringsJobs(config)) return repoJobs(env, client, here, config, null);
    const { base, head } = await pullRequest();
    const at = { baseSha: await branchSha(base.ref), head: { sha: head.sha, number } };
    return repoJobs(env, client, here, config, at);
  });
  const patches = once(async () => new Map((await changed()).map(({ filename, patch }) => [filename, patch ?? null])));

  return {
    ...reads({ client, repository, number, patches, outside: (request) => readOutside(env, request) }),
    repository,
    number,
    config,
    guid,
    now,
    publicUrl: settings(env).PUBLIC_URL,
    botLogin: once(() => client.botLogin()),
    pullRequest,
    jobs,
    jobsAt: once((sha: string) => repoJobs(env, client, here, config, { baseSha: sha, head: null })),
    labels: once(async () => {
      const labels = await paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/labels", issue);
      return labels.map((label) => label.name);
    }),
    repoLabels: once(async () => {
      const labels = await paginate("GET /repos/{owner}/{repo}/labels", { ...here, per_page: PAGE });
      return labels.map((label) => label.name);
    }),
    files: once(async () =>
      (await changed()).map(({ filename, status, additions, deletions, changes, previous_filename }) => {
        const previousFilename = previous_filename ?? null;
        return { filename, status, additions, deletions, changes, previousFilename };
      }),
    ),
    statuses: once(async (sha: string) => {
      const combined = await paginate(
        "GET /repos/{owner}/{repo}/commits/{ref}/status",
        { ...here, ref: sha, per_page: PAGE },
        ({ data }) => data.statuses ?? [],
      );
      return combined.map(({ context, state, description, target_url }) => {
        const targetUrl = target_url ?? "";
        return { context, state, description: description ?? "", targetUrl };
      });
    }),
    branchSha,
    treeSha: once(async (commit: string) => {
      const { data } = await request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
        ...here,
        commit_sha: commit,
      });
      return data.tree.sha;
    }),
    comments: once(async () => {
      const comments = await paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", issue);
      return comments.map(({ id, user, body, created_at: createdAt, updated_at: updatedAt }) => {
        return { id: Number(id), author: user?.login ?? "ghost", body: body ?? "", createdAt, updatedAt };
      });
    }),
    isMember: async (org, login) => lower(org) === lower(login) || (await member(lower(org), lower(login))),
    isCollaborator: (login) => collaborator(lower(login)),
    isTeamMember: (org, slug, login) => teamMember(lower(org), lower(slug), lower(login)),
    isMemberOfTeamNamed: async (org, name, login) => {
      const team = (await teams(lower(org))).find((one) => one.name === name);
      return team ? await teamMember(lower(org), team.slug, lower(login)) : false;
    },
    mergedPullRequests: once(async (org: string, author: string) => {
      const q = `type:pr is:merged org:${org} author:${author}`;
      return (await request("GET /search/issues", { q, per_page: 1 })).data.total_count;
    }),
    fileAt: once(async (path: string, ref: string) => {
      const found = await orNull(
        request("GET /repos/{owner}/{repo}/contents/{path}", { ...here, path: path, ref: ref }),
      );
      if (found === null) return null;
      const { data } = found;
      return "content" in data && typeof data.content === "string" ? fromBase64(data.content) : null;
    }),
    owners: once((sha: string) => ownersAt(client, here, sha, config.owners)),
  };
}
