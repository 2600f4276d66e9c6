/** Signing in with GitHub, and Apps made from a manifest, as a browser meets them. */
import { createHash, timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { Grants } from "../grants.ts";
import { install, registerApp, userToken } from "../verbs/apps.ts";
import { authorizePage, installPage, manifestPage, messagePage } from "../web/oauth.ts";
import type { App } from "../state/model.ts";
import type { World } from "../world.ts";

interface SignIn {
  readonly app: App;
  readonly login: string;
  readonly redirect: string;
  readonly challenge: string | null;
}

const Manifest = z.object({
  name: z.string().min(1).max(34).optional(),
  url: z.url(),
  hook_attributes: z.object({ url: z.url(), active: z.boolean().optional() }).optional(),
  redirect_url: z.url(),
  callback_urls: z.array(z.url()).max(10).optional(),
  setup_url: z.url().optional(),
  public: z.boolean().optional(),
  default_events: z.array(z.string()).optional(),
  default_permissions: z.record(z.string(), z.enum(["read", "write", "admin"])).optional(),
});

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Same host (any port and name of this machine, if it is this machine), and the path the same or below. */
function lies(asked: URL, known: URL): boolean {
  const local = LOOPBACK.has(asked.hostname) && LOOPBACK.has(known.hostname);
  const below = known.pathname.replace(/\/$/, "");
  const samePlace = local ? asked.protocol === known.protocol : asked.origin === known.origin;
  return samePlace && (asked.pathname === known.pathname || asked.pathname.startsWith(`${below}/`));
}

/** The redirect address must be, or lie below, one of the App's callback addresses. */
function redirectOf(app: App, asked: string | undefined): string | null {
  if (asked === undefined) return app.callbackUrls[0] === undefined ? null : new URL(app.callbackUrls[0]).href;
  const url = URL.canParse(asked) ? new URL(asked) : null;
  return url && app.callbackUrls.some((known) => lies(url, new URL(known))) ? url.href : null;
}

const equal = (a: string, b: string): boolean => {
  const [x, y] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return x !== undefined && y !== undefined && timingSafeEqual(x, y);
};

const people = (world: World) =>
  Object.values(world.state.accounts)
    .filter((account) => account.type === "User")
    .sort((a, b) => a.login.localeCompare(b.login));

/** GitHub answers mistakes of the exchange with 200 and an `error`. */
async function exchange(world: World, grants: Grants<SignIn>, context: Context): Promise<Response> {
  const type = context.req.header("content-type") ?? "";
  const given: unknown = type.includes("json") ? await context.req.json() : await context.req.parseBody();
  const parsed = z.record(z.string(), z.unknown()).parse(given);
  const field = (name: string): string => (typeof parsed[name] === "string" ? parsed[name] : "");
  const reply = (body: Record<string, string>) =>
    (context.req.header("accept") ?? "").includes("json")
      ? context.json(body)
      : context.body(new URLSearchParams(body).toString(), 200, {
          "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        });
  const failed = (error: string, error_description: string) => reply({ error, error_description });
  const app = world.state.apps.find((one) => one.clientId === field("client_id"));
  if (!app || !equal(app.clientSecret, field("client_secret")))
    return failed("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.");
  const grant = grants.take(field("code"));
  if (!grant || grant.app !== app) return failed("bad_verification_code", "The code passed is incorrect or expired.");
  const redirect = field("redirect_uri");
  if (redirect !== "" && !(URL.canParse(redirect) && new URL(redirect).href === grant.redirect))
    return failed(
      "redirect_uri_mismatch",
      "The redirect_uri MUST match the registered callback URL for this application.",
    );
  const verifier = createHash("sha256").update(field("code_verifier")).digest("base64url");
  if (grant.challenge !== null && !equal(verifier, grant.challenge))
    return failed("bad_verification_code", "The code_verifier does not match the code_challenge.");
  const token = userToken(world, grant.login, "oauth", []);
  return reply({ access_token: token.token, token_type: "bearer", scope: "" });
}

export function oauthRoutes(world: World): Hono {
  const routes = new Hono();
  const grants = new Grants<SignIn>(600);
  const manifests = new Grants<z.output<typeof Manifest>>(600);

  routes.get("/login/oauth/authorize", (context) => {
    const query = context.req.query();
    const app = world.state.apps.find((one) => one.clientId === query.client_id);
    if (!app) return context.html(messagePage(world, "There is no App with this client id."), 404);
    const redirect = redirectOf(app, query.redirect_uri);
    if (redirect === null)
      return context.html(messagePage(world, "The redirect_uri is not associated with this application."), 422);
    if (query.code_challenge !== undefined && query.code_challenge_method !== "S256")
      return context.html(messagePage(world, "Only the code_challenge_method S256 is supported."), 422);
    return context.html(authorizePage(world, app, people(world), { ...query, redirect_uri: redirect }));
  });
  routes.post("/login/oauth/authorize", async (context) => {
    const form = z
      .object({
        client_id: z.string(),
        redirect_uri: z.string(),
        state: z.string().default(""),
        code_challenge: z.string().default(""),
        login: z.string(),
      })
      .parse(await context.req.parseBody());
    const app = world.state.apps.find((one) => one.clientId === form.client_id);
    const redirect = app ? redirectOf(app, form.redirect_uri) : null;
    const account = world.account(form.login);
    if (!app || redirect === null || !account)
      return context.html(messagePage(world, "This sign-in cannot go on."), 422);
    const target = new URL(redirect);
    target.searchParams.set(
      "code",
      grants.put({ app, login: account.login, redirect, challenge: form.code_challenge || null }),
    );
    if (form.state) target.searchParams.set("state", form.state);
    return context.redirect(target.href);
  });
  routes.post("/login/oauth/access_token", (context) => exchange(world, grants, context));

  const offer = async (context: Context): Promise<Response> => {
    const { manifest: text } = z.object({ manifest: z.string() }).parse(await context.req.parseBody());
    const parsed = Manifest.safeParse(JSON.parse(text));
    if (!parsed.success) return context.html(messagePage(world, z.prettifyError(parsed.error)), 422);
    const owner = context.req.param("org") ?? "ada";
    return context.html(
      manifestPage(world, {
        code: manifests.put(parsed.data),
        name: parsed.data.name ?? "",
        owner,
        state: context.req.query("state") ?? "",
      }),
    );
  };
  routes.post("/settings/apps/new", offer);
  routes.post("/organizations/:org/settings/apps/new", offer);
  routes.post("/settings/apps", async (context) => {
    const form = z
      .object({ code: z.string(), name: z.string().min(1), owner: z.string(), state: z.string() })
      .parse(await context.req.parseBody());
    const manifest = manifests.take(form.code);
    if (!manifest) return context.html(messagePage(world, "This form is too old. Start again."), 422);
    const registered = await registerApp(world, {
      name: form.name,
      owner: form.owner,
      url: manifest.url,
      hookUrl: manifest.hook_attributes?.active === false ? "" : (manifest.hook_attributes?.url ?? ""),
      callbackUrls: manifest.callback_urls ?? [],
      setupUrl: manifest.setup_url ?? null,
      permissions: manifest.default_permissions ?? {},
      events: manifest.default_events ?? [],
    });
    const target = new URL(manifest.redirect_url);
    target.searchParams.set("code", world.manifests.put(registered));
    if (form.state) target.searchParams.set("state", form.state);
    return context.redirect(target.href);
  });

  const bySlug = (slug: string | undefined): App | undefined => world.state.apps.find((one) => one.slug === slug);
  routes.get("/apps/:slug/installations/new", (context) => {
    const app = bySlug(context.req.param("slug"));
    if (!app) return context.html(messagePage(world, "There is no such App."), 404);
    return context.html(installPage(world, app, Object.keys(world.state.orgs)));
  });
  routes.post("/apps/:slug/installations/new", async (context) => {
    const app = bySlug(context.req.param("slug"));
    const { account } = z.object({ account: z.string() }).parse(await context.req.parseBody());
    if (!app || !world.account(account))
      return context.html(messagePage(world, "There is no such App or account."), 404);
    const made = install(world, app, world.actor(app.owner), account, null);
    if (app.setupUrl === null) return context.redirect(`/${account}`);
    const target = new URL(app.setupUrl);
    target.searchParams.set("installation_id", String(made.id));
    target.searchParams.set("setup_action", "install");
    return context.redirect(target.href);
  });
  return routes;
}
