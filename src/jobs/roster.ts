/** The runners of a build cluster and which of them gets the next offer. Pure: in memory, rebuilt from the leases. */

/** How long an offer stands before another runner gets it too. Milliseconds. */
const OFFER_MS = 5_000;

interface Entry {
  capacity: number;
  /** As it said last, less what it claimed since. */
  free: number;
  held: number;
  readonly offers: Set<string>;
}

export interface Offer {
  readonly job: string;
  readonly runner: string;
}

export class Roster {
  readonly #reachable: (runner: string) => boolean;
  readonly #runners = new Map<string, Entry>();
  readonly #offers = new Map<string, { readonly runner: string; readonly at: number }>();

  constructor(reachable: (runner: string) => boolean) {
    this.#reachable = reachable;
  }

  has(runner: string): boolean {
    return this.#runners.has(runner);
  }

  /** A runner said hello: what it can run, and how many of our jobs it holds. */
  join(runner: string, capacity: number, held: number): void {
    this.#forgetOffersTo(runner);
    const free = Math.max(0, capacity - held);
    this.#runners.set(runner, { capacity, free, held, offers: new Set() });
  }

  leave(runner: string): void {
    this.#forgetOffersTo(runner);
    this.#runners.delete(runner);
  }

  free(runner: string, free: number): void {
    const entry = this.#runners.get(runner);
    if (entry) entry.free = free;
  }

  /** A runner took a job. */
  took(runner: string, job: string): void {
    this.withdraw(job);
    const entry = this.#runners.get(runner);
    if (!entry) return;
    entry.held += 1;
    entry.free = Math.max(0, entry.free - 1);
  }

  /** A runner does not hold one of its jobs any more. */
  gaveBack(runner: string): void {
    const entry = this.#runners.get(runner);
    if (!entry) return;
    entry.held = Math.max(0, entry.held - 1);
    entry.free = Math.min(entry.capacity, entry.free + 1);
  }

  /** The job is not on offer any more. */
  withdraw(job: string): void {
    const offer = this.#offers.get(job);
    if (offer) this.#runners.get(offer.runner)?.offers.delete(job);
    this.#offers.delete(job);
  }

  /** Jobs that could be offered now. */
  slots(): number {
    let slots = 0;
    for (const [runner, entry] of this.#runners) if (this.#reachable(runner)) slots += Math.max(0, slotsOf(entry));
    return slots;
  }

  /** Jobs whose offer still stands. A runner that did not answer one gets no other before it speaks again. */
  standing(now: number): number {
    for (const [job, { at, runner }] of this.#offers) {
      if (at > now - OFFER_MS) continue;
      this.withdraw(job);
      this.free(runner, 0);
    }
    return this.#offers.size;
  }

  /** Offers the jobs, oldest first as given, each to the runner with the most free slots. Those on offer are left out. */
  offer(jobs: readonly string[], now: number): Offer[] {
    const made: Offer[] = [];
    for (const job of jobs) {
      if (this.#offers.has(job)) continue;
      const [runner, entry] = this.#freest() ?? [];
      if (runner === undefined || entry === undefined) break;
      entry.offers.add(job);
      this.#offers.set(job, { runner, at: now });
      made.push({ job, runner });
    }
    return made;
  }

  #freest(): [string, Entry] | null {
    let best: [string, Entry] | null = null;
    for (const [runner, entry] of this.#runners) {
      if (slotsOf(entry) <= 0 || !this.#reachable(runner)) continue;
      if (best === null || slotsOf(entry) > slotsOf(best[1])) best = [runner, entry];
    }
    return best;
  }

  #forgetOffersTo(runner: string): void {
    for (const job of this.#runners.get(runner)?.offers ?? []) this.#offers.delete(job);
    this.#runners.get(runner)?.offers.clear();
  }
}

const slotsOf = ({ capacity, held, free, offers }: Entry): number => Math.min(capacity - held, free) - offers.size;
