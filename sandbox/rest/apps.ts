import { ApiError } from "../errors.ts";
import { headersFor } from "../hooks/send.ts";
import { type Call, empty, json, type Reply } from "../http/call.ts";
import { paged } from "../http/page.ts";
import {
  delivery as deliveryShape,
  deliveryItem,
  hook as hookShape,
  hookConfig,
  installation as installationShape,
  ownIntegration,
} from "../shape/app.ts";
import { listedRepository } from "../shape/repository.ts";
import type { App, Delivery, Hook, Installation, Repo } from "../state/model.ts";
import { createRepoHook, installationToken } from "../verbs/apps.ts";
import { fullName } from "../world.ts";
import { R, type Routes } from "./route.ts";

/** The App whose web token was presented. */
function app(call: Call): App {
  if (call.caller.kind !== "app") throw new ApiError(401, "A JSON web token could not be decoded");
  return call.caller.app;
}

function own(call: Call): Installation {
  const id = app(call).id;
  const found = call.world.state.installations.find(
    (one) => one.id === call.number("installation_id") && one.app === id,
  );
  if (!found) throw ApiError.notFound();
  return found;
}

function onAccount(call: Call, login: string): Reply {
  const id = app(call).id;
  const found = call.world.state.installations.find(
    (one) => one.app === id && one.account.toLowerCase() === login.toLowerCase(),
  );
  if (!found) throw ApiError.notFound();
  return json(installationShape(call.world, found));
}

const appHook = (call: Call): Hook => {
  const id = app(call).id;
  const hook = call.world.state.hooks.find((one) => one.app === id);
  if (!hook) throw ApiError.notFound();
  return hook;
};

function repoHook(call: Call): Hook {
  const { repo } = call;
  call.allow(repo, "write", ["repository_hooks"], "admin");
  const hook = call.world.state.hooks.find((one) => one.id === call.number("hook_id") && one.repo === fullName(repo));
  if (!hook) throw ApiError.notFound();
  return hook;
}

const deliveriesOf = (call: Call, hook: Hook): Delivery[] =>
  call.world.state.deliveries.filter((one) => one.hook === hook.id).toReversed();

/** A page of deliveries, newest first; GitHub pages them by cursor, which is the id of the last one shown. */
function deliveries(call: Call, hook: Hook): Reply {
  const cursor = call.query("cursor");
  const perPage = Math.min(100, Number(call.query("per_page") ?? 30));
  const status = call.query("status");
  const all = deliveriesOf(call, hook).filter(
    (one) =>
      (cursor === null || one.id < Number(cursor)) && (status === null || (status === "success") === succeeded(one)),
  );
  const shown = all.slice(0, perPage);
  const next = new URL(call.url);
  next.searchParams.set("cursor", String(shown.at(-1)?.id ?? 0));
  const headers: Record<string, string> = all.length > perPage ? { link: `<${next.href}>; rel="next"` } : {};
  return json(
    shown.map((one) => deliveryItem(call.world, one)),
    200,
    headers,
  );
}

const succeeded = ({ statusCode }: Delivery): boolean => statusCode >= 200 && statusCode < 400;

function deliveryOf(call: Call, hook: Hook): Delivery {
  const found = deliveriesOf(call, hook).find((one) => one.id === call.number("delivery_id"));
  if (!found) throw ApiError.notFound();
  return found;
}

async function redeliver(call: Call, hook: Hook): Promise<Reply> {
  await call.world.hooks.redeliver(deliveryOf(call, hook).id);
  return json({}, 202);
}

function narrowed(call: Call, one: Installation) {
  const { world } = call;
  const ids = call.field("repository_ids");
  const byId = (Array.isArray(ids) ? ids : []).flatMap((id) =>
    Object.values(world.state.repos).filter((repo) => repo.id === id),
  );
  const names = [...call.strings("repositories"), ...byId.map((repo) => repo.name)];
  const covered = (name: string): boolean => {
    const repo = world.repo(`${one.account}/${name}`);
    return repo !== undefined && world.installationsOf(repo).includes(one);
  };
  if (names.some((name) => !covered(name)))
    throw new ApiError(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  const granted = world.appById(one.app).permissions;
  const asked = call.field("permissions");
  const permissions =
    typeof asked === "object" && asked !== null
      ? Object.fromEntries(Object.entries(asked).map(([key, level]) => [key, String(level)]))
      : null;
  const tooMuch = Object.entries(permissions ?? {}).some(
    ([key, level]) => !granted[key] || (level === "write" && granted[key] === "read"),
  );
  if (tooMuch) throw new ApiError(422, "The permissions requested are not granted to this installation.");
  return {
    repositories: names.length > 0 ? names : null,
    permissions: permissions ? { metadata: "read", ...permissions } : null,
  };
}

function accessToken(call: Call): Reply {
  const one = own(call);
  const token = installationToken(call.world, one, narrowed(call, one));
  const repos = token.repositories?.flatMap((name) => call.world.repo(`${one.account}/${name}`) ?? []);
  return json(
    {
      token: token.token,
      expires_at: token.expiresAt,
      permissions: token.permissions ?? call.world.appById(one.app).permissions,
      repository_selection: repos ? "selected" : one.repositories === null ? "all" : "selected",
      ...(repos ? { repositories: repos.map((repo: Repo) => listedRepository(call.world, repo, null)) } : {}),
    },
    201,
  );
}

export const apps: Routes = {
  "GET /app": (call) => json(ownIntegration(call.world, app(call))),
  "GET /app/hook/config": (call) => json(hookConfig(appHook(call))),
  "PATCH /app/hook/config": (call) => {
    const hook = appHook(call);
    hook.url = call.string("url") ?? hook.url;
    hook.secret = call.string("secret") ?? hook.secret;
    call.world.changed();
    return json(hookConfig(hook));
  },
  "GET /app/hook/deliveries": (call) => deliveries(call, appHook(call)),
  "GET /app/hook/deliveries/{delivery_id}": async (call) => {
    const hook = appHook(call);
    const found = deliveryOf(call, hook);
    const body = await call.world.hooks.body(found.id);
    const headers = headersFor(call.world, hook, found.event, found.guid, body);
    return json(deliveryShape(call.world, found, { headers, payload: JSON.parse(body) as unknown }));
  },
  "POST /app/hook/deliveries/{delivery_id}/attempts": (call) => redeliver(call, appHook(call)),
  "GET /app/installations": (call) => {
    const id = app(call).id;
    const mine = call.world.state.installations.filter((one) => one.app === id);
    return paged(call, mine, (one) => installationShape(call.world, one));
  },
  "GET /app/installations/{installation_id}": (call) => json(installationShape(call.world, own(call))),
  "POST /app/installations/{installation_id}/access_tokens": accessToken,
  "GET /orgs/{org}/installation": (call) => onAccount(call, call.param("org")),
  "GET /users/{username}/installation": (call) => onAccount(call, call.param("username")),
  [`GET ${R}/installation`]: (call) => {
    const id = app(call).id;
    const repo = call.world.mustRepo(`${call.param("owner")}/${call.param("repo")}`);
    const found = call.world.installationsOf(repo).find((one) => one.app === id);
    if (!found) throw ApiError.notFound();
    return json(installationShape(call.world, found));
  },
  "GET /installation/repositories": (call) => {
    if (call.caller.kind !== "installation")
      throw ApiError.forbidden(
        "You must authenticate with an installation access token in order to list repositories for an installation.",
      );
    const covered = Object.values(call.world.state.repos).filter((repo) => call.covers(repo));
    return paged(
      call,
      covered,
      (repo) => listedRepository(call.world, repo, null),
      (repositories) => ({ total_count: covered.length, repositories }),
    );
  },
  "DELETE /installation/token": (call) => {
    const { caller, world } = call;
    if (caller.kind !== "installation") throw ApiError.forbidden();
    world.state.tokens = world.state.tokens.filter((one) => one !== caller.token);
    world.changed();
    return empty();
  },
  [`GET ${R}/hooks`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", ["repository_hooks"], "admin");
    return paged(
      call,
      world.state.hooks.filter((one) => one.repo === fullName(repo)),
      (one) => hookShape(world, one),
    );
  },
  [`POST ${R}/hooks`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "write", ["repository_hooks"], "admin");
    const config = call.field("config");
    const part = (key: string): string => {
      const value =
        typeof config === "object" && config !== null ? Object.entries(config).find(([name]) => name === key)?.[1] : "";
      return typeof value === "string" ? value : "";
    };
    if (!/^https?:\/\//.test(part("url"))) throw ApiError.invalid("Hook", "url", "missing_field");
    const events = call.field("events") === undefined ? ["push"] : call.strings("events");
    const hook = createRepoHook(world, repo, call.actor, {
      url: part("url"),
      secret: part("secret"),
      events,
      active: call.boolean("active") ?? true,
    });
    return json(hookShape(world, hook), 201);
  },
  [`GET ${R}/hooks/{hook_id}/deliveries`]: (call) => deliveries(call, repoHook(call)),
  [`POST ${R}/hooks/{hook_id}/deliveries/{delivery_id}/attempts`]: (call) => redeliver(call, repoHook(call)),
  "POST /app-manifests/{code}/conversions": (call) => {
    const registered = call.world.manifests.take(call.param("code"));
    if (!registered) throw ApiError.notFound();
    const { app: made, hook, privateKey } = registered;
    return json(
      {
        ...ownIntegration(call.world, made),
        client_secret: made.clientSecret,
        webhook_secret: hook.secret,
        pem: privateKey,
      },
      201,
    );
  },
};
