/** Who deploys, and into which account. */
import { z } from "zod";
import { type Credentials, listAccounts } from "./cloudflare.ts";
import { DeployError } from "./failure.ts";
import { wrangler } from "./wrangler.ts";

const SIGN_IN = `Not signed in to Cloudflare. Do one of these, then run this again:
  - in CI: set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID. Make the token at https://dash.cloudflare.com/profile/api-tokens
    from the template "Edit Cloudflare Workers", with D1: Edit and Workers R2 Storage: Edit added
  - on your own machine: npx wrangler login`;

const OAuth = z.object({ token: z.string().min(1) });

/** The token of `wrangler login`, renewed by wrangler when it is old; null when nobody is signed in. */
async function signedInToken(): Promise<string | null> {
  const { code, stdout } = await wrangler(["auth", "token", "--json"]);
  if (code !== 0) return null;
  try {
    return OAuth.parse(JSON.parse(stdout)).token;
  } catch {
    return null;
  }
}

/**
 * The environment's token and account, else wrangler's own sign-in and its only account.
 * Throws {@link DeployError} saying how to sign in, or which accounts there are to choose from.
 */
export async function findCredentials(
  env: Readonly<Record<string, string | undefined>>,
  configuredAccount: string | undefined,
): Promise<Credentials> {
  const baseUrl = (env["CLOUDFLARE_API_BASE_URL"] || "https://api.cloudflare.com/client/v4").replace(/\/+$/, "");
  const token = env["CLOUDFLARE_API_TOKEN"] || (await signedInToken());
  if (!token) throw new DeployError(SIGN_IN);
  const named = env["CLOUDFLARE_ACCOUNT_ID"] || configuredAccount;
  if (named) return { baseUrl, token, accountId: named };
  const accounts = await listAccounts(baseUrl, token);
  const [only] = accounts;
  if (only && accounts.length === 1) return { baseUrl, token, accountId: only.id };
  const choice = accounts.map((account) => `\n  CLOUDFLARE_ACCOUNT_ID=${account.id}  # ${account.name}`).join("");
  throw new DeployError(
    choice ? `Several accounts. Set one of these:${choice}` : "The token sees no account. Set CLOUDFLARE_ACCOUNT_ID.",
  );
}
