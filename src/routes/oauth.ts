/** GitHub's OAuth code flow with PKCE (S256) and state. */
import * as oauth from "oauth4webapi";
import * as z from "zod";
import { settings } from "../env.ts";
import type { Env } from "../env.ts";
import { askGitHub } from "./viewer-github.ts";

/** What the browser keeps, sealed, between leaving for GitHub and coming back. */
export const PendingSignIn = z.object({ state: z.string(), verifier: z.string(), returnTo: z.string() });
export type PendingSignIn = z.infer<typeof PendingSignIn>;

/** Sign-in failed; the message is for the person who tried. */
export class SignInError extends Error {
  override readonly name = "SignInError";
}

function parts(env: Env): { server: oauth.AuthorizationServer; client: oauth.Client; auth: oauth.ClientAuth } | null {
  const { GITHUB_URL, GITHUB_OAUTH_CLIENT_ID, GITHUB_OAUTH_CLIENT_SECRET } = settings(env);
  if (!GITHUB_OAUTH_CLIENT_ID || !GITHUB_OAUTH_CLIENT_SECRET) return null;
  const server = {
    issuer: `${GITHUB_URL}/login/oauth`,
    authorization_endpoint: `${GITHUB_URL}/login/oauth/authorize`,
    token_endpoint: `${GITHUB_URL}/login/oauth/access_token`,
  };
  const auth = oauth.ClientSecretPost(GITHUB_OAUTH_CLIENT_SECRET);
  return { server, client: { client_id: GITHUB_OAUTH_CLIENT_ID }, auth };
}

const redirectUri = (env: Env): string => `${settings(env).PUBLIC_URL}/login/callback`;

/** Where to send the browser, and what it must bring back. Null when OAuth is not set up. */
export async function beginSignIn(env: Env, returnTo: string): Promise<{ url: string; pending: PendingSignIn } | null> {
  const flow = parts(env);
  if (flow === null) return null;
  const pending = { state: oauth.generateRandomState(), verifier: oauth.generateRandomCodeVerifier(), returnTo };
  const url = new URL(`${settings(env).GITHUB_URL}/login/oauth/authorize`);
  url.searchParams.set("client_id", flow.client.client_id);
  url.searchParams.set("redirect_uri", redirectUri(env));
  url.searchParams.set("response_type", "code");
  url.searchParams.set("state", pending.state);
  url.searchParams.set("code_challenge", await oauth.calculatePKCECodeChallenge(pending.verifier));
  url.searchParams.set("code_challenge_method", "S256");
  return { url: url.href, pending };
}

export interface SignedIn {
  readonly login: string;
  readonly userId: number;
  readonly token: string;
  /** Seconds that GitHub grants the token; null when it does not say. */
  readonly expiresIn: number | null;
}

const User = z.object({ login: z.string().min(1), id: z.int() });

/** Redeems the code of a callback. Throws {@link SignInError}; never shows what GitHub sent. */
export async function finishSignIn(env: Env, callback: URL, pending: PendingSignIn): Promise<SignedIn> {
  const flow = parts(env);
  if (flow === null) throw new SignInError("Sign-in is not set up.");
  const { server, client, auth } = flow;
  const token = await redeem(env, { server, client, auth }, callback, pending);
  const answer = await askGitHub(env, token.access_token, "/user");
  const user = answer.ok ? User.safeParse(await answer.json()) : null;
  if (!user?.success) throw new SignInError("GitHub did not say who you are. Please try again.");
  return {
    login: user.data.login,
    userId: user.data.id,
    token: token.access_token,
    expiresIn: token.expires_in ?? null,
  };
}

async function redeem(
  env: Env,
  { server, client, auth }: NonNullable<ReturnType<typeof parts>>,
  callback: URL,
  pending: PendingSignIn,
): Promise<oauth.TokenEndpointResponse> {
  try {
    const params = oauth.validateAuthResponse(server, client, callback, pending.state);
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      auth,
      params,
      redirectUri(env),
      pending.verifier,
      {
        [oauth.allowInsecureRequests]: settings(env).GITHUB_URL.startsWith("http:"),
        signal: AbortSignal.timeout(10_000),
      },
    );
    return await oauth.processAuthorizationCodeResponse(server, client, answer);
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError && error.error === "access_denied") {
      throw new SignInError("You did not allow the sign-in at GitHub.", { cause: error });
    }
    throw new SignInError("GitHub did not confirm the sign-in. Please try again.", { cause: error });
  }
}
