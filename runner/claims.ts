/** Which offered jobs to claim, within the runner's capacity. */

/** A claim that nobody answered for this long is forgotten, in milliseconds: the job is offered again. */
const UNANSWERED_MS = 30_000;
/** Offers kept for when a slot becomes free. */
const MOST_KEPT = 1000;

export interface Claims {
  /** A job was offered: answers the jobs to claim now. */
  offered(job: string): string[];
  /** A claim was answered: by an assignment or by `gone`. */
  answered(job: string): void;
  /** Answers what to claim when a slot may have become free. */
  more(): string[];
  /** Slots for further jobs. */
  free(): number;
  /** The connection was lost: offers and claims with it. */
  reset(): void;
  /** From now on nothing is claimed. */
  close(): void;
}

/** `running`: jobs that take up a slot now. */
export function createClaims(capacity: number, running: () => number, now: () => number = Date.now): Claims {
  const kept = new Set<string>();
  const asked = new Map<string, number>();
  let open = true;
  const free = () => {
    for (const [job, at] of asked) if (now() - at > UNANSWERED_MS) asked.delete(job);
    return open ? Math.max(0, capacity - running() - asked.size) : 0;
  };
  const more = () => {
    const claimed: string[] = [];
    for (const job of kept) {
      if (free() === 0) break;
      kept.delete(job);
      asked.set(job, now());
      claimed.push(job);
    }
    return claimed;
  };
  return {
    offered(job) {
      if (open && !asked.has(job) && kept.size < MOST_KEPT) kept.add(job);
      return more();
    },
    answered(job) {
      kept.delete(job);
      asked.delete(job);
    },
    more,
    free,
    reset() {
      kept.clear();
      asked.clear();
    },
    close() {
      open = false;
      kept.clear();
    },
  };
}
