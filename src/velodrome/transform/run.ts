/** A metric over one repository's rows, in as many goes as its caller likes (spec velodrome 1.4, 1.12). */
import * as z from "zod";
import type { Json } from "../../config/model.ts";
import type { CommentRow, EventRow, IssueRow } from "../rows.ts";
import { type CountOptions, countPlugin } from "./count.ts";
import { packNumbers, unpackNumbers } from "./numbers.ts";
import { NO_TAGS, type Plugin, type Point } from "./plugin.ts";

/** Changes when the same rows and the same definition give other points than before. */
const VERSION = 1;

/** Where a run is in the one order of events and comments: by time, events first, then by number. */
const Cursor = z.object({ at: z.int(), comment: z.boolean(), review: z.boolean(), id: z.int() });
export type Cursor = z.output<typeof Cursor>;

const Saved = z.object({
  definition: z.string(),
  cursor: Cursor.nullable(),
  known: z.unknown(),
  missed: z.unknown(),
  plugin: z.unknown(),
});

/** Rows of one repository, in any order. */
export interface Batch {
  readonly issues: readonly IssueRow[];
  readonly events: readonly EventRow[];
  readonly comments: readonly CommentRow[];
}

/** What a state was at a time. */
export interface Sample {
  /** Unix seconds. */
  readonly at: number;
  readonly fields: Readonly<Record<string, number>>;
}

/** Which points a definition makes: the same text, the same points. */
export const fingerprint = (options: CountOptions): string =>
  JSON.stringify([
    VERSION,
    options.event,
    options.comments,
    options.state,
    [...new Set(options.percentiles)].sort((a, b) => a - b),
    options.noIssues,
    options.noPullRequests,
    [...new Set(options.ignoreAuthors)].sort((a, b) => (a < b ? -1 : 1)),
    options.logAuthor,
  ]);

export const cursorOfEvent = ({ at, id }: EventRow): Cursor => ({ at, comment: false, review: false, id });
export const cursorOfComment = ({ at, review, id }: CommentRow): Cursor => ({ at, comment: true, review, id });

/** Behind everything that was before that time. */
const cursorOfEnd = (end: number): Cursor => ({
  at: end - 1,
  comment: true,
  review: true,
  id: Number.MAX_SAFE_INTEGER,
});

/** Negative when `a` comes first. */
export function compare(a: Cursor, b: Cursor): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.comment !== b.comment) return a.comment ? 1 : -1;
  if (a.id !== b.id) return a.id - b.id;
  return Number(a.review) - Number(b.review);
}

/**
 * Points come out in the order of their making, and a later one replaces the fields of an earlier one of the same second
 * (see series.ts). Points of many goes are those of one go over all rows, or {@link LateRow} is thrown.
 */
export class MetricRun {
  readonly #definition: string;
  readonly #repository: string;
  readonly #tags: Point["tags"];
  #plugin: Plugin;
  #known = new Set<number>();
  /** Issues that rows spoke of before they were known. */
  #missed = new Set<number>();
  readonly #minds: "openings" | "nothing";
  #cursor: Cursor | null = null;

  /** Begins anew when nothing is saved, or when that was of another definition or is unreadable: {@link cursor} is then null. */
  constructor(repository: string, options: CountOptions, saved: unknown = null) {
    this.#repository = repository;
    this.#tags = { repository };
    this.#definition = fingerprint(options);
    this.#plugin = countPlugin(options);
    this.#minds = options.event === "opened" || options.state !== "" ? "openings" : "nothing";
    const found = Saved.safeParse(saved);
    if (!found.success || found.data.definition !== this.#definition) return;
    try {
      this.#known = new Set(unpackNumbers(found.data.known));
      this.#missed = new Set(unpackNumbers(found.data.missed));
      this.#plugin.load(found.data.plugin);
      this.#cursor = found.data.cursor;
    } catch {
      // What cannot be read is made anew.
      this.#known = new Set();
      this.#missed = new Set();
      this.#plugin = countPlugin(options);
    }
  }

  /** The last row that it has seen: go on with those behind it. Null: it needs all rows, and old points go. */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  /**
   * Takes rows that no earlier go has had (issues may come again). Throws {@link LateRow}, having changed nothing, when a
   * row should have been there before: only a new run over all rows gives the right points then.
   *
   * `ends`: times (Unix seconds, in order) at which states are to be measured, which goes into `samples`; there are no more rows
   * to come from before the last of them.
   */
  advance({ issues, events, comments }: Batch, ends: readonly number[] = [], samples: Sample[] = []): Point[] {
    const orderedEvents = inOrder(events, cursorOfEvent);
    const orderedComments = inOrder(comments, cursorOfComment);
    const fresh = issues.filter(({ number }) => !this.#known.has(number));
    this.#refuseLate(fresh, orderedEvents[0], orderedComments[0]);
    const points: Point[] = [];
    for (const issue of fresh) {
      if (this.#known.has(issue.number)) continue;
      this.#known.add(issue.number);
      this.#keep(points, this.#plugin.issue(issue));
    }
    let [nextEvent, nextComment, nextEnd] = [0, 0, 0];
    for (;;) {
      const event = orderedEvents[nextEvent];
      const comment = orderedComments[nextComment];
      const end = ends[nextEnd];
      if (end !== undefined && end <= Math.min(event?.at ?? end, comment?.at ?? end)) {
        nextEnd += 1;
        this.#measure(end, points, samples);
        continue;
      }
      if (event && (!comment || event.at <= comment.at)) {
        nextEvent += 1;
        this.#miss(event.issue);
        this.#keep(points, this.#plugin.event(event));
      } else if (comment) {
        nextComment += 1;
        this.#miss(comment.issue);
        this.#keep(points, this.#plugin.comment(comment));
      } else break;
    }
    const places = [
      ...orderedEvents.slice(-1).map(cursorOfEvent),
      ...orderedComments.slice(-1).map(cursorOfComment),
      ...ends.slice(-1).map(cursorOfEnd),
      ...(this.#cursor === null ? [] : [this.#cursor]),
    ];
    this.#cursor = places.sort(compare).at(-1) ?? null;
    return points;
  }

  save(): Json {
    return {
      definition: this.#definition,
      cursor: this.#cursor,
      known: packNumbers(this.#known),
      missed: packNumbers(this.#missed),
      plugin: this.#plugin.save(),
    };
  }

  #refuseLate(issues: readonly IssueRow[], event: EventRow | undefined, comment: CommentRow | undefined): void {
    const cursor = this.#cursor;
    if (cursor === null) return;
    for (const { number, created } of issues)
      if (this.#missed.has(number) || (this.#minds === "openings" && created <= cursor.at))
        throw new LateRow(`Issue ${number} of ${this.#repository} came after what happened behind it`);
    if (event && compare(cursorOfEvent(event), cursor) <= 0)
      throw new LateRow(`Event ${event.id} of ${this.#repository} came after younger ones`);
    if (comment && compare(cursorOfComment(comment), cursor) <= 0)
      throw new LateRow(`Comment ${comment.id} of ${this.#repository} came after younger ones`);
  }

  #measure(at: number, points: Point[], samples: Sample[]): void {
    const measured = this.#plugin.measure(at);
    this.#keep(points, measured.points);
    if (measured.fields !== null) samples.push({ at, fields: measured.fields });
  }

  #miss(issue: number): void {
    if (!this.#known.has(issue)) this.#missed.add(issue);
  }

  #keep(points: Point[], made: readonly Point[]): void {
    for (const { at, tags, fields } of made)
      points.push({ at, tags: tags === NO_TAGS ? this.#tags : { ...this.#tags, ...tags }, fields });
  }
}

/** A row that came too late for its place: start the metric anew, over all rows. */
export class LateRow extends Error {
  override readonly name = "LateRow";
}

/** Sorted, the last of those with the same key; untouched when it is so already. */
function inOrder<Row>(rows: readonly Row[], keyOf: (row: Row) => Cursor): readonly Row[] {
  let sorted = true;
  for (let at = 1; at < rows.length && sorted; at += 1) {
    const [before, here] = [rows[at - 1], rows[at]];
    sorted = before !== undefined && here !== undefined && compare(keyOf(before), keyOf(here)) < 0;
  }
  if (sorted) return rows;
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => compare(a.key, b.key))
    .filter(({ key }, at, all) => {
      const next = all[at + 1];
      return !next || compare(key, next.key) !== 0;
    })
    .map(({ row }) => row);
}
