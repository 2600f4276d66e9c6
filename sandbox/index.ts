/** A GitHub of one's own, on one's own machine: real repositories, signed webhooks, GitHub's interface and rules. */
import { serve, type ServerType } from "@hono/node-server";
import { type Control, createControl } from "./control/control.ts";
import { linkTo } from "./demo/link.ts";
import { seed } from "./demo/seed.ts";
import { Faults } from "./faults.ts";
import { HookQueue } from "./hooks/queue.ts";
import { Api } from "./http/api.ts";
import { graphql } from "./graphql/index.ts";
import { Journal } from "./http/journal.ts";
import { Rates } from "./http/rate.ts";
import { createServer } from "./server.ts";
import { openStore } from "./state/store.ts";
import { World } from "./world.ts";

export type { Control } from "./control/control.ts";

export interface SandboxOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port: number;
  /** Made if missing; the next start on it finds everything again. */
  readonly stateDir: string;
  /** Where the demo App's webhooks go; null: nowhere. */
  readonly webhook: { readonly url: string; readonly secret: string } | null;
  readonly log?: (line: string) => void;
}

/** What a worker needs to be the demo's GitHub App. */
export interface Credentials {
  readonly appId: string;
  readonly slug: string;
  /** PEM, PKCS#1. */
  readonly privateKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** A personal access token of the organisation's owner. */
  readonly token: string;
}

export interface Sandbox {
  /** Of the pages, e.g. `http://127.0.0.1:4100`. */
  readonly url: string;
  /** Of the REST interface: `<url>/api`. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
  readonly control: Control;
  /** Sends nothing more, saves, and closes. */
  stop(): Promise<void>;
}

function listen(
  fetch: Parameters<typeof serve>[0]["fetch"],
  hostname: string,
  port: number,
): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, (info) => resolve({ server, port: info.port }));
    server.on("error", reject);
  });
}

/** Where this machine reaches it: a wildcard address is no place to go to. */
function urlOf(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function credentialsOf(world: World): Credentials {
  const { demo } = world.state;
  if (!demo) throw new Error("the sandbox has no demo App");
  const app = world.appById(demo.appId);
  const { slug, clientId, clientSecret } = app;
  return { appId: String(app.id), slug, privateKey: demo.privateKey, clientId, clientSecret, token: demo.token };
}

/** Starts the sandbox GitHub. Fills an empty state folder with the demo organisation. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const store = await openStore(options.stateDir);
  const faults = new Faults();
  const journal = new Journal();
  const rates = new Rates();
  const world = new World(store, options.stateDir, faults);
  const hooks = new HookQueue(world);
  world.attach(hooks);
  const control = createControl(world, journal, rates, faults);
  const app = createServer(world, new Api(world, journal, rates, graphql), control);
  const host = options.host ?? "127.0.0.1";
  const { server, port } = await listen(app.fetch, host, options.port);
  world.url = urlOf(host, port);
  if (store.fresh) {
    options.log?.("Filling the sandbox GitHub with its demo organisation");
    await seed(world, control);
    await store.flush();
  }
  control.setWebhook({ url: "", secret: "" });
  await linkTo(world, world.url);
  control.setWebhook(options.webhook ?? { url: "", secret: "" });
  await hooks.start();
  options.log?.(`The sandbox GitHub listens at ${world.url}`);
  return {
    url: world.url,
    apiUrl: world.api,
    credentials: credentialsOf(world),
    control,
    async stop() {
      await hooks.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
      await store.flush();
    },
  };
}
