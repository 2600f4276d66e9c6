/** The effects of one event, made as few as possible before they go to the outbox (design 1.8, 10). */
import type { Cause, Effect } from "./effects.ts";
import { joinedWith, OPPOSITES } from "./joins.ts";
import { describe, thingOf } from "./things.ts";
import { type Known, lastWord, withoutKnown } from "./known.ts";

export interface Decided {
  readonly effect: Effect;
  readonly cause: Cause;
}

export interface Coalesced {
  readonly effects: readonly Decided[];
  /** What was decided and will not be sent, with the reason: kept for the audit trail. */
  readonly dropped: readonly { readonly decided: Decided; readonly why: string }[];
}

/**
 * In this order: of effects on the same thing, and on the same person, the last one stays; what holds already goes, as far
 * as it is known; lists of people, of jobs and of changes are joined.
 */
export function coalesce(decided: readonly Decided[], known: Known): Coalesced {
  const dropped: Coalesced["dropped"][number][] = [];
  const lastOn = new Map<string, number>();
  decided.forEach(({ effect }, index) => {
    const thing = thingOf(effect);
    if (thing !== null) lastOn.set(thing, index);
  });
  const said = lastWord(decided.map(({ effect }) => effect));
  const kept: Decided[] = [];
  decided.forEach((one, index) => {
    const thing = thingOf(one.effect);
    const last = thing === null ? index : (lastOn.get(thing) ?? index);
    const later = decided[last];
    if (last !== index && later) {
      dropped.push({ decided: one, why: replacedBy(one, later) });
      return;
    }
    const standing = said(one.effect);
    const wanted = standing && withoutKnown(standing, known);
    if (wanted) join(kept, { effect: wanted, cause: one.cause });
    else dropped.push({ decided: one, why: `${describe(one.effect)} ${standing ? "holds already" : "is overruled"}` });
  });
  return { effects: kept, dropped };
}

function replacedBy(earlier: Decided, later: Decided): string {
  const same = JSON.stringify(earlier.effect) === JSON.stringify(later.effect);
  return same
    ? `${describe(earlier.effect)} is decided twice`
    : `${describe(earlier.effect)} is overruled by ${later.cause.plugin} (${describe(later.effect)})`;
}

/** Appends an effect, or joins it with an earlier one of its kind. Nothing moves across its opposite. */
function join(kept: Decided[], { effect, cause }: Decided): void {
  const opposite = OPPOSITES.get(effect.kind);
  for (let index = opposite === undefined ? -1 : kept.length - 1; index >= 0; index -= 1) {
    const before = kept[index];
    if (!before || before.effect.kind === opposite) break;
    if (before.effect.kind !== effect.kind) continue;
    const joined = joinedWith(before.effect, effect);
    if (!joined) break;
    kept[index] = { effect: joined, cause: before.cause };
    return;
  }
  kept.push({ effect, cause });
}
