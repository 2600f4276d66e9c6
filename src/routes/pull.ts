/** A pull request's page, and the simulation: what would happen if somebody said something there. */
import type { Context } from "hono";
import * as z from "zod";
import { PullPage } from "../../ui/pages/pull.tsx";
import { PullsPage } from "../../ui/pages/pulls.tsx";
import { pullHref } from "../../ui/parts/links.tsx";
import { renderPage } from "../../ui/render.tsx";
import { settings } from "../env.ts";
import { listJobs } from "../store/job-list.ts";
import type { AppEnv } from "./app.ts";
import { createApp } from "./app.ts";
import { forViewer, sameOrigin, secured } from "./browser.ts";
import { explain, type Explained, ExplainRequest, type Explanation } from "./explain-data.ts";
import { jobQuery, nextHref, queryText } from "./list-query.ts";
import { pullOverview } from "./pull-data.ts";
import { pullRows } from "./pull-list-data.ts";
import { broken, notFound, refused, surroundings } from "./surroundings.ts";
import { sightOf, viewerOf } from "./viewer.ts";

export const pull = createApp();

for (const path of ["/pr/*", "/api/explain"]) pull.use(path, secured, forViewer, sameOrigin);

const problemOf = (error: z.ZodError): string =>
  `${error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; ")}.`;

/** The answer to everything but an explanation. */
function otherwise(c: Context<AppEnv>, explained: Exclude<Explained, { kind: "explained" }>): Promise<Response> {
  if (explained.kind === "not-found") return notFound(c);
  const { status, code, title, text } = explained;
  return refused(c, status, code, title, text);
}

/** JSON `{ repo, number, comment, as? }` to runs and effects, with nothing done. */
pull.post("/api/explain", async (c) => {
  const body: unknown = await c.req.json().catch(() => null);
  const request = ExplainRequest.safeParse(body);
  if (!request.success) return refused(c, 400, "bad-request", "That cannot be read", problemOf(request.error));
  const explained = await explain(c.env, await viewerOf(c), request.data);
  return explained.kind === "explained" ? c.json(explained.explanation) : otherwise(c, explained);
});

const Place = z.object({
  org: z.string().regex(/^[\w.-]{1,100}$/),
  repo: z.string().regex(/^[\w.-]{1,100}$/),
  number: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number),
});

type Place = z.infer<typeof Place>;

async function page(c: Context<AppEnv>, { org, repo, number }: Place, explanation: Explanation | null) {
  const viewer = await viewerOf(c);
  const known = await pullOverview(c.env, viewer, org, repo, number);
  if (known === null) return notFound(c);
  const mayAsk = viewer.kind !== "anonymous";
  const props = { ...known, org, repo, number, explanation, mayAsk, mayTryOn: viewer.kind === "admin" };
  const github = settings(c.env).GITHUB_URL;
  return c.html(renderPage(PullPage, { ...(await surroundings(c)), ...props, github, now: Date.now() }));
}

/** Jobs whose pull requests one page shows. */
const JOBS = 300;

/** `?repo=&author=`: pull requests with jobs of late. With `&pull=` too, the one's own page. */
pull.get("/pr", async (c) => {
  const asked = c.req.query();
  const query = jobQuery(asked);
  if (query.ok && query.filter.repo && query.filter.pull)
    return c.redirect(pullHref(query.filter.org ?? "", query.filter.repo, query.filter.pull), 302);
  const sight = await sightOf(c.env, await viewerOf(c));
  const page = query.ok
    ? await listJobs(c.env.DB, sight, { ...query.filter, type: "presubmit" }, query.before, JOBS)
    : { rows: [], next: null };
  const props = {
    ...(await surroundings(c)),
    rows: pullRows(page.rows),
    filter: queryText(asked, ["repo", "pull", "author"]),
    problem: query.ok ? null : query.problem,
    next: nextHref("/pr", asked, page.next),
    newest: asked["before"] === undefined,
    github: settings(c.env).GITHUB_URL,
    now: Date.now(),
  };
  return c.html(renderPage(PullsPage, props), query.ok ? 200 : 400);
});

pull.get("/pr/:org/:repo/:number", async (c) => {
  const place = Place.safeParse(c.req.param());
  return place.success ? page(c, place.data, null) : notFound(c);
});

/** The page's form: the same page with its answer. */
pull.post("/pr/:org/:repo/:number", async (c) => {
  const place = Place.safeParse(c.req.param());
  if (!place.success) return notFound(c);
  const { org, repo, number } = place.data;
  const form = await c.req.parseBody();
  const request = ExplainRequest.safeParse({
    repo: `${org}/${repo}`,
    number,
    comment: form["comment"],
    as: form["as"],
  });
  if (!request.success) return refused(c, 400, "bad-request", "That cannot be read", problemOf(request.error));
  const explained = await explain(c.env, await viewerOf(c), request.data);
  return explained.kind === "explained" ? page(c, place.data, explained.explanation) : otherwise(c, explained);
});

pull.onError((error, c) => broken(c, error));
