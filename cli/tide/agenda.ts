/** Things to come, by their time; at one time in the order in which they were put (a binary heap). */
export class Agenda<T> {
  readonly #heap: { at: number; order: number; what: T }[] = [];
  #order = 0;

  put(at: number, what: T): void {
    const heap = this.#heap;
    heap.push({ at, order: this.#order++, what });
    for (let index = heap.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#swapped(parent, index)) return;
      index = parent;
    }
  }

  next(): { readonly at: number; readonly what: T } | null {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last) return null;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    const { length } = this.#heap;
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const child = right < length && this.#before(right, left) ? right : left;
      if (child >= length || !this.#swapped(index, child)) return;
      index = child;
    }
  }

  /** Puts two into their order; whether they were not. */
  #swapped(upper: number, lower: number): boolean {
    if (!this.#before(lower, upper)) return false;
    const [above, below] = [this.#heap[upper], this.#heap[lower]];
    if (!above || !below) return false;
    this.#heap[upper] = below;
    this.#heap[lower] = above;
    return true;
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (!one || !other) return false;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }
}
