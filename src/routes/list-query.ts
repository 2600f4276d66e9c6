/** Filters of lists as they stand in URLs. Empty values mean any; wrong ones are said, not guessed. */
import * as z from "zod";
import { DELIVERY_STATES } from "../store/delivery-list.ts";
import type { DeliveryFilter } from "../store/delivery-list.ts";
import { JOB_STATES, JOB_TYPES } from "../store/job-list.ts";
import type { JobFilter } from "../store/job-list.ts";
import { cursorText, parseCursor } from "../store/page.ts";
import type { Cursor } from "../store/page.ts";

const LONGEST = 200;
const PAGE_ROWS = 50;
const MOST_ROWS = 200;

const any = (value: unknown): unknown => (typeof value === "string" && value.trim() !== "" ? value.trim() : undefined);
const text = z.preprocess(any, z.string().max(LONGEST).optional());
const repository = z.preprocess(
  any,
  z
    .string()
    .max(LONGEST)
    .regex(/^[\w.-]+(\/[\w.-]+)?$/, "must be org/repo or org")
    .optional(),
);
const number = z.preprocess(
  any,
  z
    .string()
    .regex(/^\d{1,9}$/, "must be a number")
    .transform(Number)
    .optional(),
);
const before = z.preprocess(
  any,
  z
    .string()
    .transform(
      (value, context) => parseCursor(value) ?? (context.addIssue("must be taken from a page's link"), z.NEVER),
    )
    .optional(),
);
const limit = z.preprocess(any, z.coerce.number().int().min(1).max(MOST_ROWS).optional());

export const JobQuery = z.object({
  type: z.preprocess(any, z.enum(JOB_TYPES).optional()),
  state: z.preprocess(any, z.enum(JOB_STATES).optional()),
  repo: repository,
  pull: number,
  author: text,
  job: text,
  cluster: text,
  before,
  limit,
});

export const DeliveryQuery = z.object({
  event: text,
  state: z.preprocess(any, z.enum(DELIVERY_STATES).optional()),
  repo: repository,
  number,
  sender: text,
  before,
  limit,
});

export type Query<Filter> =
  | { readonly ok: true; readonly filter: Filter; readonly before: Cursor | null; readonly limit: number }
  | { readonly ok: false; readonly problem: string };

/** What is wrong, in one sentence. */
const problemOf = (error: z.ZodError): string =>
  `${error.issues.map((issue) => `${issue.path.join(".")} ${issue.message.replace(/^Invalid option: expected/, "must be")}`).join("; ")}.`;

function splitRepository(full: string | undefined): { org?: string | undefined; repo?: string | undefined } {
  const [org, repo] = full?.split("/") ?? [];
  return { org, repo };
}

export function jobQuery(query: Readonly<Record<string, string>>): Query<JobFilter> {
  const parsed = JobQuery.safeParse(query);
  if (!parsed.success) return { ok: false, problem: problemOf(parsed.error) };
  const { repo, before, limit, ...rest } = parsed.data;
  return { ok: true, filter: { ...rest, ...splitRepository(repo) }, before: before ?? null, limit: limit ?? PAGE_ROWS };
}

export function deliveryQuery(query: Readonly<Record<string, string>>): Query<DeliveryFilter> {
  const parsed = DeliveryQuery.safeParse(query);
  if (!parsed.success) return { ok: false, problem: problemOf(parsed.error) };
  const { repo, before, limit, ...rest } = parsed.data;
  return { ok: true, filter: { ...rest, ...splitRepository(repo) }, before: before ?? null, limit: limit ?? PAGE_ROWS };
}

/** The given names of a query as text, empty when missing: what a filter form shows. */
export function queryText<Name extends string>(
  query: Readonly<Record<string, string>>,
  names: readonly Name[],
): Record<Name, string> {
  const entries = names.map((name) => [name, (query[name] ?? "").trim().slice(0, LONGEST)] as const);
  // oxlint-disable-next-line no-unsafe-type-assertion -- each name is in entries
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** Path and query of the page that begins at a cursor; null at the end. */
export function nextHref(path: string, query: Readonly<Record<string, string>>, next: Cursor | null): string | null {
  if (next === null) return null;
  const kept = Object.entries(query).filter(([name, value]) => name !== "before" && value !== "");
  return `${path}?${new URLSearchParams([...kept, ["before", cursorText(next)]]).toString()}`;
}
