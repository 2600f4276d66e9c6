/** Who calls gangway's API, and what of it they may (spec jobs 4.15). */
import type { Context } from "hono";
import * as z from "zod";
import { settings } from "../env.ts";
import { bearerOf, isKnownToken } from "../jobs/credential.ts";
import { type ApiClient, clientAllows, type Scope } from "../jobs/gangway.ts";
import type { ProwJob } from "../jobs/prowjob.ts";
import type { AppEnv } from "./app.ts";
import { readBody } from "./body.ts";
import { viewerOf } from "./viewer.ts";

const BODY_BYTES = 256 * 1024;

export interface Caller {
  readonly name: string;
  /** Null: an administrator. */
  readonly client: ApiClient | null;
}

export const fault = (
  c: Context<AppEnv>,
  status: 400 | 401 | 403 | 404 | 413,
  code: string,
  message: string,
): Response => c.json({ error: { code, message } }, status, { "cache-control": "no-store" });

async function callerOf(c: Context<AppEnv>): Promise<Caller | null> {
  const header = c.req.header("authorization");
  // A cookie is no token: what a browser sends by itself starts nothing here.
  if (header === undefined) return null;
  const token = bearerOf(header);
  for (const [name, client] of Object.entries(settings(c.env).API_TOKENS))
    if (await isKnownToken(token, [client.sha256])) return { name, client };
  const viewer = await viewerOf(c);
  return viewer.kind === "admin" ? { name: viewer.login, client: null } : null;
}

/** The caller when the token is good for a scope, else the answer that says why not. */
export async function admitted(c: Context<AppEnv>, scope: Scope): Promise<Caller | Response> {
  const caller = await callerOf(c);
  if (caller === null)
    return fault(c, 401, "unauthorized", "Send Authorization: Bearer <token>, one of the setting API_TOKENS.");
  if (caller.client !== null && !caller.client.scopes.includes(scope))
    return fault(c, 403, "forbidden", `The token of ${caller.name} lacks the scope ${scope}.`);
  return caller;
}

export const sees = ({ client }: Caller, job: ProwJob): boolean => client === null || clientAllows(client, job.spec);

export const NOT_THERE = "There is no such job, or it is not this token's to see.";

/** The body as a schema reads it, or the answer that says what is wrong. */
export async function askedOf<Value>(c: Context<AppEnv>, schema: z.ZodType<Value>): Promise<Value | Response> {
  const bytes = await readBody(c.req.raw, BODY_BYTES);
  if (bytes === null) return fault(c, 413, "too-large", `The body may have ${BODY_BYTES} bytes at most.`);
  const asked = schema.safeParse(jsonOf(bytes));
  return asked.success ? asked.data : fault(c, 400, "bad-request", z.prettifyError(asked.error).slice(0, 2000));
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
