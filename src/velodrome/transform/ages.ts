/** How old the members of a state are: count, sum and percentiles at any moment, in O(log n) a change. */

/** A start that lies before all time: the original's zero time. Its age is Go's longest duration. */
export const ANCIENT = -1;
const LONGEST_SECONDS = 2 ** 63 / 1e9;
const LONGEST_MINUTES = Math.floor(LONGEST_SECONDS / 60);

/**
 * Members enter in order of their starts, as a state's do (it is entered at the time of an event), and leave in any.
 * They lie in that order below a Fenwick tree that counts those still there; the gaps are closed when the room is full.
 */
export class Ages {
  readonly #place = new Map<number, number>();
  readonly #ancient = new Set<number>();
  #members: number[] = [];
  #starts: number[] = [];
  /** Of places 1 to its length; a power of two. */
  #tree = new Int32Array(16);
  #minutes = 0;
  #sumOfStarts = 0;
  /** How many started at which second of a minute. */
  readonly #seconds = new Int32Array(60);

  get count(): number {
    return this.#place.size + this.#ancient.size;
  }

  /** `start`: Unix seconds or {@link ANCIENT}. Throws when it is before the newest member's. */
  add(member: number, start: number): void {
    if (start === ANCIENT) {
      this.#ancient.add(member);
      return;
    }
    if (start < (this.#starts.at(-1) ?? 0)) throw new RangeError("Members of a state enter in order of time");
    if (this.#members.length + 1 >= this.#tree.length) this.#closeGaps();
    const place = this.#members.push(member) - 1;
    this.#starts.push(start);
    this.#place.set(member, place);
    this.#change(place, 1);
    this.#sumOfStarts += start;
    this.#minutes += Math.floor(start / 60);
    this.#seconds[start % 60] = (this.#seconds[start % 60] ?? 0) + 1;
  }

  remove(member: number): void {
    if (this.#ancient.delete(member)) return;
    const place = this.#place.get(member);
    if (place === undefined) return;
    const start = this.#starts[place] ?? 0;
    this.#place.delete(member);
    this.#change(place, -1);
    this.#sumOfStarts -= start;
    this.#minutes -= Math.floor(start / 60);
    this.#seconds[start % 60] = (this.#seconds[start % 60] ?? 0) - 1;
  }

  /** The sum of their ages at that time, each in whole minutes. */
  sumMinutes(at: number): number {
    let sum = this.#place.size * Math.floor(at / 60) - this.#minutes;
    for (let second = (at % 60) + 1; second < 60; second += 1) sum -= this.#seconds[second] ?? 0;
    return sum + this.#ancient.size * LONGEST_MINUTES;
  }

  /** The age in nanoseconds of the member at that percentile (1 to 100), nearest rank; 0 when there is none. */
  percentile(percent: number, at: number): number {
    if (this.count === 0) return 0;
    const fromYoungest = Math.floor((percent * this.count + 99) / 100) - 1;
    const dated = this.#place.size;
    if (fromYoungest >= dated) return 2 ** 63;
    return (at - (this.#starts[this.#placeOf(dated - fromYoungest)] ?? at)) * 1e9;
  }

  /** Of those whose start is known. */
  sumSeconds(at: number): number {
    return this.#place.size * at - this.#sumOfStarts;
  }

  /** Like {@link percentile}, in seconds and of those whose start is known. */
  percentileSeconds(percent: number, at: number): number {
    const known = this.#place.size;
    if (known === 0) return 0;
    const fromYoungest = Math.floor((percent * known + 99) / 100) - 1;
    return at - (this.#starts[this.#placeOf(known - fromYoungest)] ?? at);
  }

  #change(place: number, by: number): void {
    const tree = this.#tree;
    for (let at = place + 1; at < tree.length; at += at & -at) tree[at] = (tree[at] ?? 0) + by;
  }

  /** Where the n-th oldest is, from 1. */
  #placeOf(nth: number): number {
    let at = 0;
    let left = nth;
    for (let step = this.#tree.length / 2; step >= 1; step /= 2) {
      const here = this.#tree[at + step] ?? 0;
      if (here >= left) continue;
      at += step;
      left -= here;
    }
    return at;
  }

  #closeGaps(): void {
    const members: number[] = [];
    const starts: number[] = [];
    for (const [place, member] of this.#members.entries()) {
      if (this.#place.get(member) !== place) continue;
      this.#place.set(member, members.push(member) - 1);
      starts.push(this.#starts[place] ?? 0);
    }
    let room = 16;
    while (room < 2 * (members.length + 2)) room *= 2;
    this.#members = members;
    this.#starts = starts;
    this.#tree = new Int32Array(room);
    for (let place = 0; place < members.length; place += 1) this.#change(place, 1);
  }
}
