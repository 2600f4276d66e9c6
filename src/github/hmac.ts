/** Webhook secrets (spec chatops 1.3): which tokens may sign for a repository, and whether one of them did. */
import { verify } from "@octokit/webhooks-methods";
import { parse } from "yaml";
import * as z from "zod";

/** Key (`org/repo`, `org` or `*`, in lower case) to the tokens of that level, newest and older alike. */
export interface WebhookSecrets {
  readonly levels: ReadonlyMap<string, readonly string[]>;
  /** False: the whole setting is one token, good for everything. */
  readonly keyed: boolean;
}

const Token = z.object({ value: z.string().min(1), created_at: z.unknown().optional() });
const Keyed = z.record(z.string().min(1), z.array(Token).min(1));

/** Parses the setting: YAML of key to `{ value, created_at }[]`, or, when it is not of that shape, one opaque token. */
export function parseSecrets(text: string): WebhookSecrets {
  const keyed = Keyed.safeParse(readYaml(text));
  if (!keyed.success) {
    const token = text.trim();
    return { levels: new Map(token === "" ? [] : [["*", [token]]]), keyed: false };
  }
  const levels = new Map<string, readonly string[]>();
  for (const [key, tokens] of Object.entries(keyed.data)) {
    const values = tokens.map((token) => token.value.trim());
    levels.set(key.toLowerCase(), [...(levels.get(key.toLowerCase()) ?? []), ...values]);
  }
  return { levels, keyed: true };
}

function readYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return null;
  }
}

/**
 * The most specific level that exists for an owner and repository (either may be empty): `org/repo`, else `org`,
 * else `*`. There is no fall-through: the tokens of a broader level do not count when a narrower one exists.
 */
export function levelOf(secrets: WebhookSecrets, owner: string, repo: string): string | null {
  const candidates = [...(owner && repo ? [`${owner}/${repo}`] : []), ...(owner ? [owner] : []), "*"];
  return candidates.map((key) => key.toLowerCase()).find((key) => secrets.levels.has(key)) ?? null;
}

/**
 * The levels one of whose tokens signed these bytes. Asked before the body is parsed, so that nobody without a token
 * makes us parse 25 MiB; what comes out is then compared with {@link levelOf}.
 */
export async function signedBy(secrets: WebhookSecrets, body: string, signature: string): Promise<ReadonlySet<string>> {
  const levels = new Set<string>();
  if (body === "" || !/^sha256=[0-9a-f]{64}$/i.test(signature)) return levels;
  const outcome = new Map<string, boolean>();
  for (const [level, tokens] of secrets.levels) {
    for (const token of tokens) {
      const good = outcome.get(token) ?? (await verify(token, body, signature.toLowerCase()));
      outcome.set(token, good);
      if (good) levels.add(level);
    }
  }
  return levels;
}
