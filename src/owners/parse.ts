/** The texts of OWNERS, OWNERS_ALIASES and Markdown front matter (spec chatops 3.1). Hostile input: parsed, never trusted. */
import { parse } from "yaml";
import * as z from "zod";
import type { OwnersOptions } from "./types.ts";

/** Scalars are read as text, as Prow's YAML reader does: a login may look like a number. */
const Name = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Names = z
  .array(Name)
  .nullish()
  .transform((names) => names ?? []);

const Lists = z.object({ approvers: Names, reviewers: Names, required_reviewers: Names, labels: Names });
const Flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const Options = z
  .object({ no_parent_owners: Flag, auto_approve_unowned_subfolders: Flag })
  .nullish()
  .transform((options): OwnersOptions => options ?? NO_OPTIONS);

const Simple = Lists.extend({ options: Options });
const Filtered = z.object({ options: Options, filters: z.record(z.string(), Lists.nullable()).nullish() });

const NO_OPTIONS: OwnersOptions = { no_parent_owners: false, auto_approve_unowned_subfolders: false };

export type OwnerLists = z.output<typeof Lists>;

export interface OwnersFile {
  readonly options: OwnersOptions;
  /** Lists by Go pattern of paths relative to the file's directory; `.*` is everything. */
  readonly filters: ReadonlyMap<string, OwnerLists>;
}

/** Parses an OWNERS file: the simple form, or, when that is malformed or names nobody, the form with filters. Throws. */
export function parseOwners(text: string): OwnersFile {
  const document = yaml(text) ?? {};
  const simple = Simple.safeParse(document);
  if (simple.success && hasEntries(simple.data)) {
    return { options: simple.data.options, filters: new Map([[".*", simple.data]]) };
  }
  const filtered = Filtered.safeParse(document);
  if (!filtered.success || (!simple.success && !filtered.data.filters)) {
    throw new Error(explain(simple.error ?? filtered.error));
  }
  const entries = Object.entries(filtered.data.filters ?? {});
  const filters = entries.flatMap(([pattern, lists]): [string, OwnerLists][] => (lists ? [[pattern, lists]] : []));
  return { options: filtered.data.options, filters: new Map(filters) };
}

const FRONT_MATTER = /^---\r?\n/;

/** The owners in a Markdown file's front matter; null when it has none. Throws when it is malformed. */
export function parseMarkdown(text: string): OwnersFile | null {
  const start = FRONT_MATTER.exec(text);
  if (!start) return null;
  const end = text.slice(start[0].length - 1).search(/\n---/);
  if (end < 0) return null;
  const simple = Simple.safeParse(yaml(text.slice(start[0].length, start[0].length - 1 + end)) ?? {});
  if (!simple.success) throw new Error(explain(simple.error));
  return hasEntries(simple.data) ? { options: simple.data.options, filters: new Map([[".*", simple.data]]) } : null;
}

/** A list, or the keys of a mapping such as `{alice, bob}`. Anything else makes the file invalid. */
const AliasMembers = z
  .union([z.array(Name), z.record(z.string(), z.unknown()).transform((map) => Object.keys(map))])
  .nullable()
  .transform((names) => names ?? []);
const Aliases = z.object({ aliases: z.record(z.string(), AliasMembers).nullish() }).nullish();

/** Alias to logins, both normalised. Throws when the file is malformed: then no alias counts. */
export function parseAliases(text: string): ReadonlyMap<string, readonly string[]> {
  const result = Aliases.safeParse(yaml(text));
  if (!result.success) throw new Error(explain(result.error));
  const entries = Object.entries(result.data?.aliases ?? {});
  return new Map(entries.map(([alias, names]) => [normalLogin(alias), names.map(normalLogin)]));
}

/** Lower case, without `@`. */
export function normalLogin(name: string): string {
  return name.trim().replace(/^@/, "").toLowerCase();
}

function hasEntries(lists: OwnerLists): boolean {
  const { approvers, reviewers, required_reviewers, labels } = lists;
  return approvers.length + reviewers.length + required_reviewers.length + labels.length > 0;
}

function yaml(text: string): unknown {
  const document: unknown = parse(text, { uniqueKeys: false, maxAliasCount: 100, logLevel: "error" });
  return document;
}

function explain(error: { readonly issues: z.ZodError["issues"] } | undefined): string {
  const issue = error?.issues[0];
  return `${issue?.path.join(".") || "the document"}: ${issue?.message ?? "is malformed"}`;
}
