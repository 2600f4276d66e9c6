/** Clone, fetch and push at `/<owner>/<name>.git`, with what a push sets off. */
import path from "node:path";
import type { Context } from "hono";
import { atLeast, permissionOf } from "../access.ts";
import { ApiError } from "../errors.ts";
import { serveGit } from "../git/http.ts";
import { listRefs } from "../git/read.ts";
import type { Repo } from "../state/model.ts";
import { afterPush, ZERO } from "../verbs/pushes.ts";
import type { World } from "../world.ts";
import { Call } from "./call.ts";
import { actorOf, type Caller, callerOf, loginOf } from "./caller.ts";
import { Rates } from "./rate.ts";

const challenge = (): Response =>
  new Response("Repository not found.\n", { status: 401, headers: { "www-authenticate": 'Basic realm="GitHub"' } });

/** Whether a caller may read or write the code; null: must not know that it exists. */
function allowed(world: World, repo: Repo, caller: Caller, write: boolean): boolean | null {
  if (caller.kind === "installation") {
    const call = new Call({
      world,
      caller,
      params: {},
      url: new URL(world.url),
      accept: "",
      rates: new Rates(),
      address: "",
      body: undefined,
    });
    const level = call.granted("contents");
    if (call.covers(repo)) return write ? level === "write" : level !== null;
    return repo.private ? null : !write;
  }
  const permission = permissionOf(world, repo, loginOf(caller));
  return permission === null ? null : !write || atLeast(permission, "write");
}

type Refs = ReadonlyMap<string, string>;

const refsOf = async (world: World, repo: Repo): Promise<Refs> =>
  new Map(
    (await Promise.all(["refs/heads/", "refs/tags/"].map((prefix) => listRefs(world.gitDir(repo), prefix))))
      .flat()
      .map(({ ref, sha }) => [ref, sha]),
  );

async function announcePush(world: World, repo: Repo, caller: Caller, before: Refs): Promise<void> {
  const after = await refsOf(world, repo);
  for (const ref of new Set([...before.keys(), ...after.keys()])) {
    const push = { ref, before: before.get(ref) ?? ZERO, after: after.get(ref) ?? ZERO };
    await afterPush(world, repo, actorOf(world, caller), push);
  }
}

/** Serves a git client, or gives null when the path names no repository. */
export async function gitRoute(world: World, context: Context): Promise<Response | null> {
  const url = new URL(context.req.url);
  const [, owner, name, service] = /^\/([^/]+)\/([^/]+?)\.git(\/.*)$/.exec(url.pathname) ?? [];
  if (!owner || !name || !service) return null;
  let caller: Caller;
  try {
    caller = callerOf(world, context.req.header("authorization"));
  } catch (error) {
    if (error instanceof ApiError) return challenge();
    throw error;
  }
  const repo = world.repo(`${owner}/${name}`);
  const write = service === "/git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";
  const may = repo ? allowed(world, repo, caller, write) : null;
  if (!repo || may === null)
    return caller.kind === "anonymous" ? challenge() : new Response("Repository not found.\n", { status: 404 });
  if (!may)
    return caller.kind === "anonymous"
      ? challenge()
      : new Response("Write access to repository not granted.\n", { status: 403 });
  const serve = () =>
    serveGit({
      root: path.join(world.folder, "git"),
      path: `/${repo.owner.toLowerCase()}/${repo.name.toLowerCase()}.git${service}`,
      query: url.search.slice(1),
      method: context.req.method,
      contentType: context.req.header("content-type") ?? "",
      contentEncoding: context.req.header("content-encoding"),
      protocol: context.req.header("git-protocol"),
      user: loginOf(caller) ?? "",
      write,
      body: context.req.raw.body,
    });
  if (service !== "/git-receive-pack") return (await serve()).response;
  return world.lock(repo, async () => {
    const before = await refsOf(world, repo);
    const { response, done } = await serve();
    // The answer is small: it is read whole, so that what the push sets off comes before the client goes on.
    const body = await response.arrayBuffer();
    await done;
    await announcePush(world, repo, caller, before);
    return new Response(body, response);
  });
}
