/** Deck's addresses that lead elsewhere (spec jobs 4.7): old links go on working. */
import { settings } from "../env.ts";
import { findBuild } from "../store/job-lookup.ts";
import { createApp } from "./app.ts";
import { forViewer, ownPath, secured } from "./browser.ts";
import { visibleJob } from "./job-data.ts";
import { broken, notFound, refused } from "./surroundings.ts";
import { viewerOf } from "./viewer.ts";

export const deckLinks = createApp();

for (const path of ["/view/*", "/github-login", "/github-link", "/git-provider-link"])
  deckLinks.use(path, secured, forViewer);

/** `<provider>/<bucket>/<path>/<job>/<build>[/file]` or `prowjob/<job>/<build>`: the job's page. */
deckLinks.get("/view/:path{.+}", async (c) => {
  const parts = c.req
    .param("path")
    .split("/")
    .filter((part) => part !== "");
  const at = parts.findIndex((part, index) => index > 1 && /^\d{10,20}$/.test(part));
  const [job = "", buildId = ""] = parts.slice(at - 1, at + 1);
  const id = at === -1 ? null : await findBuild(c.env.DB, job, buildId);
  const found = id === null ? null : await visibleJob(c.env, await viewerOf(c), id);
  return found === null ? notFound(c) : c.redirect(`/jobs/${found.id}`, 302);
});

deckLinks.get("/github-login", (c) => {
  const query = new URLSearchParams({ return: ownPath(c.req.query("dest")) });
  return c.redirect(`/login?${query.toString()}`, 302);
});

const wrong = "dest= is a path at GitHub.";
/** `?dest=`: a path at GitHub. */
deckLinks.get("/github-link", async (c) => {
  const base = new URL(settings(c.env).GITHUB_URL);
  const dest = (c.req.query("dest") ?? "").replace(/^\/+/, "");
  const url = URL.parse(`${base.href.replace(/\/+$/, "")}/${dest}`);
  if (dest === "" || url === null || url.origin !== base.origin) return refused(c, 400, "bad-dest", "Where to?", wrong);
  return c.redirect(url.href, 302);
});

const REPO = /^[\w.-]{1,100}\/[\w.-]{1,100}$/;
const NUMBER = /^[1-9]\d{0,8}$/;
const COMMIT = /^[0-9a-f]{7,64}$/i;
const LOGIN = /^[\w-]{1,100}(?:\[bot\])?$/;

/** The path at GitHub that the parameters name; null when one that is needed is missing or none. */
function targetOf(query: Readonly<Record<string, string>>): string | null {
  const { target, branch = "", number = "", commit = "", author = "" } = query;
  // Deck's own links quote it.
  const repo = (query["repo"] ?? "").replace(/^['"]|['"]$/g, "");
  if (target === "author") return LOGIN.test(author) ? `/${author}` : null;
  if (!REPO.test(repo)) return null;
  if (target === "commit" && COMMIT.test(commit)) return `/${repo}/commit/${commit}`;
  if (target === "branch" && branch !== "")
    return `/${repo}/tree/${branch.split("/").map(encodeURIComponent).join("/")}`;
  if (target === "pr" && NUMBER.test(number)) return `/${repo}/pull/${number}`;
  if (target === "prcommit" && NUMBER.test(number) && COMMIT.test(commit))
    return `/${repo}/pull/${number}/commits/${commit}`;
  return null;
}

/** `?target=commit|branch|pr|prcommit|author` with `repo=`, `branch=`, `number=`, `commit=`, `author=`. */
deckLinks.get("/git-provider-link", async (c) => {
  const path = targetOf(c.req.query());
  const said = "target= is commit, branch, pr, prcommit or author, with repo=, branch=, number=, commit= or author=.";
  if (path === null) return refused(c, 400, "bad-target", "Where to?", said);
  return c.redirect(`${settings(c.env).GITHUB_URL.replace(/\/+$/, "")}${path}`, 302);
});

deckLinks.onError((error, c) => broken(c, error));
