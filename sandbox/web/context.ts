/** What every page needs to know about who looks at what. */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { permissionOf } from "../access.ts";
import { OWNER } from "../demo/people.ts";
import { ApiError } from "../errors.ts";
import type { Account, Repo } from "../state/model.ts";
import type { Actor, World } from "../world.ts";
import type { Viewer } from "./layout.ts";

export const COOKIE = "sandbox_user";

/** The user that the page is acting as; the organisation's owner at first. */
export function accountOf(world: World, context: Context): Account {
  const login = getCookie(context, COOKIE) ?? OWNER;
  return world.account(login) ?? world.mustAccount(OWNER);
}

export function viewerOf(world: World, context: Context): Viewer {
  const url = new URL(context.req.url);
  return { account: accountOf(world, context), path: url.pathname + url.search };
}

export const actorOf = (world: World, context: Context): Actor => ({ account: accountOf(world, context), app: null });

/** The repository of the path if the viewer may see it. Throws 404. */
export function repoOf(world: World, context: Context): Repo {
  const repo = world.mustRepo(`${context.req.param("owner")}/${context.req.param("name")}`);
  if (permissionOf(world, repo, accountOf(world, context).login) === null) throw ApiError.notFound();
  return repo;
}
