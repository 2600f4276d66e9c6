/** What every sub-app shares: the bindings, and the error answer. */
import { Hono } from "hono";
import type { Env } from "../env.ts";

export interface AppEnv {
  Bindings: Env;
}

export const createApp = (): Hono<AppEnv> => new Hono<AppEnv>();
