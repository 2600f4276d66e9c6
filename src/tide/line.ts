/** Who goes first (spec jobs 5.7; issue: priority lanes with fairness). */
import type { Candidate, PoolSettings } from "./model.ts";

const carries = (labels: readonly string[], entry: string): boolean =>
  entry.split(",").some((one) => labels.includes(one.trim()));

/** Lane of a pull request: 0 for who waited too long, then the priorities in their order, then all others. */
function laneOf({ facts, queuedAt }: Candidate, settings: PoolSettings, now: number): number {
  if (settings.starvationMs > 0 && queuedAt > 0 && now - queuedAt >= settings.starvationMs) return 0;
  const at = settings.priority.findIndex((labels) => labels.every((label) => carries(facts.labels, label)));
  return at === -1 ? settings.priority.length + 1 : at + 1;
}

/** By lane, then by number; of those who waited too long the one that waited longest. */
export function inLine(candidates: readonly Candidate[], settings: PoolSettings, now: number): readonly Candidate[] {
  const lanes = new Map(candidates.map((one) => [one, laneOf(one, settings, now)]));
  return candidates.toSorted((a, b) => {
    const [first, second] = [lanes.get(a) ?? 0, lanes.get(b) ?? 0];
    if (first !== second) return first - second;
    if (first === 0 && a.queuedAt !== b.queuedAt) return a.queuedAt - b.queuedAt;
    return a.facts.number - b.facts.number;
  });
}
