/**
 * Rows that came to the mirror after the transform had gone past their time: it would never see them. Rows are looked for by their
 * place in the table, so that only new ones are read.
 */

const ROWS_A_LOOK = 1500;
const look = (
  table: string,
): string => `SELECT max(place) AS last, min(iif(repository = ?, at, NULL)) AS at, count(*) AS n
FROM (SELECT rowid AS place, repository, at FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS_A_LOOK})`;
const LOOKS = { event: look("mirror_event"), comment: look("mirror_comment") } as const;
const ENDS = {
  event: "SELECT max(rowid) AS last FROM mirror_event",
  comment: "SELECT max(rowid) AS last FROM mirror_comment",
} as const;

export interface Marks {
  readonly event: number;
  readonly comment: number;
}

/** Where the tables end now. */
export async function marksNow(db: D1Database): Promise<Marks> {
  const [event, comment] = await db.batch<{ last: number | null }>([db.prepare(ENDS.event), db.prepare(ENDS.comment)]);
  return { event: event?.results[0]?.last ?? 0, comment: comment?.results[0]?.last ?? 0 };
}

interface Look {
  readonly marks: Marks;
  /** Time of the earliest row of the repository among those; null: there is none. Seconds. */
  readonly earliest: number | null;
  readonly more: boolean;
  readonly used: number;
}

/** The rows behind the marks, as many as a look takes. */
export async function lookBehind(db: D1Database, repository: string, marks: Marks): Promise<Look> {
  type Row = { last: number | null; at: number | null; n: number };
  const [events, comments] = await db.batch<Row>([
    db.prepare(LOOKS.event).bind(repository, marks.event),
    db.prepare(LOOKS.comment).bind(repository, marks.comment),
  ]);
  const [event, comment] = [events?.results[0], comments?.results[0]];
  const times = [event?.at, comment?.at].filter((at) => at !== null && at !== undefined);
  return {
    marks: { event: event?.last ?? marks.event, comment: comment?.last ?? marks.comment },
    earliest: times.length > 0 ? Math.min(...times) : null,
    more: [event, comment].some((row) => (row?.n ?? 0) >= ROWS_A_LOOK),
    used: (events?.meta.rows_read ?? 0) + (comments?.meta.rows_read ?? 0),
  };
}
