/** The mirrored repositories that a viewer may see. */
import type { Context } from "hono";
import { mirroredRepositories } from "../velodrome/mirror/mirrored.ts";
import type { AppEnv } from "./app.ts";
import { canSee, viewerOf } from "./viewer.ts";

/** `org/repo`s in lower case. */
export async function seenMirrors(c: Context<AppEnv>): Promise<readonly string[]> {
  const viewer = await viewerOf(c);
  const names = await mirroredRepositories(c.env);
  const visible = await Promise.all(
    names.map((name) => canSee(c.env, viewer, name.slice(0, name.indexOf("/")), name.slice(name.indexOf("/") + 1))),
  );
  return names.filter((_, at) => visible[at]);
}
