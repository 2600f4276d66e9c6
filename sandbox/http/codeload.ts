/** The archive that a tarball's redirect leads to: gzip, everything below `<owner>-<name>-<sha>/`. */
import { spawn } from "node:child_process";
import type { Context } from "hono";
import { GIT_ENV } from "../git/run.ts";
import { webStream } from "../git/http.ts";
import type { World } from "../world.ts";

export function codeload(world: World, context: Context): Response {
  const { owner = "", name = "", sha = "" } = context.req.param() as Record<string, string>;
  const repo = world.repo(`${owner}/${name}`);
  const ticket = context.req.query("token") ?? "";
  if (!repo || !/^[0-9a-f]{40}$/.test(sha)) return new Response("404: Not Found", { status: 404 });
  if (repo.private && !world.redeem(ticket, `${repo.owner}/${repo.name}/${sha}`))
    return new Response("404: Not Found", { status: 404 });
  const prefix = `${repo.owner}-${repo.name}-${sha.slice(0, 7)}/`;
  const child = spawn("git", ["-C", world.gitDir(repo), "archive", "--format=tar.gz", `--prefix=${prefix}`, sha], {
    env: GIT_ENV,
  });
  return new Response(webStream(child.stdout), {
    headers: {
      "content-type": "application/x-gzip",
      "content-disposition": `attachment; filename=${repo.owner}-${repo.name}-${sha.slice(0, 7)}.tar.gz`,
    },
  });
}
