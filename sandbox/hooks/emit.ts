/** Turns something that happened into a webhook for everybody who subscribed to it. */
import { orgOf } from "../access.ts";
import { simpleOrg, user } from "../shape/account.ts";
import { hook as hookShape, simpleInstallation } from "../shape/app.ts";
import { repository } from "../shape/repository.ts";
import type { App, Hook, Installation, Repo } from "../state/model.ts";
import { type Actor, fullName, type World } from "../world.ts";

/** Sent to Apps whether they subscribed or not. */
const ALWAYS = new Set(["installation", "installation_repositories", "github_app_authorization", "ping"]);

export interface Happening {
  readonly event: string;
  readonly action: string | null;
  readonly repo: Repo;
  readonly actor: Actor;
  /** What is particular to the event, in GitHub's shape. */
  readonly body: Readonly<Record<string, unknown>>;
}

const subscribes = (hook: Hook, event: string): boolean =>
  hook.active && hook.url !== "" && (ALWAYS.has(event) || hook.events.includes(event) || hook.events.includes("*"));

function listeners(world: World, repo: Repo, event: string): { hook: Hook; installation: Installation | null }[] {
  const installations = world.installationsOf(repo);
  return world.state.hooks
    .filter((hook) => subscribes(hook, event))
    .flatMap((hook): { hook: Hook; installation: Installation | null }[] => {
      const installation = installations.find((one) => one.app === hook.app);
      if (hook.app !== null) return installation ? [{ hook, installation }] : [];
      const here = hook.repo?.toLowerCase() === fullName(repo).toLowerCase() || hook.org === repo.owner;
      return here ? [{ hook, installation: null }] : [];
    });
}

/** Sends a repository's event. */
export function emit(world: World, happening: Happening): void {
  const { event, action, repo, actor, body } = happening;
  const org = orgOf(world, repo);
  const payload = {
    ...(action === null ? {} : { action }),
    repository: repository(world, repo),
    ...body,
    ...(org ? { organization: simpleOrg(world, org) } : {}),
    sender: user(world, actor.account),
  };
  for (const { hook, installation } of listeners(world, repo, event))
    world.hooks.enqueue({
      hook,
      event,
      action,
      repo: fullName(repo),
      installation: installation?.id ?? null,
      payload: installation ? { ...payload, installation: simpleInstallation(installation) } : payload,
    });
}

/** Sends an event that belongs to an App as such (`ping`, `installation`). */
export function emitToApp(
  world: World,
  app: App,
  happening: { event: string; action: string | null; actor: Actor; body: Readonly<Record<string, unknown>> },
): void {
  const { event, action, actor, body } = happening;
  const payload = { ...(action === null ? {} : { action }), ...body, sender: user(world, actor.account) };
  for (const hook of world.state.hooks.filter((one) => one.app === app.id && subscribes(one, event)))
    world.hooks.enqueue({ hook, event, action, repo: null, installation: null, payload });
}

/** The first event that a new hook gets. */
export function ping(world: World, hook: Hook, actor: Actor): void {
  const repo = hook.repo === null ? undefined : world.repo(hook.repo);
  const shown = {
    ...hookShape(world, hook),
    ...(hook.app === null ? {} : { type: "App", app_id: hook.app }),
  };
  const payload = {
    zen: "Half measures are as bad as nothing at all.",
    hook_id: hook.id,
    hook: shown,
    ...(repo ? { repository: repository(world, repo) } : {}),
    sender: user(world, actor.account),
  };
  world.hooks.enqueue({ hook, event: "ping", action: null, repo: hook.repo, installation: null, payload });
}
