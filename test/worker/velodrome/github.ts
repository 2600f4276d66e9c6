/** A GitHub that answers the fetcher's lists from a few arrays, with pages, entity tags, and whatever goes wrong. */
import { API } from "../github/harness.ts";
import { vi } from "vitest";

export const START = Date.UTC(2026, 0, 1) / 1000;
export const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

export interface FakeIssue {
  number: number;
  is_pr: boolean;
  title: string;
  labels: string[];
  created: number;
  updated: number;
}
export interface FakeComment {
  id: number;
  issue: number;
  body: string;
  review: boolean;
  at: number;
  updated: number;
}
export interface FakeEvent {
  id: number;
  issue: number;
  event: string;
  label: string | null;
  at: number;
}
export interface FakeReview {
  id: number;
  issue: number;
  state: string;
  at: number;
}

export interface FakeRepo {
  /** `org/repo`. */
  name: string;
  issues: FakeIssue[];
  comments: FakeComment[];
  events: FakeEvent[];
  reviews: FakeReview[];
  /** Pages of the events of all issues beyond which GitHub does not go. */
  eventPages: number;
  /** What GraphQL says of its budget. */
  points: { limit: number; remaining: number; resetAt: string } | null;
}

export function fakeRepo(name: string, size: number): FakeRepo {
  const numbers = Array.from({ length: size }, (_, index) => index + 1);
  return {
    name,
    eventPages: Number.MAX_SAFE_INTEGER,
    points: null,
    issues: numbers.map((number) => ({
      number,
      is_pr: number % 2 === 0,
      title: `change ${number}`,
      labels: ["kind/bug"],
      created: START + number,
      // Every fifth hundred shares one second, as after a mass relabel.
      updated: START + size + (number % 5 === 0 ? 0 : number),
    })),
    comments: numbers.flatMap((number) =>
      [false, number % 2 === 0].map((review, at) => ({
        id: 10 * number + (review ? 0 : at),
        issue: number,
        body: `comment é ${number}`,
        review,
        at: START + 2 * number,
        updated: START + 2 * number,
      })),
    ),
    events: numbers.flatMap((number) =>
      ["labeled", "closed"].map((event, at) => ({
        id: 2 * number + at,
        issue: number,
        event,
        label: event === "labeled" ? "kind/bug" : null,
        at: START + 3 * number,
      })),
    ),
    reviews: numbers
      .filter((number) => number % 2 === 0)
      .map((number) => ({ id: number, issue: number, state: "APPROVED", at: START + number })),
  };
}

export type Fault = (path: string, nth: number) => Response | "drop" | null;

export interface FakeGitHub {
  readonly asked: { readonly path: string; readonly status: number }[];
  fault: Fault;
}

/** Puts itself in the place of the network. */
export function fakeGitHub(repos: readonly FakeRepo[]): FakeGitHub {
  const self: FakeGitHub = { asked: [], fault: () => null };
  vi.stubGlobal("fetch", async (input: string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const path = request.url.slice(API.length);
    const fault = self.fault(path, self.asked.length);
    const answer = fault ?? (await answerTo(repos, request));
    self.asked.push({ path, status: answer === "drop" ? 0 : answer.status });
    if (answer === "drop") throw new TypeError("network");
    return answer;
  });
  return self;
}

const Lists: Readonly<Record<string, (repo: FakeRepo, url: URL) => readonly object[] | Response>> = {
  issues: (repo, url) => {
    const by = url.searchParams.get("sort") === "created" ? "created" : "updated";
    const all = repo.issues.filter(({ updated }) => iso(updated) >= (url.searchParams.get("since") ?? ""));
    return all.toSorted((a, b) => a[by] - b[by] || a.number - b.number).map((one) => issueOf(repo, one));
  },
  "issues/comments": (repo, url) => commentsOf(repo, url, false),
  "pulls/comments": (repo, url) => commentsOf(repo, url, true),
  "issues/events": (repo, url) =>
    Number(url.searchParams.get("page") ?? 1) > repo.eventPages
      ? Response.json({ message: "In order to keep the API fast, pagination is limited" }, { status: 422 })
      : repo.events.toSorted((a, b) => b.id - a.id).map(eventOf),
};

async function answerTo(repos: readonly FakeRepo[], request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname === "/graphql") return graphql(repos, JSON.parse(await request.text()));
  const [, owner = "", name = "", rest = ""] = /^\/repos\/([^/]+)\/([^/]+)\/(.*)$/.exec(url.pathname) ?? [];
  const repo = repos.find((one) => one.name === `${owner}/${name}`);
  if (!repo) return missing();
  const single = /^issues\/(\d+)(\/events)?$/.exec(rest);
  if (single) {
    const issue = repo.issues.find(({ number }) => number === Number(single[1]));
    if (!issue) return missing();
    if (single[2] === undefined) return Response.json(issueOf(repo, issue));
    return page(url, request, repo.events.filter((one) => one.issue === issue.number).map(eventOf));
  }
  const conversation = Number(/^issues\/(\d+)\/comments$/.exec(rest)?.[1]);
  if (conversation) {
    const said = repo.comments.filter((one) => one.issue === conversation);
    return page(url, request, commentsOf({ ...repo, comments: said }, url, false));
  }
  const reviewed = Number(/^pulls\/(\d+)\/reviews$/.exec(rest)?.[1]);
  if (reviewed) return page(url, request, reviewsOf(repo, reviewed));
  const listed = Lists[rest]?.(repo, url) ?? missing();
  return listed instanceof Response ? listed : page(url, request, listed);
}

const missing = (): Response => Response.json({ message: "Not Found" }, { status: 404 });

function page(url: URL, request: Request, all: readonly object[]): Response {
  const size = Number(url.searchParams.get("per_page") ?? 30);
  const at = Number(url.searchParams.get("page") ?? 1);
  const text = JSON.stringify(all.slice((at - 1) * size, at * size));
  let hash = 5381;
  for (const character of text) hash = ((hash * 33) ^ character.charCodeAt(0)) >>> 0;
  const headers = { etag: `"${hash}-${text.length}"`, "content-type": "application/json" };
  if (request.headers.get("if-none-match") === headers.etag) return new Response(null, { status: 304, headers });
  return new Response(text, { headers });
}

const user = { login: "ada" };

export function issueOf(repo: FakeRepo, one: FakeIssue): object {
  return {
    number: one.number,
    user,
    title: one.title,
    state: "open",
    labels: one.labels.map((name) => ({ name })),
    assignees: [],
    milestone: null,
    comments: repo.comments.filter((comment) => comment.issue === one.number && !comment.review).length,
    created_at: iso(one.created),
    updated_at: iso(one.updated),
    closed_at: null,
    repository_url: `${API}/repos/${repo.name}`,
    ...(one.is_pr ? { pull_request: { url: "x" } } : {}),
  };
}

function commentsOf(repo: FakeRepo, url: URL, review: boolean): readonly object[] {
  const since = url.searchParams.get("since") ?? "";
  return repo.comments
    .filter((one) => one.review === review && iso(one.updated) >= since)
    .toSorted((a, b) => a.updated - b.updated || a.id - b.id)
    .map(({ id, issue, body, at, updated }) => ({
      id,
      user: null,
      body,
      created_at: iso(at),
      updated_at: iso(updated),
      [review ? "pull_request_url" : "issue_url"]: `${API}/repos/${repo.name}/${review ? "pulls" : "issues"}/${issue}`,
    }));
}

const eventOf = ({ id, issue, event, label, at }: FakeEvent): object => ({
  id,
  event,
  actor: user,
  created_at: iso(at),
  issue: { number: issue },
  ...(label === null ? {} : { label: { name: label } }),
});

const reviewsOf = (repo: FakeRepo, number: number): readonly object[] =>
  repo.reviews
    .filter(({ issue }) => issue === number)
    .map(({ id, state, at }) => ({ id, state, submitted_at: iso(at), user: { login: "ben" }, commit_id: "h" }));

interface Asked {
  readonly query: string;
  readonly variables: { readonly owner: string; readonly name: string; readonly after: string | null };
}

function graphql(repos: readonly FakeRepo[], { query, variables: { owner, name, after } }: Asked): Response {
  const repo = repos.find((one) => one.name === `${owner}/${name}`);
  const size = Number(/pullRequests\(first: (\d+)/.exec(query)?.[1]);
  if (!repo) return Response.json({ errors: [{ message: "no such repository", type: "NOT_FOUND" }] });
  const most = Number(/reviews\(first: (\d+)/.exec(query)?.[1]);
  const all = repo.issues.filter((one) => one.is_pr).toSorted((a, b) => b.updated - a.updated || b.number - a.number);
  const from = Number(after ?? 0);
  const nodes = all.slice(from, from + size).map(({ number, updated }) => {
    const reviews = repo.reviews.filter(({ issue }) => issue === number);
    return {
      number,
      updatedAt: iso(updated),
      isDraft: false,
      baseRefName: "main",
      baseRefOid: "b",
      headRefName: "c",
      headRefOid: "h",
      mergedAt: iso(updated),
      mergedBy: {
        __typename: "Bot",
        login: "cutter",
      },
      mergeCommit: { oid: "m" },
      additions: 1,
      deletions: 2,
      changedFiles: 3,
      commits: { totalCount: 4 },
      reviews: {
        totalCount: reviews.length,
        nodes: reviews.slice(0, most).map(({ id, state, at }) => ({
          databaseId: id,
          state,
          submittedAt: iso(at),
          commit: { oid: "h" },
          author: {
            __typename: "User",
            login: "ben",
          },
        })),
      },
    };
  });
  const end = from + nodes.length;
  const pageInfo = { hasNextPage: end < all.length, endCursor: String(end) };
  return Response.json({ data: { rateLimit: repo.points, repository: { pullRequests: { pageInfo, nodes } } } });
}
