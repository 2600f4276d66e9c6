/** Arithmetic of the metrics. */

/** As SQL rounds: to the nearest of what the number is exactly. */
export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

export const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Continuous percentile, `share` from 0 to 1, of ascending values: between two of them, in proportion (spec velodrome 2.3). */
export function percentile(ascending: ArrayLike<number>, share: number): number {
  const at = (ascending.length - 1) * share;
  const below = ascending[Math.floor(at)] ?? 0;
  const above = ascending[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

/** Compares by each of these in turn: numbers and texts, ascending. */
export const by =
  <T>(...keys: readonly ((item: T) => number | string)[]) =>
  (one: T, other: T): number => {
    for (const key of keys) {
      const [a, b] = [key(one), key(other)];
      if (a !== b) return a < b ? -1 : 1;
    }
    return 0;
  };
