/**
 * The mirror's rows into D1. Of two rows of one thing the newer stands, and what is gone stays gone: in whatever order and however
 * often rows come, from webhooks and lists, the same rows remain.
 */
import type { Found } from "./rows.ts";

/** Of one statement's parameter: D1 takes two million bytes. */
const CHUNK_CHARS = 400_000;

const NEWER = (table: string): string => `(excluded.updated, excluded.seen) > (${table}.updated, ${table}.seen)`;

interface Table {
  readonly name: string;
  readonly keys: readonly string[];
  readonly columns: readonly string[];
  /** When the row that is there gives way; null: never. */
  readonly newer: string | null;
}

const words = (text: string): readonly string[] => text.split(" ");

const TABLES: Readonly<Record<keyof Found, Table>> = {
  issues: {
    name: "mirror_issue",
    keys: ["number"],
    columns: words("is_pr user title state comments labels assignees milestone created closed updated seen gone"),
    newer: NEWER("mirror_issue"),
  },
  pulls: {
    name: "mirror_pull",
    keys: ["number"],
    columns: words(
      "draft base_ref base_sha head_ref head_sha merged merged_by merge_commit commits additions deletions changed_files updated seen",
    ),
    newer: NEWER("mirror_pull"),
  },
  events: {
    name: "mirror_event",
    keys: ["id"],
    columns: words("issue actor event label assignee detail at"),
    newer: null,
  },
  comments: {
    name: "mirror_comment",
    keys: ["review", "id"],
    columns: words("issue user body at updated seen gone"),
    newer: NEWER("mirror_comment"),
  },
  reviews: {
    name: "mirror_review",
    keys: ["id"],
    columns: words("issue user state commit at seen"),
    newer: "excluded.seen > mirror_review.seen",
  },
};

/** Nothing is written for a row that is there already. */
function upsert({ name, keys, columns, newer }: Table): string {
  const all = [...keys, ...columns];
  const set = columns.map((column) =>
    column === "gone" ? `gone = max(${name}.gone, excluded.gone)` : `"${column}" = excluded."${column}"`,
  );
  const conflict = newer === null ? "DO NOTHING" : `DO UPDATE SET ${set.join(", ")} WHERE ${newer}`;
  return `INSERT INTO ${name} (repository, ${all.map((column) => `"${column}"`).join(", ")})
    SELECT ?1, ${all.map((column) => `value ->> '${column}'`).join(", ")} FROM json_each(?2) WHERE true
    ON CONFLICT (repository, ${keys.join(", ")}) ${conflict}`;
}

/** An older word of what is gone must not be lost to a newer row that does not know it yet. */
const bury = ({ name, keys }: Table): string =>
  `UPDATE ${name} SET gone = 1 WHERE repository = ?1 AND gone = 0
   AND (${keys.join(", ")}) IN (SELECT ${keys.map((key) => `value ->> '${key}'`).join(", ")} FROM json_each(?2))`;

function chunks(rows: readonly object[]): readonly string[] {
  const made: string[][] = [[]];
  let size = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (size > 0 && size + text.length > CHUNK_CHARS) {
      made.push([]);
      size = 0;
    }
    made.at(-1)?.push(text);
    size += text.length;
  }
  return made.map((texts) => `[${texts.join(",")}]`);
}

const KINDS = ["issues", "pulls", "events", "comments", "reviews"] as const;

/** Saves in one transaction. Answers how many rows D1 read and wrote. `repository`: `org/repo` in lower case. */
export async function saveFound(db: D1Database, repository: string, found: Found): Promise<number> {
  const statements: D1PreparedStatement[] = [];
  for (const kind of KINDS) {
    const rows: readonly object[] = found[kind] ?? [];
    if (rows.length === 0) continue;
    const table = TABLES[kind];
    for (const text of chunks(rows)) statements.push(db.prepare(upsert(table)).bind(repository, text));
    const gone = rows.filter((row) => "gone" in row && row.gone === 1);
    for (const text of gone.length > 0 ? chunks(gone) : [])
      statements.push(db.prepare(bury(table)).bind(repository, text));
  }
  if (statements.length === 0) return 0;
  return used(await db.batch(statements));
}

/** Rows that D1 read and wrote for these answers. */
export function used(results: readonly D1Result[]): number {
  return results.reduce((sum, { meta }) => sum + meta.rows_read + meta.rows_written, 0);
}
