/** How well somebody knows what changes (spec chatops 2.14). Pure. */
import type { Wrote } from "./blame.ts";

const DAY_MS = 24 * 3600_000;
const OF_APPROVER = 3;
const OF_REVIEWER = 2;

/**
 * Ten for each changed line that is theirs, up to five for how recent the newest of them is, and a little for their role.
 * Who wrote none of the lines has no score.
 */
export function scores(
  wrote: readonly Wrote[],
  approvers: ReadonlySet<string>,
  now: number,
): ReadonlyMap<string, number> {
  const of = new Map<string, { lines: number; newest: number }>();
  for (const { login, lines, at } of wrote) {
    const known = of.get(login) ?? { lines: 0, newest: 0 };
    of.set(login, { lines: known.lines + lines, newest: Math.max(known.newest, at) });
  }
  const scored = new Map<string, number>();
  for (const [login, { lines, newest }] of of) {
    const days = Math.max(0, (now - newest) / DAY_MS);
    scored.set(login, lines * 10 + 5 / (1 + days) + (approvers.has(login) ? OF_APPROVER : OF_REVIEWER));
  }
  return scored;
}
