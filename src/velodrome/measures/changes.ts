/** What has to be written so that facts, deeds and their sums are those of today. Pure. */
import { stored } from "../../store/stored.ts";
import { ARRIVALS } from "./arrival.ts";
import type { Deed } from "./deed.ts";
import type { Fact } from "./fact.ts";
import { LATENCY_NAMES } from "./latency.ts";
import type { Dirty } from "./week.ts";
import { weekOf } from "./weeks.ts";

export const COLUMNS = [
  "number",
  "is_pr",
  "author",
  "author_bot",
  "opened",
  "closed",
  "merged",
  "draft",
  "first_response",
  "responder",
  "first_review",
  "first_lgtm",
  "last_lgtm",
  "first_approved",
  "last_other",
  "size",
  "sigs",
  "labels",
  "rounds",
  "rebases",
  "retests",
  "flaky",
] as const satisfies readonly (keyof Fact)[];
const LISTS = new Set<string>(["sigs", "labels", "rounds"]);

/** A fact as its row is: lists are JSON. */
export type FactRow = Readonly<Record<(typeof COLUMNS)[number], unknown>> &
  Readonly<{ number: number; opened: number; is_pr: number; sigs: string }>;
export type DeedRow = Deed & { readonly number: number };

export interface Derived {
  readonly fact: Fact;
  readonly deeds: readonly Deed[];
}

/** A row of `person_week`, or what one gains or loses. */
export type Sum = Omit<Deed, "n"> & { readonly sig: string; n: number };

export interface Changes {
  readonly facts: readonly FactRow[];
  readonly deeds: readonly DeedRow[];
  /** Numbers whose fact, or whose deeds, go. */
  readonly noFact: readonly number[];
  readonly noDeeds: readonly number[];
  readonly sums: readonly Sum[];
  readonly dirty: readonly Dirty[];
}

/** `now`: null for what is no more. */
export function changesOf(
  now: ReadonlyMap<number, Derived | null>,
  facts: readonly FactRow[],
  deeds: readonly DeedRow[],
): Changes {
  const had = new Map(facts.map((row) => [row.number, row]));
  const did = Map.groupBy(deeds, ({ number }) => number);
  const changes = { facts: [] as FactRow[], deeds: [] as DeedRow[], noFact: [] as number[], noDeeds: [] as number[] };
  const [sums, dirty] = [new Map<string, Sum>(), new Map<string, Dirty>()];
  for (const [number, derived] of now) {
    const before = had.get(number);
    const after = derived && rowOf(derived.fact);
    const [old, done] = [did.get(number) ?? [], derived?.deeds ?? []];
    const newFact = wordsOf(before) !== wordsOf(after);
    const newDeeds = deedWords(old) !== deedWords(done);
    if (!newFact && !newDeeds) continue;
    for (const row of newFact ? [before, after] : []) if (row) mark(dirty, row);
    add(sums, old, before, -1);
    add(sums, done, after, 1);
    if (after) changes.facts.push(after);
    else changes.noFact.push(number);
    if (newDeeds && old.length > 0) changes.noDeeds.push(number);
    if (newDeeds) changes.deeds.push(...done.map((deed) => ({ ...deed, number })));
  }
  return { ...changes, sums: [...sums.values()].filter(({ n }) => n !== 0), dirty: [...dirty.values()] };
}

function rowOf(fact: Fact): FactRow {
  const cells = COLUMNS.map((name) => [name, LISTS.has(name) ? JSON.stringify(fact[name]) : fact[name]]);
  return { ...fact, ...stored<FactRow>(JSON.stringify(Object.fromEntries(cells))) };
}

const wordsOf = (row: FactRow | null | undefined): string =>
  row ? JSON.stringify(COLUMNS.map((name) => row[name])) : "";

const deedWords = (deeds: readonly Deed[]): string =>
  JSON.stringify(deeds.map(({ week, kind, person, n }) => `${week} ${kind} ${person} ${n}`).toSorted());

/** The measures of the week in which it was opened. */
function mark(dirty: Map<string, Dirty>, { opened, is_pr: isPull }: FactRow): void {
  const week = weekOf(opened);
  const latencies = LATENCY_NAMES.filter((name) => name.startsWith("issue-") === (isPull === 0));
  for (const measure of isPull === 1 ? [...latencies, ARRIVALS[0]] : latencies)
    dirty.set(`${measure} ${week}`, { measure, week });
}

function add(sums: Map<string, Sum>, deeds: readonly Deed[], row: FactRow | null | undefined, sign: 1 | -1): void {
  const sigs = row ? stored<readonly string[]>(row.sigs) : [];
  for (const { week, kind, person, n } of deeds)
    for (const sig of ["", ...sigs]) {
      const key = `${week} ${kind} ${person} ${sig}`;
      const sum = sums.get(key) ?? { week, kind, person, sig, n: 0 };
      sum.n += sign * n;
      sums.set(key, sum);
    }
}
