/** `/_sandbox/`: the control over HTTP, for processes on this machine only. */
import { getConnInfo } from "@hono/node-server/conninfo";
import { Hono, type Context } from "hono";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { RequestFault, WebhookFault } from "../faults.ts";
import { ACTIONS, type Control, runAction } from "./control.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
const LOCAL_NAMES = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** A loopback address, asked for by a loopback name (a name from elsewhere could have been rebound to us), not from a page elsewhere. */
function local(context: Context): boolean {
  const address = getConnInfo(context).remote.address ?? "";
  const origin = context.req.header("origin");
  const host = context.req.header("host") ?? "";
  return LOOPBACK.has(address) && LOCAL_NAMES.test(host) && (origin === undefined || new URL(origin).host === host);
}

const Faults = z.object({ requests: z.array(RequestFault).default([]), webhooks: z.array(WebhookFault).default([]) });

export function controlRoutes(control: Control): Hono {
  const app = new Hono();
  app.use(
    "*",
    (context, next): Promise<Response | void> =>
      local(context) ? next() : Promise.resolve(context.json({ message: "only for this machine" }, 403)),
  );
  app.onError((error, context) => {
    if (error instanceof z.ZodError) return context.json({ message: z.prettifyError(error) }, 422);
    if (error instanceof ApiError) return Response.json(error.body, { status: error.status });
    return context.json({ message: error.message }, 500);
  });
  app.get("/", (context) => context.json({ actions: Object.keys(ACTIONS), faults: control.faults.waiting }));
  app.post("/actions/:name", async (context) => {
    const name = context.req.param("name");
    if (!(name in ACTIONS)) throw ApiError.notFound();
    return context.json((await runAction(control, name, await context.req.json())) ?? {});
  });
  app.get("/faults", (context) => context.json(control.faults.waiting));
  app.post("/faults", async (context) => {
    const { requests, webhooks } = Faults.parse(await context.req.json());
    for (const fault of requests) control.faults.request(fault);
    for (const fault of webhooks) control.faults.webhook(fault);
    return context.json(control.faults.waiting);
  });
  app.delete("/faults", (context) => {
    control.faults.clear();
    return context.json(control.faults.waiting);
  });
  app.get("/requests", (context) => {
    const { total, counts, requests } = control.journal;
    return context.json({ total, counts, requests });
  });
  app.delete("/requests", (context) => {
    control.journal.clear();
    return context.json({});
  });
  app.get("/violations", (context) => context.json(control.journal.violations));
  app.get("/deliveries", (context) => context.json(control.deliveries()));
  app.get("/deliveries/:id", async (context) =>
    context.body(await control.payload(Number(context.req.param("id"))), 200, { "content-type": "application/json" }),
  );
  app.post("/deliveries/:id/attempts", async (context) => {
    await control.redeliver(Number(context.req.param("id")));
    return context.json({}, 202);
  });
  app.post("/settled", async (context) => {
    await control.settled();
    return context.json({});
  });
  return app;
}
