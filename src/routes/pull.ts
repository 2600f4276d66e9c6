/** A pull request's page, and the simulation: what would happen if somebody said something there. */
import type { Context } from "hono";
import * as z from "zod";
import { PullPage } from "../../ui/pages/pull.tsx";
import { renderPage } from "../../ui/render.tsx";
import { settings } from "../env.ts";
import type { AppEnv } from "./app.ts";
import { createApp } from "./app.ts";
import { forViewer, sameOrigin, secured } from "./browser.ts";
import { explain, type Explained, ExplainRequest, type Explanation } from "./explain-data.ts";
import { pullOverview } from "./pull-data.ts";
import { broken, notFound, refused, surroundings } from "./surroundings.ts";
import { viewerOf } from "./viewer.ts";

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
