/** What a parsed document would be with every alias written out: it must end, and be of a size that can be worked on. */

/** Levels of nesting; a pod spec has about fifteen. */
const DEEPEST = 200;
/** Characters, about: a file has at most 4 MiB of its own. */
const LARGEST = 32 * 1024 * 1024;

class Fault extends Error {}

interface Expanse {
  readonly depth: number;
  readonly size: number;
}

/** Each shared part is measured once, so that the time is linear in the document as it is written. */
class Ruler {
  readonly #known = new Map<object, Expanse>();
  readonly #inside = new Set<object>();

  measure(value: unknown, level: number): Expanse {
    if (typeof value === "string") return { depth: 0, size: value.length + 1 };
    if (typeof value !== "object" || value === null) return { depth: 0, size: 1 };
    const known = this.#known.get(value);
    if (known) return known;
    if (this.#inside.has(value)) throw new Fault("an alias stands inside of what it names");
    if (level > DEEPEST) throw new Fault(`it is nested deeper than ${DEEPEST} levels`);
    this.#inside.add(value);
    let [depth, size] = [0, 1];
    for (const [key, inner] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      const part = this.measure(inner, level + 1);
      depth = Math.max(depth, part.depth);
      size += part.size + (typeof key === "string" ? key.length : 0);
    }
    this.#inside.delete(value);
    const made = { depth: depth + 1, size };
    if (made.depth > DEEPEST) throw new Fault(`it is nested deeper than ${DEEPEST} levels`);
    if (size > LARGEST) throw new Fault("its aliases blow it up beyond measure");
    this.#known.set(value, made);
    return made;
  }
}

/** What is wrong with it, as half a sentence; null when nothing is. */
export function expanseFault(value: unknown): string | null {
  try {
    new Ruler().measure(value, 0);
    return null;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}
