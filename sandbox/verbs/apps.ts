/** GitHub Apps: registered, installed, and the tokens of their installations. */
import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { ApiError } from "../errors.ts";
import { emitToApp, ping } from "../hooks/emit.ts";
import { installation as installationShape } from "../shape/app.ts";
import type { App, Hook, Installation, Repo, Token } from "../state/model.ts";
import { type Actor, fullName, type World } from "../world.ts";

const token = (prefix: string, bytes = 27): string =>
  `${prefix}${randomBytes(bytes).toString("base64url").replace(/[-_]/g, "x")}`;

/** Permissions and events that a Prow-like App asks for. */
export const DEFAULT_PERMISSIONS: Readonly<Record<string, string>> = {
  actions: "write",
  administration: "read",
  checks: "write",
  contents: "write",
  issues: "write",
  members: "read",
  metadata: "read",
  organization_projects: "write",
  pull_requests: "write",
  statuses: "write",
};
export const DEFAULT_EVENTS: readonly string[] = [
  "check_run",
  "issue_comment",
  "issues",
  "label",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "status",
];

export interface NewApp {
  readonly name: string;
  readonly owner: string;
  readonly url: string;
  readonly hookUrl: string;
  /** Unset: a secret is made up. */
  readonly hookSecret?: string;
  readonly callbackUrls: readonly string[];
  readonly setupUrl: string | null;
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

export interface Registered {
  readonly app: App;
  readonly hook: Hook;
  /** PEM, PKCS#1: the form in which GitHub hands it out. The state does not keep it. */
  readonly privateKey: string;
}

/** Registers an App with its bot account and its webhook. */
export async function registerApp(world: World, input: NewApp): Promise<Registered> {
  const slug = input.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  if (slug === "" || world.state.apps.some((app) => app.slug === slug))
    throw ApiError.invalid("Integration", "name", "already_exists");
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const now = world.now();
  const app: App = {
    id: world.id(),
    slug,
    name: input.name,
    owner: world.mustAccount(input.owner).login,
    clientId: token("Iv23li", 11),
    clientSecret: randomBytes(20).toString("hex"),
    publicKey,
    url: input.url,
    callbackUrls: [...input.callbackUrls],
    setupUrl: input.setupUrl,
    permissions: { metadata: "read", ...input.permissions },
    events: [...input.events],
    createdAt: now,
  };
  const login = `${slug}[bot]`;
  world.state.apps.push(app);
  world.state.accounts[login] = { id: world.id(), login, type: "Bot", name: "", bio: "", createdAt: now };
  const hook = addHook(world, {
    app: app.id,
    repo: null,
    org: null,
    url: input.hookUrl,
    secret: input.hookSecret ?? randomBytes(20).toString("hex"),
    events: [...input.events],
  });
  return { app, hook, privateKey };
}

function addHook(world: World, part: Pick<Hook, "app" | "repo" | "org" | "url" | "secret" | "events">): Hook {
  const now = world.now();
  const hook: Hook = { id: world.id(), ...part, active: true, createdAt: now, updatedAt: now };
  world.state.hooks.push(hook);
  world.changed();
  return hook;
}

/** A repository's own webhook, and its ping. */
export function createRepoHook(
  world: World,
  repo: Repo,
  actor: Actor,
  part: { url: string; secret: string; events: string[]; active: boolean },
): Hook {
  const { active, ...rest } = part;
  const hook = addHook(world, { app: null, repo: fullName(repo), org: null, ...rest });
  hook.active = active;
  if (active) ping(world, hook, actor);
  return hook;
}

/** Installs an App on an account, for all its repositories or some. */
export function install(
  world: World,
  app: App,
  actor: Actor,
  account: string,
  repositories: string[] | null,
): Installation {
  const login = world.mustAccount(account).login;
  const known = world.state.installations.find((one) => one.app === app.id && one.account === login);
  if (known) return known;
  const one: Installation = { id: world.id(), app: app.id, account: login, createdAt: world.now(), repositories };
  world.state.installations.push(one);
  world.changed();
  const repos = Object.values(world.state.repos).filter((repo) => world.installationsOf(repo).includes(one));
  const shown = { ...installationShape(world, one), created_at: Date.now() / 1000, updated_at: Date.now() / 1000 };
  const listed = repos.map((repo) => ({
    id: repo.id,
    node_id: "",
    name: repo.name,
    full_name: fullName(repo),
    private: repo.private,
  }));
  const body = { installation: shown, repositories: listed, requester: null };
  emitToApp(world, app, { event: "installation", action: "created", actor, body });
  return one;
}

const HOUR_MS = 3_600_000;

/** A token of an installation for one hour, for all it may do or less. */
export function installationToken(
  world: World,
  one: Installation,
  narrowed: { repositories: readonly string[] | null; permissions: Readonly<Record<string, string>> | null },
): Token {
  const now = Date.now();
  world.state.tokens = world.state.tokens.filter(
    (known) => known.expiresAt === null || Date.parse(known.expiresAt) > now - HOUR_MS,
  );
  const made: Token = {
    token: token("ghs_"),
    kind: "installation",
    login: null,
    installation: one.id,
    repositories: narrowed.repositories,
    permissions: narrowed.permissions,
    scopes: [],
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + HOUR_MS).toISOString().replace(/\.\d+Z$/, "Z"),
  };
  world.state.tokens.push(made);
  world.changed();
  return made;
}

/** A token that acts as a user. */
export function userToken(world: World, login: string, kind: "personal" | "oauth", scopes: readonly string[]): Token {
  const made: Token = {
    token: token(kind === "personal" ? "ghp_" : "ghu_"),
    kind,
    login: world.mustAccount(login).login,
    installation: null,
    repositories: null,
    permissions: null,
    scopes,
    createdAt: world.now(),
    expiresAt: null,
  };
  world.state.tokens.push(made);
  world.changed();
  return made;
}
