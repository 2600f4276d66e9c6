/** Chance that a seed determines: an event that is decided twice is decided alike. */

/** Fisher and Yates, with a small generator of numbers (mulberry32). */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const mixed = items.map((item) => item);
  const next = generator(seed);
  for (let index = mixed.length - 1; index > 0; index -= 1) {
    const other = Math.floor(next() * (index + 1));
    const [here, there] = [mixed.slice(index, index + 1), mixed.slice(other, other + 1)];
    mixed.splice(index, 1, ...there);
    if (other !== index) mixed.splice(other, 1, ...here);
  }
  return mixed;
}

/** A seed from a text, e.g. of a delivery: FNV-1a. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** A number below `of` that a text determines; 0 when `of` is. */
export const chosen = (text: string, of: number): number => (of === 0 ? 0 : seedOf(text) % of);

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
