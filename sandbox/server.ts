/** Puts the parts behind one port. */
import { setTimeout } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { controlRoutes } from "./control/routes.ts";
import type { Control } from "./control/control.ts";
import type { Api } from "./http/api.ts";
import { codeload } from "./http/codeload.ts";
import { gitRoute } from "./http/git.ts";
import { oauthRoutes } from "./http/oauth.ts";
import { pages } from "./web/pages.ts";
import type { World } from "./world.ts";

type Bindings = { Bindings: HttpBindings };

async function answer(api: Api, context: Context<Bindings>): Promise<Response> {
  const url = new URL(context.req.url);
  const result = await api.handle({
    method: context.req.method,
    path: url.pathname.replace(/^\/api(?=\/|$)/, "") || "/",
    url,
    header: (name) => context.req.header(name),
    body: await context.req.text(),
    address: getConnInfo(context).remote.address ?? "",
  });
  if (result.dropAfterMs !== null) {
    await setTimeout(result.dropAfterMs);
    context.env.outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  const body = typeof result.body === "string" || result.body === null ? result.body : new Uint8Array(result.body);
  return new Response(body, { status: result.status, headers: result.headers });
}

/** The whole sandbox as one Hono application. */
export function createServer(world: World, api: Api, control: Control): Hono<Bindings> {
  const app = new Hono<Bindings>();
  app.all("/api/*", (context) => answer(api, context));
  app.route("/_sandbox", controlRoutes(control));
  app.get("/_codeload/:owner/:name/legacy.tar.gz/:sha", (context) => codeload(world, context));
  app.all("/:owner/:name{.+\\.git}/*", async (context, next) => {
    const response = await gitRoute(world, context);
    if (!response) return next();
    return response;
  });
  app.route("/", oauthRoutes(world));
  app.route("/", pages(world));
  return app;
}
