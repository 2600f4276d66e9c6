/** A seeded generator, so that a failing run can be had again. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** `CHAOS_SEED`, or another one each time. */
export const seedOf = (): number => Number(process.env["CHAOS_SEED"] ?? Date.now() % 1_000_000);
