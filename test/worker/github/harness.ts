/** A GitHub that answers a table, and budget objects with settings of a test's own. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { GitHubBudget } from "../../../durable/github-budget.ts";
import type { Env } from "../../../src/env.ts";
import { type GitHubClient, githubClient } from "../../../src/github/index.ts";
import type { GitHubBudgetRpc } from "../../../src/github/rpc.ts";

export const API = "https://api.github.test";
const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;
const SIZE = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
/** Of PKCS#8 around PKCS#1 for a key of this size. Bytes. */
const WRAPPER = 26;

const keys = await crypto.subtle.generateKey({ ...ALGORITHM, ...SIZE }, true, ["sign", "verify"]);
if (!("privateKey" in keys)) throw new Error("no pair of keys");
const exported = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
if (!(exported instanceof ArrayBuffer)) throw new Error("no bytes of a key");
const base64 = btoa(String.fromCharCode(...new Uint8Array(exported).slice(WRAPPER)));
/** As GitHub hands it out: PKCS#1. */
const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${base64}\n-----END RSA PRIVATE KEY-----`;

export const APP = { GITHUB_API_URL: API, GITHUB_APP_ID: "12", GITHUB_APP_PRIVATE_KEY: PEM };

/** Whether an Authorization header holds a JWT that our App signed. */
export async function isOurJwt(authorization: string | null): Promise<boolean> {
  const [head = "", claims = "", signature = ""] = (authorization ?? "").replace(/^bearer /i, "").split(".");
  const bytes = Uint8Array.from(atob(signature.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  if (!("publicKey" in keys)) return false;
  return await crypto.subtle.verify(
    ALGORITHM.name,
    keys.publicKey,
    bytes,
    new TextEncoder().encode(`${head}.${claims}`),
  );
}

type Answer = (request: Request, nth: number) => Response | Promise<Response>;

/** A request without its streams: those belong to the object that made it. */
export interface Asked {
  /** Method and path below the API, with its query; or method and address elsewhere. */
  readonly key: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

const withoutQuery = (key: string): string => key.split("?")[0] ?? "";

/** Answers by key, or by key without its query; everything else is 404. */
export function gitHub(answers: Readonly<Record<string, Answer>>): { asked: Asked[]; count: (key: string) => number } {
  const asked: Asked[] = [];
  const count = (key: string): number => asked.filter((one) => one.key === key || withoutQuery(one.key) === key).length;
  vi.stubGlobal("fetch", async (input: string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { method, url, headers } = request;
    const key = `${method} ${url.startsWith(API) ? url.slice(API.length) : url}`;
    asked.push({ key, url, headers, body: await request.clone().text() });
    const known = [key, withoutQuery(key)].find((one) => one in answers) ?? "";
    return (await answers[known]?.(request, count(known))) ?? Response.json({ message: "Not Found" }, { status: 404 });
  });
  return { asked, count };
}

/** The answer to a request for a token: `token-1`, `token-2`, ..., each for `ms`. */
export const tokens =
  (ms = 3600_000): Answer =>
  (_request, nth) =>
    Response.json({ token: `token-${nth}`, expires_at: new Date(Date.now() + ms).toISOString() }, { status: 201 });

/** What the table needs for an App that is installed for `owner`. Ids must be a test's own: objects keep what they know. */
export const installed = (owner: string, id: number, ms?: number): Readonly<Record<string, Answer>> => ({
  [`GET /orgs/${owner}/installation`]: () => Response.json({ id }),
  [`POST /app/installations/${id}/access_tokens`]: tokens(ms),
});

/** The worker's bindings with these settings; its budget objects are real ones that have the settings too. */
export function withSettings(settings: Readonly<Record<string, string>>): {
  env: Env;
  budget: (name: string) => GitHubBudgetRpc;
  failing: Set<string>;
} {
  const failing = new Set<string>();
  const objects = new Map<string, GitHubBudget>();
  const mine: Env = Object.assign({ ...env, ...settings }, { GITHUB_BUDGET: { getByName: budget } });

  function budget(name: string): GitHubBudgetRpc {
    const ask = (method: string, args: readonly unknown[]): Promise<unknown> =>
      runInDurableObject(env.GITHUB_BUDGET.getByName(name), async (_instance, state) => {
        const object = objects.get(name) ?? new GitHubBudget(state, mine);
        objects.set(name, object);
        if (failing.has(method)) throw new Error("the object was reset");
        return await Reflect.apply(Reflect.get(object, method), object, args);
      });
    return new Proxy(Object.create(GitHubBudget.prototype), {
      get: (_target, method) => (method === "then" ? undefined : (...args: unknown[]) => ask(String(method), args)),
    });
  }
  return { env: mine, budget, failing };
}

export const clientOf = (env: Env, owner: string, repo = ""): GitHubClient =>
  githubClient(env, { owner, repo, delivery: "guid-1", consumer: "test" });

/** The error of a call that must fail. */
export async function failure(asked: () => Promise<unknown>): Promise<unknown> {
  try {
    await asked();
  } catch (error) {
    return error;
  }
  throw new Error("nothing failed");
}
