/** Reads who did what by week for panels: the latest weeks of the range that can be read at once. */
import { sql } from "kysely";
import type { DeedKind } from "../measures/deed.ts";
import { analytic, ask, listed } from "../measures/kysely.ts";
import { WEEK, weekOf } from "../measures/weeks.ts";
import type { Scope } from "./panel.ts";
import { measuredUntil } from "./weekly.ts";

/** For how many people a week has; and of a panel, with room for weeks that had more. */
const MOST_SAMPLED = 900;
const MOST_ROWS = 3300;
const ROOM = 0.75;

export interface PersonWeek {
  readonly repository: string;
  readonly kind: DeedKind;
  readonly week: number;
  readonly person: string;
  readonly n: number;
}

export interface People {
  readonly rows: readonly PersonWeek[];
  /** Mondays, Unix seconds. */
  readonly weeks: readonly number[];
  readonly asOf: number | null;
}

export async function readPeople(db: D1Database, scope: Scope, kinds: readonly DeedKind[]): Promise<People> {
  const asOf = await measuredUntil(db, scope.repositories);
  const last = weekOf(Math.min(scope.to - 1, asOf ?? scope.to));
  const { rows: sample } = await ask(db, peopleIn(scope, kinds, last - WEEK, last - WEEK, MOST_SAMPLED));
  const fit = Math.max(1, Math.floor((MOST_ROWS * ROOM) / Math.max(1, sample.length)));
  const first = Math.max(Math.min(weekOf(scope.from), last), last - (fit - 1) * WEEK);
  const { rows } = await ask(db, peopleIn(scope, kinds, first, last, MOST_ROWS));
  return { rows, weeks: Array.from({ length: (last - first) / WEEK + 1 }, (_, at) => first + at * WEEK), asOf };
}

function peopleIn({ repositories, sig }: Scope, kinds: readonly DeedKind[], first: number, last: number, most: number) {
  return analytic
    .selectFrom(listed(sql`${JSON.stringify(repositories)}`).as("of"))
    .crossJoin(listed(sql`${JSON.stringify(kinds)}`).as("named"))
    .crossJoin("person_week")
    .select(["repository", "week", "person", "n"])
    .select(sql<DeedKind>`kind`.as("kind"))
    .whereRef("repository", "=", "of.value")
    .whereRef("kind", "=", "named.value")
    .where("sig", "=", sig)
    .where("week", ">=", first)
    .where("week", "<=", last)
    .limit(most);
}

/** How much each person did, the most first. */
export function sums(rows: readonly PersonWeek[]): readonly (readonly [person: string, n: number])[] {
  const found = new Map<string, number>();
  for (const { person, n } of rows) found.set(person, (found.get(person) ?? 0) + n);
  return [...found].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** 0: all did the same; towards 1: one did everything. Of numbers in falling order. */
export function gini(amounts: readonly number[]): number | null {
  const all = amounts.reduce((sum, one) => sum + one, 0);
  if (all === 0) return null;
  const weighted = amounts.toReversed().reduce((sum, one, at) => sum + (at + 1) * one, 0);
  return (2 * weighted) / (amounts.length * all) - (amounts.length + 1) / amounts.length;
}

/** How many people did more than half of it all, and what part the ten busiest did. Of numbers in falling order. */
export function concentration(amounts: readonly number[]): { readonly half: number; readonly topTen: number | null } {
  const all = amounts.reduce((sum, one) => sum + one, 0);
  let half = 0;
  for (let sum = 0; half < amounts.length && 2 * sum <= all; half += 1) sum += amounts[half] ?? 0;
  const ten = amounts.slice(0, 10).reduce((sum, one) => sum + one, 0);
  return { half, topTen: all === 0 ? null : ten / all };
}
