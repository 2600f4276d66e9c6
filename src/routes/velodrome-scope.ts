/** Where and when a panel is to look, from an address's query: hostile until read here. */
import * as z from "zod";
import type { ScopeView } from "../../ui/chart/scope.ts";
import { type Env, settings } from "../env.ts";
import type { Dashboard, Scope } from "../velodrome/dashboards/panel.ts";

const SECONDS = { h: 3600, d: 86_400, w: 7 * 86_400, y: 366 * 86_400 } as const;
/** The year 2100. */
const LATEST = 4_102_444_800;
const SHORTEST = 60;
const MOST_REPOSITORIES = 20;

const moment = z.coerce.number().int().min(0).max(LATEST).optional();
const Query = z.object({
  range: z
    .string()
    .regex(/^[1-9]\d{0,3}[hdwy]$/)
    .optional(),
  from: moment,
  to: moment,
  sig: z
    .string()
    .max(60)
    .regex(/^[\w .:/-]*$/)
    .default(""),
  width: z.coerce.number().int().min(50).max(2000).default(600),
});

export const BAD_SCOPE =
  "range is a number of hours, days, weeks or years such as 90d; from and to are Unix seconds, from before to; repo is org/repo, " +
  `at most ${MOST_REPOSITORIES} of them; sig a label without sig/; width from 50 to 2000`;

export interface Asked {
  readonly view: ScopeView;
  readonly width: number;
}

/** `now`: Unix seconds. Null: it is none; see {@link BAD_SCOPE}. */
export function askedScope(url: string, { days }: Dashboard, now: number): Asked | null {
  const { searchParams } = new URL(url);
  const query = Query.safeParse(Object.fromEntries(searchParams));
  const repositories = [...new Set(searchParams.getAll("repo").map((name) => name.toLowerCase()))];
  if (!query.success || repositories.length > MOST_REPOSITORIES) return null;
  if (!repositories.every((name) => /^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(name))) return null;
  const { from, to = now, width } = query.data;
  const sig = query.data.sig.trim().replace(/^sig\//, "");
  if (from !== undefined) {
    if (from + SHORTEST > to) return null;
    return { view: { range: "", from, to, repositories, sig }, width };
  }
  const range = query.data.range ?? `${days}d`;
  const unit = z.enum(["h", "d", "w", "y"]).parse(range.slice(-1));
  const span = Number(range.slice(0, -1)) * SECONDS[unit];
  return { view: { range, from: Math.max(0, now - span), to: now, repositories, sig }, width };
}

/** Of the repositories that were asked for, or else of those that there are. */
export function scopeOf(env: Env, { view, width }: Asked, seen: readonly string[], now: number): Scope {
  const { from, to, sig } = view;
  const repositories = view.repositories.length > 0 ? view.repositories : seen.slice(0, MOST_REPOSITORIES);
  return { repositories, from, to, sig, width, now, github: settings(env).GITHUB_URL.replace(/\/$/, "") };
}
