/** The few calls of Cloudflare's REST API that wrangler's command line is awkward for. */
import { z } from "zod";
import { DeployError } from "./failure.ts";

export interface Credentials {
  /** Without a slash at the end, such as https://api.cloudflare.com/client/v4. */
  readonly baseUrl: string;
  readonly accountId: string;
  readonly token: string;
}

/** A setting that the deployed worker has; the text of a secret cannot be read back. */
export interface Bound {
  readonly name: string;
  readonly text: string | null;
}

export interface Cloudflare {
  findDatabase(name: string): Promise<string | null>;
  /** Returns the new database's id. */
  createDatabase(name: string): Promise<string>;
  hasBucket(name: string): Promise<boolean>;
  createBucket(name: string): Promise<void>;
  /** The account's part of `<worker>.<subdomain>.workers.dev`; null before it has chosen one. */
  subdomain(): Promise<string | null>;
  /** Variables and secrets of the deployed worker; empty before the first deploy. */
  bound(worker: string): Promise<Bound[]>;
  putSecret(worker: string, name: string, text: string): Promise<void>;
}

const Answer = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).default([]),
  result: z.unknown(),
});
const Databases = z.array(z.object({ uuid: z.string().min(1), name: z.string() }));
const Bindings = z.object({
  bindings: z.array(z.object({ type: z.string(), name: z.string(), text: z.string().optional() })).default([]),
});
const Accounts = z.array(z.object({ id: z.string(), name: z.string() }));

const TOKEN_PAGE = "https://dash.cloudflare.com/profile/api-tokens";
const PAGE = 100;

/** What to do about an answer other than success; Cloudflare's own words alone seldom say. */
function advice(status: number, path: string, codes: readonly number[]): string {
  if (codes.includes(10042)) return " Turn R2 on in the dashboard (R2 object storage), then run this again.";
  if (status === 401 || codes.includes(9109) || codes.includes(6003)) {
    return ` The token is not valid. Make one at ${TOKEN_PAGE} from the template "Edit Cloudflare Workers", with D1 and R2 edit added.`;
  }
  if (status === 403 || codes.includes(10000)) {
    const right = path.includes("/d1/")
      ? "D1: Edit"
      : path.includes("/r2/")
        ? "Workers R2 Storage: Edit"
        : "Workers Scripts: Edit";
    return ` The token may not do this in this account: give it "${right}" at ${TOKEN_PAGE}, and check CLOUDFLARE_ACCOUNT_ID.`;
  }
  if (status === 429 || status >= 500) return " This is usually over in a minute. Running it again does no harm.";
  return "";
}

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; result: unknown }>;

/** Throws {@link DeployError} on every answer but success and 404. */
function caller(baseUrl: string, token: string): Call {
  return async (method, path, body) => {
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const request = { method, headers, signal: AbortSignal.timeout(60_000) };
    const response = await fetch(
      `${baseUrl}${path}`,
      body === undefined ? request : { ...request, body: JSON.stringify(body) },
    ).catch((cause: unknown) => {
      throw new DeployError(`Cannot reach Cloudflare at ${new URL(baseUrl).host}. Check the network and try again.`, {
        cause,
      });
    });
    const answer = Answer.safeParse(await response.json().catch(() => null));
    if (response.status === 404) return { status: 404, result: null };
    if (response.ok && answer.success && answer.data.success)
      return { status: response.status, result: answer.data.result };
    const errors = answer.success ? answer.data.errors : [];
    const said = errors.map((error) => `${error.message} [code ${error.code}]`).join("; ") || "no JSON that we know";
    const hint = advice(
      response.status,
      path,
      errors.map((error) => error.code),
    );
    throw new DeployError(`Cloudflare answered ${response.status} to ${method} ${path}: ${said}.${hint}`);
  };
}

/** Every account that the token can see. */
export async function listAccounts(baseUrl: string, token: string): Promise<z.infer<typeof Accounts>> {
  const { result } = await caller(baseUrl, token)("GET", "/accounts?per_page=50");
  return Accounts.parse(result ?? []);
}

/** Names go into paths encoded; a name is looked for exactly, since Cloudflare's filter finds parts of names too. */
export function createCloudflare({ baseUrl, accountId, token }: Credentials): Cloudflare {
  const call = caller(baseUrl, token);
  const account = `/accounts/${encodeURIComponent(accountId)}`;
  const script = (worker: string) => `${account}/workers/scripts/${encodeURIComponent(worker)}`;
  return {
    async findDatabase(name) {
      for (let page = 1; ; page += 1) {
        const query = `name=${encodeURIComponent(name)}&page=${page}&per_page=${PAGE}`;
        const { status, result } = await call("GET", `${account}/d1/database?${query}`);
        if (status === 404)
          throw new DeployError("Cloudflare does not know this account. Check CLOUDFLARE_ACCOUNT_ID.");
        const databases = Databases.parse(result);
        const found = databases.find((database) => database.name === name);
        if (found) return found.uuid;
        if (databases.length < PAGE) return null;
      }
    },
    async createDatabase(name) {
      const { result } = await call("POST", `${account}/d1/database`, { name });
      return Databases.element.parse(result).uuid;
    },
    async hasBucket(name) {
      return (await call("GET", `${account}/r2/buckets/${encodeURIComponent(name)}`)).status !== 404;
    },
    async createBucket(name) {
      await call("POST", `${account}/r2/buckets`, { name });
    },
    async subdomain() {
      const { result } = await call("GET", `${account}/workers/subdomain`);
      return z.object({ subdomain: z.string() }).nullable().parse(result)?.subdomain || null;
    },
    async bound(worker) {
      const { result } = await call("GET", `${script(worker)}/settings`);
      const { bindings } = Bindings.parse(result ?? {});
      return bindings
        .filter((binding) => binding.type === "plain_text" || binding.type === "secret_text")
        .map((binding) => ({ name: binding.name, text: binding.type === "plain_text" ? (binding.text ?? "") : null }));
    },
    async putSecret(worker, name, text) {
      const { status } = await call("PUT", `${script(worker)}/secrets`, { name, text, type: "secret_text" });
      if (status === 404)
        throw new DeployError(`Cloudflare does not find the worker ${worker} to give it ${name}. Run this again.`);
    },
  };
}
