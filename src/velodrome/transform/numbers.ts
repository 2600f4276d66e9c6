/** Sets of issue numbers in little room: ascending, each as its distance from the one before. */
import * as z from "zod";

const Deltas = z.array(z.int().min(0));

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
  return Deltas.parse(packed).map((delta) => {
    before += delta;
    return before;
  });
}
