/** Adds up the gauges of one repository, piece by piece, and writes them as those of this week (spec velodrome 1.12 rule 2). */
import { used } from "../mirror/save.ts";
import { gaugeName, gaugesOf, ISSUE_GAUGES, PULL_GAUGES } from "./gauge.ts";
import { ask } from "./kysely.ts";
import { measured } from "./week.ts";
import { weekOf } from "./weeks.ts";

/** How far a count of what is open is. */
export interface Gauging {
  readonly pulls: boolean;
  readonly after: number;
  /** SIG -> gauge -> how many. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export const GAUGING: Gauging = { pulls: true, after: 0, counts: {} };

/** The next piece; null: all is written. `now`: seconds. */
export async function gaugeSome(
  db: D1Database,
  repository: string,
  at: Gauging,
  now: number,
): Promise<{ readonly next: Gauging | null; readonly used: number }> {
  const { rows, used: read } = await ask(db, gaugesOf(repository, at.pulls, at.after, now));
  if (rows.length > 0) {
    const after = Math.max(...rows.map(({ last }) => last));
    return { next: { ...at, after, counts: added(at.counts, rows) }, used: read };
  }
  const week = weekOf(now);
  const statements = (at.pulls ? PULL_GAUGES : ISSUE_GAUGES).flatMap((gauge) => {
    const counts = Object.entries(at.counts).map(([sig, of]) => ({ sig, size: "", n: of[gauge.name] ?? 0 }));
    return measured(db, repository, { measure: gaugeName(at.pulls, gauge), week }, counts);
  });
  const written = used(await db.batch([...statements]));
  return { next: at.pulls ? { pulls: false, after: 0, counts: {} } : null, used: read + written };
}

function added(counts: Gauging["counts"], rows: readonly object[]): Gauging["counts"] {
  const sums = new Map(Object.entries(counts).map(([sig, of]) => [sig, new Map(Object.entries(of))]));
  for (const row of rows) {
    const cells = new Map<string, unknown>(Object.entries(row));
    const sig = String(cells.get("sig"));
    const of = sums.get(sig) ?? new Map<string, number>();
    sums.set(sig, of);
    for (const [name, value] of cells)
      if (name !== "sig" && name !== "last") of.set(name, (of.get(name) ?? 0) + Number(value));
  }
  return Object.fromEntries([...sums].map(([sig, of]) => [sig, Object.fromEntries(of)]));
}
