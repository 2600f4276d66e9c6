/** GitHub Apps, their installations, hooks and deliveries as GitHub shows them. */
import type { App, Delivery, Hook, Installation } from "../state/model.ts";
import type { World } from "../world.ts";
import { userOf } from "./account.ts";
import { nodeId } from "./ids.ts";

/** GitHub's `integration`: the App as others see it. */
export function integration(world: World, app: App) {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId("A", app.id),
    owner: userOf(world, app.owner),
    name: app.name,
    description: "",
    external_url: app.url,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: app.events,
  };
}

/** GET /app: also counts its installations. */
export function ownIntegration(world: World, app: App) {
  const installations = world.state.installations.filter((one) => one.app === app.id);
  return { ...integration(world, app), installations_count: installations.length };
}

export function installation(world: World, one: Installation) {
  const app = world.appById(one.app);
  const account = world.accountOrGhost(one.account);
  const url = `${world.api}/app/installations/${one.id}`;
  const settings = account.type === "Organization" ? `organizations/${account.login}/settings` : "settings";
  return {
    id: one.id,
    client_id: app.clientId,
    account: userOf(world, one.account),
    repository_selection: one.repositories === null ? ("all" as const) : ("selected" as const),
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${world.api}/installation/repositories`,
    html_url: `${world.url}/${settings}/installations/${one.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: app.permissions,
    events: app.events,
    created_at: one.createdAt,
    updated_at: one.createdAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [] as string[],
    suspended_by: null,
    suspended_at: null,
  };
}

/** What every webhook of an App carries. */
export const simpleInstallation = (one: Installation) => ({
  id: one.id,
  node_id: nodeId("MDIzOkludGVncmF0aW9u", one.id),
});

export const hookConfig = (hook: Hook) => ({
  content_type: "json",
  insecure_ssl: "0",
  ...(hook.secret ? { secret: "********" } : {}),
  url: hook.url,
});

export function hook(world: World, one: Hook) {
  const url = `${world.api}/repos/${one.repo ?? ""}/hooks/${one.id}`;
  return {
    type: "Repository",
    id: one.id,
    name: "web",
    active: one.active,
    events: one.events,
    config: hookConfig(one),
    updated_at: one.updatedAt,
    created_at: one.createdAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: { code: null, status: "unused", message: null },
  };
}

export function deliveryItem(world: World, one: Delivery) {
  const repo = one.repo === null ? undefined : world.repo(one.repo);
  return {
    id: one.id,
    guid: one.guid,
    delivered_at: one.deliveredAt,
    redelivery: one.redelivery,
    duration: one.duration,
    status: one.status,
    status_code: one.statusCode,
    event: one.event,
    action: one.action,
    installation_id: one.installation,
    repository_id: repo?.id ?? null,
    throttled_at: null,
  };
}

/** A delivery with what was sent and answered. */
export function delivery(world: World, one: Delivery, request: { headers: Record<string, string>; payload: unknown }) {
  const hook = world.state.hooks.find((candidate) => candidate.id === one.hook);
  return {
    ...deliveryItem(world, one),
    url: hook?.url ?? "",
    request,
    response: { headers: {}, payload: one.answer },
  };
}
