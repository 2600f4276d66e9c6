/** Who calls: a token, an App's JSON web token, or nobody. */
import { createPublicKey, verify } from "node:crypto";
import { ApiError } from "../errors.ts";
import type { Account, App, Installation, Token } from "../state/model.ts";
import type { Actor, World } from "../world.ts";

export type Caller =
  | { readonly kind: "anonymous" }
  | { readonly kind: "user"; readonly account: Account; readonly token: Token }
  | { readonly kind: "installation"; readonly installation: Installation; readonly app: App; readonly token: Token }
  | { readonly kind: "app"; readonly app: App };

const badJwt = (message: string): ApiError => new ApiError(401, message);

function part(text: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text ?? "", "base64url").toString());
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

/** Checks an App's RS256 token and its claims, with GitHub's words for what is wrong. */
function appOf(world: World, jwt: string): App {
  const [head, claims, signature] = jwt.split(".");
  const header = part(head);
  const body = part(claims);
  if (!header || !body || header.alg !== "RS256" || !signature) throw badJwt("A JSON web token could not be decoded");
  const now = Date.now() / 1000;
  const { iat, exp, iss } = body;
  const app = world.state.apps.find((one) => String(one.id) === String(iss) || one.clientId === iss);
  if (!app) throw badJwt("'Issuer' claim ('iss') must be an Integer");
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify("sha256", signed, createPublicKey(app.publicKey), Buffer.from(signature, "base64url")))
    throw badJwt("A JSON web token could not be decoded");
  if (typeof exp !== "number" || exp <= now)
    throw badJwt(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp > now + 660 || (typeof iat === "number" && exp - iat > 660))
    throw badJwt("'Expiration time' claim ('exp') is too far in the future");
  if (typeof iat !== "number" || iat > now + 60)
    throw badJwt("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  return app;
}

/** The caller of a token, however it was presented. Null when nobody knows it, or no longer. */
function callerOfToken(world: World, secret: string): Caller | null {
  const token = world.state.tokens.find((one) => one.token === secret);
  if (!token || (token.expiresAt !== null && Date.parse(token.expiresAt) <= Date.now())) return null;
  if (token.login !== null) {
    const account = world.account(token.login);
    return account ? { kind: "user", account, token } : null;
  }
  const installation = world.state.installations.find((one) => one.id === token.installation);
  return installation ? { kind: "installation", installation, app: world.appById(installation.app), token } : null;
}

/** Reads an Authorization header. Throws 401 for what is presented and wrong. */
export function callerOf(world: World, header: string | undefined): Caller {
  if (!header) return { kind: "anonymous" };
  const [scheme = "", rest = ""] = header.split(/\s+(.*)/s);
  const kind = scheme.toLowerCase();
  if (kind === "basic") {
    const [login = "", password = ""] = Buffer.from(rest, "base64").toString().split(/:(.*)/s);
    const caller = callerOfToken(world, password) ?? callerOfToken(world, login);
    if (caller) return caller;
  } else if ((kind === "bearer" || kind === "token") && rest.split(".").length === 3)
    return { kind: "app", app: appOf(world, rest) };
  else if (kind === "bearer" || kind === "token") {
    const caller = callerOfToken(world, rest);
    if (caller) return caller;
  }
  throw new ApiError(401, "Bad credentials");
}

export const loginOf = (caller: Caller): string | null => (caller.kind === "user" ? caller.account.login : null);

/** In whose name the caller acts. Throws 401 for nobody and 403 for an App as such. */
export function actorOf(world: World, caller: Caller): Actor {
  if (caller.kind === "user") return { account: caller.account, app: null };
  if (caller.kind === "installation") return world.botOf(caller.app);
  if (caller.kind === "app") throw ApiError.forbidden();
  throw new ApiError(401, "Requires authentication");
}

/** Whose budget a call counts on. */
export function budgetOf(caller: Caller, address: string): string {
  if (caller.kind === "user") return `user:${caller.account.login}`;
  if (caller.kind === "installation") return `installation:${caller.installation.id}`;
  return caller.kind === "app" ? `app:${caller.app.id}` : `address:${address}`;
}
