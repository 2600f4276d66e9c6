/** GitHub sends no event for the opening of an issue: one is made of the issue itself (spec velodrome 1.5). */
import * as z from "zod";
import type { EventRow, IssueRow } from "../rows.ts";
import { pair } from "./filters.ts";
import { packNumbers, unpackNumbers } from "./numbers.ts";
import type { Plugin, Point } from "./plugin.ts";

interface Opening {
  readonly at: number;
  readonly number: number;
  readonly repository: string;
  readonly actor: string;
}
const Openings = z.array(z.object({ at: z.int(), number: z.int(), repository: z.string(), actor: z.string() }));

/**
 * An `opened` event goes to the child just before the first event that is not older than it. Comments do not bring
 * openings forward, and those younger than the last event wait.
 */
export function fakeOpen(child: Plugin): Plugin {
  const seen = new Set<number>();
  const waiting = new OpeningQueue();
  return {
    issue(row: IssueRow) {
      if (!seen.has(row.number)) {
        seen.add(row.number);
        waiting.push({ at: row.created, number: row.number, repository: row.repository, actor: row.user ?? "" });
      }
      return child.issue(row);
    },
    event(row) {
      let next = waiting.takeUntil(row.at);
      if (!next) return child.event(row);
      const points: Point[] = [];
      for (; next; next = waiting.takeUntil(row.at)) points.push(...child.event(openedEvent(next)));
      points.push(...child.event(row));
      return points;
    },
    comment: (row) => child.comment(row),
    measure(at) {
      const points: Point[] = [];
      for (let next = waiting.takeUntil(at - 1); next; next = waiting.takeUntil(at - 1))
        points.push(...child.event(openedEvent(next)));
      const measured = child.measure(at);
      return { points: [...points, ...measured.points], fields: measured.fields };
    },
    save: () => [[packNumbers(seen), waiting.all().map((one) => ({ ...one }))], child.save()],
    load(saved) {
      const [own, below] = pair(saved);
      const [numbers, openings] = pair(own);
      for (const number of unpackNumbers(numbers)) seen.add(number);
      for (const opening of Openings.parse(openings)) waiting.push(opening);
      child.load(below);
    },
  };
}

const openedEvent = ({ at, number, repository, actor }: Opening): EventRow => ({
  repository,
  id: 0,
  issue: number,
  actor,
  event: "opened",
  label: null,
  assignee: null,
  at,
});

const before = (a: Opening, b: Opening): boolean => a.at < b.at || (a.at === b.at && a.number < b.number);

/** A binary heap: oldest first, in one second by number. */
class OpeningQueue {
  readonly #heap: Opening[] = [];

  all(): readonly Opening[] {
    return this.#heap;
  }

  push(opening: Opening): void {
    const heap = this.#heap;
    let at = heap.push(opening) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || !before(opening, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = opening;
  }

  /** The oldest, if it is not younger than that. */
  takeUntil(time: number): Opening | null {
    const heap = this.#heap;
    const oldest = heap[0];
    if (!oldest || oldest.at > time) return null;
    const last = heap.pop();
    if (!last || heap.length === 0) return oldest;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (!left) break;
      const down = right && before(right, left) ? 2 * at + 2 : 2 * at + 1;
      const child = down === 2 * at + 1 ? left : right;
      if (!child || !before(child, last)) break;
      heap[at] = child;
      at = down;
    }
    heap[at] = last;
    return oldest;
  }
}
