/** The wider reads of a view (`reads.ts`), each asked of GitHub at most once per event. */
import type { JsonObject } from "../config/model.ts";
import type { GitHubClient } from "../github/index.ts";
import type { RepoRef } from "./events.ts";
import { once, orNull, yesOrNo } from "./once.ts";
import { parseIssue, parsePullRequest, reviewState } from "./parse.ts";
import type { CheckRun, Outside, OutsideRequest, Reads, Review } from "./reads.ts";

const PAGE = 100;

export interface ReadsOf {
  readonly client: GitHubClient;
  readonly repository: RepoRef;
  readonly number: number;
  /** Diffs of the changed files, from the same answer as the files themselves. */
  readonly patches: () => Promise<ReadonlyMap<string, string | null>>;
  readonly outside: (request: OutsideRequest) => Promise<Outside>;
}

export function reads({ client, repository, number, patches, outside }: ReadsOf): Reads {
  const here = { owner: repository.owner, repo: repository.repo };
  const pull = { ...here, pull_number: number, per_page: PAGE };
  const { request, paginate } = client;

  const issueOf = once(async (owner: string, repo: string, text: string) => {
    const found = await orNull(
      request("GET /repos/{owner}/{repo}/issues/{issue_number}", { owner, repo, issue_number: Number(text) }),
    );
    return found === null ? null : parseIssue(found.data);
  });

  const namesOf = once(async (kind: string, prefix: string) => {
    const call = "GET /repos/{owner}/{repo}/git/matching-refs/{ref}";
    const { data } = await request(call, { ...here, ref: `${kind}/${prefix}` });
    return data.map(({ ref }) => ref.slice(`refs/${kind}/`.length));
  });

  return {
    issue: async () => {
      const issue = await issueOf(here.owner, here.repo, String(number));
      if (issue === null) throw new Error(`There is no issue ${here.owner}/${here.repo}#${number}.`);
      return issue;
    },
    issueOf: (owner, repo, other) => issueOf(owner, repo, String(other)),
    pullRequestOf: async (other) => {
      const found = await orNull(
        request("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...here, pull_number: other }),
      );
      return found === null ? null : parsePullRequest(found.data);
    },
    commits: once(async () => {
      const commits = await paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", pull);
      return commits.map(({ sha, commit, parents, author }) => ({
        sha,
        message: commit.message,
        treeSha: commit.tree.sha,
        parents: parents.map((parent) => parent.sha),
        author:
          author && "login" in author && author.login
            ? { login: author.login, type: author.type === "Bot" ? ("Bot" as const) : ("User" as const) }
            : null,
      }));
    }),
    reviews: once(async () => {
      const reviews = await paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", pull);
      return reviews.map((review): Review => {
        return {
          id: Number(review.id),
          author: { login: review.user?.login ?? "ghost", type: review.user?.type === "Bot" ? "Bot" : "User" },
          state: reviewState(review.state),
          body: (review.body ?? "").replaceAll("\r\n", "\n"),
          htmlUrl: review.html_url,
          submittedAt: review.submitted_at ?? "",
        };
      });
    }),
    reviewComments: once(async () => {
      const comments = await paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", pull);
      return comments.map((comment) => ({
        id: Number(comment.id),
        author: comment.user?.login ?? "ghost",
        body: comment.body.replaceAll("\r\n", "\n"),
        path: comment.path,
        line: comment.line ?? null,
        htmlUrl: comment.html_url,
        createdAt: comment.created_at,
      }));
    }),
    issueEvents: once(async () => {
      const events = await paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/events", {
        ...here,
        issue_number: number,
        per_page: PAGE,
      });
      return events.map((event) => ({
        event: event.event ?? "",
        actor: event.actor?.login ?? "",
        label: "label" in event ? (event.label?.name ?? "") : "",
        createdAt: event.created_at ?? "",
      }));
    }),
    milestones: once(async () => {
      const open = await paginate("GET /repos/{owner}/{repo}/milestones", { ...here, state: "open", per_page: PAGE });
      return open.map((milestone) => ({ number: milestone.number, title: milestone.title }));
    }),
    teamMembers: once(async (org: string, slug: string) => {
      const members = await paginate("GET /orgs/{org}/teams/{team_slug}/members", {
        org,
        team_slug: slug,
        per_page: PAGE,
      });
      return members.map(({ login }) => login);
    }),
    teamMembersById: async (id) => {
      const members = await paginate("GET /teams/{team_id}/members", { team_id: id, per_page: PAGE });
      return members.map(({ login }) => login);
    },
    permission: once(async (login: string) => {
      const found = await orNull(
        request("GET /repos/{owner}/{repo}/collaborators/{username}/permission", { ...here, username: login }),
      );
      return found?.data.permission ?? "none";
    }),
    checkRuns: once(async (sha: string) => {
      const runs = await paginate("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
        ...here,
        ref: sha,
        filter: "latest",
        per_page: PAGE,
      });
      return runs.map(
        (run): CheckRun => ({
          name: run.name,
          status: run.status,
          conclusion: run.conclusion ?? null,
          detailsUrl: run.details_url ?? "",
        }),
      );
    }),
    requiredContexts: once(async (branch: string) => {
      const found = await orNull(
        request("GET /repos/{owner}/{repo}/branches/{branch}/protection", { ...here, branch }),
      );
      return found === null ? null : (found.data.required_status_checks?.contexts ?? []);
    }),
    repositoryExists: once((owner: string, repo: string) =>
      yesOrNo(request("GET /repos/{owner}/{repo}", { owner, repo })),
    ),
    search: once(async (query: string) => {
      const { data } = await request("GET /search/issues", { q: query, per_page: PAGE });
      return data.items.map((item) => ({ number: item.number, isPullRequest: item.pull_request !== undefined }));
    }),
    openPulls: once(async () => {
      const open = await paginate("GET /repos/{owner}/{repo}/pulls", { ...here, state: "open", per_page: PAGE });
      return open.map(({ number, base }) => ({ number, base: base.ref }));
    }),
    branches: (prefix) => namesOf("heads", prefix),
    tags: (prefix) => namesOf("tags", prefix),
    patchOf: async (filename) => (await patches()).get(filename) ?? null,
    mergeBase: once(async (base: string, head: string) => {
      const basehead = `${base}...${head}`;
      const found = await orNull(
        request("GET /repos/{owner}/{repo}/compare/{basehead}", { ...here, basehead, per_page: 1 }),
      );
      return found?.data.merge_base_commit?.sha ?? null;
    }),
    graphql: async (query: string, variables: JsonObject) => await client.graphql(query, variables),
    outside,
  };
}
