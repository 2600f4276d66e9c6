/** The issue mirror in memory: `issues`, `events` and `comments`, in any order of rows. */
import type * as z from "zod";
import { CommentRow, EventRow, IssueRow } from "../../src/velodrome/rows.ts";
import type { MirrorSource } from "./sources.ts";

export interface RepositoryRows {
  readonly issues: IssueRow[];
  readonly events: EventRow[];
  readonly comments: CommentRow[];
}

/** One string for each text: names repeat a hundred thousand times. */
class Names {
  readonly #known = new Map<string, string>();

  one<T extends string | null>(name: T): T | string {
    if (name === null) return name;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#known.set(name, name);
    return name;
  }
}

/** Rows by their key, in order of coming; of those that come twice the first or the last stays. */
class Rows<Row> {
  readonly rows: Row[] = [];
  readonly #idOf: (row: Row) => number;
  readonly #keeps: "first" | "last";
  #largest = -1;
  /** Made when ids come out of order: until then none comes twice. */
  #places: Map<number, number> | null = null;

  constructor(idOf: (row: Row) => number, keeps: "first" | "last") {
    this.#idOf = idOf;
    this.#keeps = keeps;
  }

  add(row: Row): void {
    const id = this.#idOf(row);
    if (id <= this.#largest) {
      this.#places ??= new Map(this.rows.map((one, at) => [this.#idOf(one), at]));
      const place = this.#places.get(id);
      if (place !== undefined) {
        if (this.#keeps === "last") this.rows[place] = row;
        return;
      }
    }
    this.#largest = Math.max(this.#largest, id);
    this.#places?.set(id, this.rows.length);
    this.rows.push(row);
  }
}

class Collected {
  // An edited issue or comment replaces what was known; events never change.
  readonly issues = new Rows<IssueRow>((row) => row.number, "last");
  readonly events = new Rows<EventRow>((row) => row.id, "first");
  readonly comments = new Rows<CommentRow>((row) => row.id, "last");
  readonly reviews = new Rows<CommentRow>((row) => row.id, "last");
}

/** Of every repository, by name. What the transform does not read is left behind. Throws what the source throws. */
export async function readMirror(
  source: MirrorSource,
  progress: (line: string) => void,
): Promise<ReadonlyMap<string, RepositoryRows>> {
  const names = new Names();
  const collected = new Map<string, Collected>();
  const of = (repository: string): Collected => {
    const known = collected.get(repository);
    if (known) return known;
    const made = new Collected();
    collected.set(repository, made);
    return made;
  };
  const each = async <Schema extends z.ZodType>(
    kind: "issues" | "events" | "comments",
    schema: Schema,
    take: (row: z.output<Schema>) => void,
  ) => {
    const found = await source.rows(kind, schema);
    if (found === null) {
      progress(`${kind}: no file, so none`);
      return;
    }
    let count = 0;
    for await (const row of found.rows) {
      take(row);
      count += 1;
      if (count % 100_000 === 0) progress(`${found.place}: ${count} rows ...`);
    }
    progress(`${found.place}: ${count} rows`);
  };
  await each("issues", IssueRow, (row) => {
    const { number, is_pr, created } = row;
    const repository = names.one(row.repository);
    const rest = { title: null, state: null, comments: null, labels: null, closed: null, updated: null };
    of(repository).issues.add({ repository, number, is_pr, user: names.one(row.user), created, ...rest });
  });
  await each("events", EventRow, (row) => {
    const { id, issue, at } = row;
    const repository = names.one(row.repository);
    const [actor, event, label] = [names.one(row.actor), names.one(row.event), names.one(row.label)];
    of(repository).events.add({ repository, id, issue, actor, event, label, assignee: null, at });
  });
  await each("comments", CommentRow, (row) => {
    const repository = names.one(row.repository);
    const kept = { ...row, repository, user: names.one(row.user) };
    (row.review ? of(repository).reviews : of(repository).comments).add(kept);
  });
  return new Map(
    [...collected].map(([repository, { issues, events, comments, reviews }]) => [
      repository,
      { issues: issues.rows, events: events.rows, comments: [...comments.rows, ...reviews.rows] },
    ]),
  );
}
