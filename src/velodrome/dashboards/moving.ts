/** What panels do to values in time: pure. Null: nothing is known. */

type Values = readonly (number | null)[];

/** Counts of which nothing is known did not happen, up to where the source is complete. `until`: Unix seconds. */
export const counted = (values: Values, times: readonly number[], until: number | null): Values =>
  values.map((value, at) => value ?? (until !== null && (times[at] ?? 0) <= until ? 0 : null));

/** States stay as they were until something else is known, up to where the source is complete. */
export function held(values: Values, times: readonly number[], until: number | null): Values {
  let last: number | null = null;
  return values.map((value, at) => {
    last = value ?? last;
    return value ?? (until !== null && (times[at] ?? 0) <= until ? last : null);
  });
}

/** The mean of each value and the `size - 1` before it; of as many as there are. */
export function movingAverage(values: Values, size: number): Values {
  let sum = 0;
  let count = 0;
  return values.map((value, at) => {
    const gone = at >= size ? values[at - size] : undefined;
    if (typeof gone === "number") {
      sum -= gone;
      count -= 1;
    }
    if (value === null) return null;
    sum += value;
    count += 1;
    return Math.round((sum / count) * 1e6) / 1e6;
  });
}

/** Null where all are. */
export function total(lines: readonly Values[]): Values {
  const [first = []] = lines;
  return first.map((_, at) => {
    const known = lines.flatMap((values) => values[at] ?? []);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
}
