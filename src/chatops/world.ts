/** The read-only view of GitHub that plugins get (spec chatops 1.11, 5): each thing is asked for at most once per event. */
import type { RepoConfig } from "../config/model.ts";
import { type Env, settings } from "../env.ts";
import { GitHubError, type GitHubClient, githubClient } from "../github/index.ts";
import type { RepoRef } from "./events.ts";
import { parsePullRequest } from "./parse.ts";
import type { ChangedFile, CommitStatus, IssueComment, View } from "./plugin.ts";
import { ownersAt } from "./world-owners.ts";

export interface ViewOf {
  readonly repository: RepoRef;
  readonly number: number;
  readonly config: RepoConfig;
  readonly guid: string;
  /** Milliseconds. */
  readonly now: number;
}

/** GitHub lists no more of a pull request. */
const MOST_FILES = 3_000;

interface FileAnswer {
  readonly filename: string;
  readonly status: string;
  readonly additions: number;
  readonly deletions: number;
  readonly changes: number;
  readonly previous_filename?: string;
}
interface CommentAnswer {
  readonly id: number;
  readonly body?: string | null;
  readonly user: { readonly login: string } | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Remembers promises by name, so that two handlers that ask share one call. */
function once(): <T>(key: string, ask: () => Promise<T>) => Promise<T> {
  const asked = new Map<string, Promise<unknown>>();
  return <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = asked.get(key);
    if (known) return known as Promise<T>;
    const answer = ask();
    asked.set(key, answer);
    return answer;
  };
}

const isStatus = (error: unknown, status: number): boolean => error instanceof GitHubError && error.status === status;

/** What an endpoint answers with 204 or 404. Anything else is an error, a redirect too. */
async function yesOrNo(
  client: GitHubClient,
  route: string,
  params: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  try {
    return (await client.request(route, params)).status === 204;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

/** Creates the view of one event. */
export function createView(env: Env, { repository, number, config, guid, now }: ViewOf): View {
  const { owner, repo } = repository;
  const here = { owner, repo };
  const client = githubClient(env, { owner, repo, delivery: guid, consumer: "plugins" });
  const ask = once();
  const list = <T>(
    key: string,
    route: string,
    params: Readonly<Record<string, unknown>>,
    limit?: number,
  ): Promise<T[]> => ask(key, () => client.paginate<T>(route, params, limit === undefined ? {} : { limit }));

  const teamIsActive = async (org: string, slug: string, login: string): Promise<boolean> => {
    try {
      const { data } = await client.request<{ state: string }>(
        "GET /orgs/{org}/teams/{team_slug}/memberships/{username}",
        { org, team_slug: slug, username: login },
      );
      return data.state === "active";
    } catch (error) {
      if (isStatus(error, 404)) return false;
      throw error;
    }
  };

  const view: View = {
    repository,
    number,
    config,
    guid,
    now,
    publicUrl: settings(env).PUBLIC_URL,
    botLogin: () => ask("bot", () => client.botLogin()),
    pullRequest: () =>
      ask("pull", async () =>
        parsePullRequest(
          (await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...here, pull_number: number }))
            .data,
        ),
      ),
    async labels() {
      const labels = await list<{ name: string }>("labels", "GET /repos/{owner}/{repo}/issues/{issue_number}/labels", {
        ...here,
        issue_number: number,
      });
      return labels.map((label) => label.name);
    },
    async repoLabels() {
      return (await list<{ name: string }>("repo labels", "GET /repos/{owner}/{repo}/labels", here)).map(
        (label) => label.name,
      );
    },
    async files(): Promise<readonly ChangedFile[]> {
      const files = await list<FileAnswer>(
        "files",
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
        { ...here, pull_number: number },
        MOST_FILES,
      );
      return files.map(({ previous_filename, ...file }) => ({ ...file, previousFilename: previous_filename ?? null }));
    },
    async statuses(sha): Promise<readonly CommitStatus[]> {
      const statuses = await list<{ context: string; state: string; description: string | null }>(
        `statuses ${sha}`,
        "GET /repos/{owner}/{repo}/commits/{ref}/status",
        { ...here, ref: sha },
      );
      return statuses.map(({ context, state, description }) => ({ context, state, description: description ?? "" }));
    },
    branchSha: (branch) =>
      ask(
        `branch ${branch}`,
        async () =>
          (
            await client.request<{ object: { sha: string } }>("GET /repos/{owner}/{repo}/git/ref/{ref}", {
              ...here,
              ref: `heads/${branch}`,
            })
          ).data.object.sha,
      ),
    treeSha: (commit) =>
      ask(
        `tree ${commit}`,
        async () =>
          (
            await client.request<{ tree: { sha: string } }>("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
              ...here,
              commit_sha: commit,
            })
          ).data.tree.sha,
      ),
    async comments(): Promise<readonly IssueComment[]> {
      const comments = await list<CommentAnswer>(
        "comments",
        "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
        { ...here, issue_number: number },
      );
      return comments.map((one) => ({
        id: one.id,
        author: one.user?.login ?? "ghost",
        body: one.body ?? "",
        createdAt: one.created_at,
        updatedAt: one.updated_at,
      }));
    },
    isMember: (org, login) =>
      org.toLowerCase() === login.toLowerCase()
        ? Promise.resolve(true)
        : ask(`member ${org} ${login}`.toLowerCase(), () =>
            yesOrNo(client, "GET /orgs/{org}/members/{username}", { org, username: login }),
          ),
    isCollaborator: (login) =>
      ask(`collaborator ${login}`.toLowerCase(), () =>
        yesOrNo(client, "GET /repos/{owner}/{repo}/collaborators/{username}", { ...here, username: login }),
      ),
    isTeamMember: (org, slug, login) =>
      ask(`team ${org} ${slug} ${login}`.toLowerCase(), () => teamIsActive(org, slug, login)),
    async isMemberOfTeamNamed(org, name, login) {
      const teams = await list<{ name: string; slug: string }>(`teams ${org}`, "GET /orgs/{org}/teams", { org });
      const team = teams.find((one) => one.name === name);
      return team ? view.isTeamMember(org, team.slug, login) : false;
    },
    mergedPullRequests: (org, author) =>
      ask(`merged ${org} ${author}`, async () => {
        const q = `type:pr is:merged org:${org} author:${author}`;
        return (await client.request<{ total_count: number }>("GET /search/issues", { q, per_page: 1 })).data
          .total_count;
      }),
    fileAt: (path, ref) =>
      ask(`file ${ref} ${path}`, async () => {
        try {
          const { data } = await client.request<{ content?: string; encoding?: string }>(
            "GET /repos/{owner}/{repo}/contents/{path}",
            { ...here, path, ref },
          );
          return data.encoding === "base64" && data.content !== undefined ? fromBase64(data.content) : null;
        } catch (error) {
          if (isStatus(error, 404)) return null;
          throw error;
        }
      }),
    owners: (sha) => ask(`owners ${sha}`, () => ownersAt(client, here, sha, config.owners)),
  };
  return view;
}

/** UTF-8 text of GitHub's base64, line breaks and all. */
function fromBase64(content: string): string {
  const bytes = Uint8Array.from(atob(content.replace(/\s/g, "")), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
