/** How the runner's routes say no. */
import type { Context } from "hono";
import type { Refusal } from "../jobs/rpc.ts";
import type { AppEnv } from "./app.ts";

type Status = 400 | 401 | 403 | 404 | 409 | 411 | 413 | 426;

const STATUS: Readonly<Record<Refusal["error"], Status>> = {
  unauthorized: 401,
  forbidden: 403,
  stale: 409,
  gap: 409,
  finished: 409,
  limit: 413,
};

export function problem(c: Context<AppEnv>, status: Status, code: string, message: string, more = {}): Response {
  return c.json({ error: { code, message }, ...more }, status);
}

export function refused(c: Context<AppEnv>, refusal: Refusal, more = {}): Response {
  return problem(c, STATUS[refusal.error], refusal.error, refusal.message, more);
}
