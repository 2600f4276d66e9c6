/** The sandbox's own web pages: what a user sees of GitHub, without JavaScript and with a little. */
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { csrf } from "hono/csrf";
import { html } from "hono/html";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { permissionOf } from "../access.ts";
import { ApiError } from "../errors.ts";
import { changes, entryAt, patchText, readBlob, resolveCommit } from "../git/read.ts";
import { forkPoint } from "../rest/pulls.ts";
import type { Repo } from "../state/model.ts";
import { current } from "../verbs/pulls.ts";
import { isPull, type PullIssue, type World } from "../world.ts";
import { assets } from "./assets.ts";
import { commitPage, commitsPage, filesPage, pathPage } from "./code.ts";
import { COOKIE, accountOf, repoOf, viewerOf } from "./context.ts";
import { formRoutes } from "./forms.ts";
import { deliveriesPage, homePage, ownerPage } from "./home.ts";
import { layout, type Html } from "./layout.ts";
import { codePage, labelsPage, listPage, newPage } from "./repository.ts";
import { threadPage } from "./thread.ts";

/** The first changed file as it is on the head: what "push a commit" starts from. */
async function firstFile(world: World, repo: Repo, issue: PullIssue): Promise<{ path: string; text: string } | null> {
  const dir = world.gitDir(repo);
  const [first] = await changes(dir, await forkPoint(world, repo, issue), issue.pull.head.sha);
  const entry = first ? await entryAt(dir, issue.pull.head.sha, first.path) : null;
  const content = entry ? await readBlob(dir, entry.sha) : null;
  return first && content && !content.includes(0) && content.length < 65_536
    ? { path: first.path, text: content.toString() }
    : null;
}

function errorPage(
  world: World,
  context: Parameters<typeof viewerOf>[1],
  error: Error,
): { status: number; page: Html } {
  const known = error instanceof ApiError || error instanceof z.ZodError;
  const status = error instanceof ApiError ? error.status : known ? 422 : 500;
  const details =
    error instanceof ApiError
      ? (error.errors ?? []).map((one) =>
          typeof one === "string" ? one : (one.message ?? `${one.field}: ${one.code}`),
        )
      : [];
  const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
  const body = html`<section class="narrow card flash"><h1>${status === 404 ? "Not here" : "That did not work"}</h1><p>${status === 404 ? "There is nothing here, or the acting user may not see it." : message}</p>${details.map((one) => html`<p>${one}</p>`)}<p><a href="/">To the start</a></p></section>`;
  return { status, page: layout(world, viewerOf(world, context), String(status), body) };
}

function live(world: World, app: Hono): void {
  app.get("/_live", (context) => {
    const topic = context.req.query("topic") ?? "";
    const repo = world.mustRepo(topic.split("#")[0] ?? "");
    if (permissionOf(world, repo, accountOf(world, context).login) === null) throw ApiError.notFound();
    return streamSSE(context, async (stream) => {
      const gone = new Promise<void>((resolve) => stream.onAbort(resolve));
      const stop = world.watch(topic, () => void stream.writeSSE({ data: "changed" }));
      await stream.writeSSE({ event: "hello", data: topic });
      await gone;
      stop();
    });
  });
}

function repoRoutes(world: World, app: Hono): void {
  const pullOf = (repo: Repo, number: string): PullIssue => world.pull(repo, number);
  app.get("/:owner/:name", async (context) =>
    context.html(await codePage(world, viewerOf(world, context), repoOf(world, context))),
  );
  app.get("/:owner/:name/:kind{issues|pulls}", (context) => {
    const kind = context.req.param("kind") === "pulls" ? "pulls" : "issues";
    return context.html(
      listPage(world, viewerOf(world, context), repoOf(world, context), kind, context.req.query("state") ?? "open"),
    );
  });
  app.get("/:owner/:name/:kind{issues|pulls}/new", (context) => {
    const kind = context.req.param("kind") === "pulls" ? "pulls" : "issues";
    return context.html(newPage(world, viewerOf(world, context), repoOf(world, context), kind));
  });
  app.get("/:owner/:name/labels", (context) =>
    context.html(labelsPage(world, viewerOf(world, context), repoOf(world, context))),
  );
  app.get("/:owner/:name/pull/:file{[0-9]+\\.(diff|patch)}", async (context) => {
    const repo = repoOf(world, context);
    const [number = "", kind] = context.req.param("file").split(".");
    const issue = pullOf(repo, number);
    const from = await forkPoint(world, repo, issue);
    return context.text(
      await patchText(world.gitDir(repo), from, issue.pull.head.sha, kind === "diff" ? "diff" : "patch"),
    );
  });
  app.get("/:owner/:name/:kind{issues|pull}/:number{[0-9]+}", async (context) => {
    const repo = repoOf(world, context);
    const issue = world.issue(repo, context.req.param("number"));
    const right = issue.pull ? "pull" : "issues";
    if (context.req.param("kind") !== right)
      return context.redirect(`/${repo.owner}/${repo.name}/${right}/${issue.number}`);
    if (isPull(issue)) await current(world, repo, issue);
    const file = isPull(issue) && issue.state === "open" ? await firstFile(world, repo, issue) : null;
    return context.html(threadPage(world, viewerOf(world, context), repo, issue, file));
  });
  app.get("/:owner/:name/pull/:number/files", async (context) => {
    const repo = repoOf(world, context);
    return context.html(
      await filesPage(world, viewerOf(world, context), repo, pullOf(repo, context.req.param("number"))),
    );
  });
  app.get("/:owner/:name/pull/:number/commits", async (context) => {
    const repo = repoOf(world, context);
    return context.html(
      await commitsPage(world, viewerOf(world, context), repo, pullOf(repo, context.req.param("number"))),
    );
  });
  app.get("/:owner/:name/commit/:sha", async (context) =>
    context.html(await commitPage(world, viewerOf(world, context), repoOf(world, context), context.req.param("sha"))),
  );
  app.get("/:owner/:name/:kind{blob|tree}/:ref/:path{.+}", async (context) => {
    const { ref, path } = context.req.param();
    return context.html(await pathPage(world, viewerOf(world, context), repoOf(world, context), ref, path));
  });
  app.get("/:owner/:name/raw/:ref/:path{.+}", async (context) => {
    const repo = repoOf(world, context);
    const { ref, path } = context.req.param();
    const dir = world.gitDir(repo);
    const commit = await resolveCommit(dir, ref);
    const entry = commit === null ? null : await entryAt(dir, commit, path);
    const content = entry ? await readBlob(dir, entry.sha) : null;
    if (!content) throw ApiError.notFound();
    return context.body(new Uint8Array(content), 200, { "content-type": "text/plain; charset=utf-8" });
  });
}

/** All pages. */
export function pages(world: World): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      strictTransportSecurity: false,
    }),
  );
  app.onError(async (error, context) => {
    const { status, page } = errorPage(world, context, error);
    const headers = { "content-type": "text/html; charset=utf-8" };
    return new Response(String(await page), { status, headers });
  });
  app.notFound((context) => context.html(errorPage(world, context, ApiError.notFound()).page, 404));
  app.route("/", assets());
  app.use(csrf());
  app.get("/", (context) => context.html(homePage(world, viewerOf(world, context))));
  app.post("/act-as", async (context) => {
    const { login, back } = z.object({ login: z.string(), back: z.string() }).parse(await context.req.parseBody());
    const account = world.mustAccount(login);
    setCookie(context, COOKIE, account.login, { httpOnly: true, sameSite: "Lax", path: "/" });
    return context.redirect(/^\/(?!\/)/.test(back) ? back : "/", 303);
  });
  app.get("/_deliveries", (context) => context.html(deliveriesPage(world, viewerOf(world, context))));
  app.post("/_deliveries/:id", async (context) => {
    await world.hooks.redeliver(Number(context.req.param("id")));
    return context.redirect("/_deliveries", 303);
  });
  live(world, app);
  formRoutes(app, world);
  app.get("/:owner", (context) => context.html(ownerPage(world, viewerOf(world, context), context.req.param("owner"))));
  repoRoutes(world, app);
  return app;
}
