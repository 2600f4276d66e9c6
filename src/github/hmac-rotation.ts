/** Rotation of webhook secrets (spec jobs 4.14): a new token beside the old ones, then the newest alone. Pure. */
import { parse, stringify } from "yaml";
import * as z from "zod";

const Token = z.object({ value: z.string().min(1), created_at: z.string() });
const File = z.record(z.string().regex(/^(?:\*|[\w.-]+(?:\/[\w.-]+)?)$/), z.array(Token).min(1));

/** Key (`*`, `org` or `org/repo`) to its tokens; any of them is taken, the newest signs. */
export type HmacFile = z.output<typeof File>;

/** The file cannot be used; the message says why, and holds no secret. */
export class HmacFileError extends Error {
  override readonly name = "HmacFileError";
}

/** Prow's file, or one secret alone, which is that of `*`. Empty: none yet. `now`: when a bare secret counts as made. */
export function parseHmacFile(text: string, now: string): HmacFile {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch {
    throw new HmacFileError("It is neither YAML nor one secret");
  }
  if (typeof value === "string" || typeof value === "number") return { "*": [{ value: text.trim(), created_at: now }] };
  const read = File.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new HmacFileError(`Wrong at ${issue?.path.join(".") ?? ""}: wanted a list of { value, created_at } by key`);
}

/** Without aliases: the hook reads none. */
export const hmacText = (file: HmacFile): string => stringify(file, { aliasDuplicateObjects: false });

const byAge = (a: { created_at: string }, b: { created_at: string }): number =>
  (Date.parse(b.created_at) || 0) - (Date.parse(a.created_at) || 0);

/** A key's tokens, the newest first. */
export const newestOf = (tokens: HmacFile[string]): HmacFile[string] => tokens.toSorted(byAge);

/**
 * A new token for a key, in front of those that it has. A key that is new keeps the token it had until now, that of the
 * next broader level: webhooks that GitHub still signs with it are taken.
 */
export function rotated(file: HmacFile, key: string, value: string, now: string): HmacFile {
  const broader = key.includes("/") ? [key.slice(0, key.indexOf("/")), "*"] : ["*"];
  const before = file[key] ?? broader.map((level) => file[level]).find((tokens) => tokens !== undefined) ?? [];
  return { ...file, [key]: [{ value, created_at: now }, ...newestOf(before)] };
}

/** The newest token of each key, or of one key, alone. */
export function pruned(file: HmacFile, key: string | null): HmacFile {
  return Object.fromEntries(
    Object.entries(file).map(([name, tokens]) => [
      name,
      key === null || key === name ? newestOf(tokens).slice(0, 1) : tokens,
    ]),
  );
}
