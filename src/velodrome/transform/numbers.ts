/** Sets of issue numbers in little room: ascending, each as its distance from the one before. */

export function packNumbers(numbers: Iterable<number>): number[] {
  let before = 0;
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => {
      const delta = number - before;
      before = number;
      return delta;
    });
}

/** Throws for what {@link packNumbers} does not make. */
export function unpackNumbers(packed: unknown): number[] {
  let before = 0;
  return integers(packed, 0).map((delta) => {
    before += delta;
    return before;
  });
}

/** Saved lists are long, and read in every run: a schema would take most of its time. Throws when it is no list of these. */
export function integers(saved: unknown, least: number): readonly number[] {
  const isOne = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= least;
  if (!Array.isArray(saved) || !saved.every(isOne)) throw new TypeError("Not a saved list of whole numbers");
  return saved;
}
