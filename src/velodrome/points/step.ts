/** A metric's transform in steps of one invocation each (spec velodrome 1.4, 1.12): some rows of the mirror in, digests out. */
import type { Json } from "../../config/model.ts";
import { stored } from "../../store/stored.ts";
import type { Definition } from "../definitions.ts";
import type { CommentRow, EventRow, IssueRow } from "../rows.ts";
import { keysBehind, upToHorizon } from "../transform/pages.ts";
import { fingerprint, MetricRun } from "../transform/run.ts";
import type { Point } from "../transform/plugin.ts";
import { type Digest, digestsOf, RESOLUTIONS } from "./digest.ts";

/** A row of `metric_run`. */
export interface Progress {
  readonly metric: string;
  readonly definition: string;
  readonly generation: number;
  readonly shown: number;
  readonly seq: number;
  readonly until: number;
}

/** A run between two steps. */
export interface Working {
  readonly run: MetricRun;
  /** The last issue that it was shown. */
  issues: number;
}

export interface Step {
  readonly points: readonly Point[];
  /** Nothing is left up to `until`. */
  readonly caughtUp: boolean;
  /** Rows of D1 that were read. */
  readonly used: number;
}

/** Rows that a step may cost in D1 at the worst: each digest is looked up and written. */
export const STEP_ROWS = 4500;
const MOST_A_PAGE = 500;
const YEAR_OLD = RESOLUTIONS.find(({ seconds }) => seconds > 1)?.kept ?? 0;

/** How many rows of each kind a step reads: a row may make a point, a point a row for each field and resolution. */
function pageOf({ options }: Definition, cursorAt: number, now: number): number {
  const fields = options.state === "" ? 2 : 2 + options.percentiles.length;
  const resolutions = cursorAt < now - YEAR_OLD ? 2 : RESOLUTIONS.length;
  return Math.min(MOST_A_PAGE, Math.max(20, Math.floor(STEP_ROWS / (fields * resolutions * 2 * 2 + 4))));
}

/** From what {@link save} gave, or from the beginning. */
export function working(repository: string, { options }: Definition, saved: string | null): Working {
  const { issues = 0, run = null } = saved === null ? {} : stored<{ issues: number; run: Json }>(saved);
  return { run: new MetricRun(repository, options, run), issues };
}

export const save = ({ run, issues }: Working): string => JSON.stringify({ issues, run: run.save() });

export const definitionOf = ({ options }: Definition): string => fingerprint(options);

const ISSUES = `SELECT repository, number, is_pr, user, title, state, comments, labels, created, closed, updated
  FROM mirror_issue WHERE repository = ? AND number > ? AND created <= ? AND gone = 0 ORDER BY number LIMIT ?`;
const EVENTS = `SELECT repository, id, issue, actor, event, label, assignee, at
  FROM mirror_event WHERE repository = ? AND (at, id) > (?, ?) AND at <= ? ORDER BY at, id LIMIT ?`;
const COMMENTS = `SELECT repository, id, issue, user, body, review, at
  FROM mirror_comment WHERE repository = ? AND (at, id) >= (?, ?) AND (at, id, review) > (?, ?, ?) AND at <= ? AND gone = 0
  ORDER BY at, id, review LIMIT ?`;

type IssueInD1 = Omit<IssueRow, "is_pr" | "labels"> & { is_pr: number; labels: string };
type CommentInD1 = Omit<CommentRow, "review"> & { review: number };

/**
 * Takes the next rows, issues first, up to the time `until` (seconds). Rejects with `LateRow` when a row came too late, having
 * changed nothing.
 */
export async function step(
  db: D1Database,
  repository: string,
  definition: Definition,
  at: Working,
  until: number,
  now: number,
): Promise<Step> {
  const { run } = at;
  const size = pageOf(definition, run.cursor?.at ?? 0, now);
  const found = await db.prepare(ISSUES).bind(repository, at.issues, until, size).all<IssueInD1>();
  const issues = found.results.map((row) => ({ ...row, is_pr: row.is_pr === 1, labels: stored<string[]>(row.labels) }));
  const used = found.meta.rows_read;
  const last = issues.at(-1)?.number ?? at.issues;
  if (issues.length >= size) {
    const points = run.advance({ issues, events: [], comments: [] });
    at.issues = last;
    return { points, caughtUp: false, used };
  }
  const keys = keysBehind(run.cursor);
  const { events: after, comments: behind } = keys;
  const key = [behind.at, behind.id];
  const [events, comments] = await Promise.all([
    db.prepare(EVENTS).bind(repository, after.at, after.id, until, size).all<EventRow>(),
    db
      .prepare(COMMENTS)
      .bind(repository, ...key, ...key, behind.review ? 1 : 0, until, size)
      .all<CommentInD1>(),
  ]);
  const more = { events: events.results.length >= size, comments: comments.results.length >= size };
  const rows = {
    issues,
    events: events.results,
    comments: comments.results.map((row) => ({ ...row, review: row.review === 1 })),
  };
  const points = run.advance(upToHorizon(rows, more));
  at.issues = last;
  return {
    points,
    caughtUp: !more.events && !more.comments,
    used: used + events.meta.rows_read + comments.meta.rows_read,
  };
}

/** Of one statement's parameter: D1 takes two million bytes. */
const DIGESTS_A_STATEMENT = 5000;

const WRITE = `INSERT INTO metric_point
  (repository, metric, generation, resolution, field, at, n, sum, least, most, last, last_at)
SELECT ?1, ?2, ?3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
  value ->> 8
FROM json_each(?5)
WHERE EXISTS (SELECT 1 FROM metric_run WHERE repository = ?1 AND metric = ?2 AND generation = ?3 AND seq = ?4)
ON CONFLICT DO UPDATE SET n = n + excluded.n, sum = sum + excluded.sum, least = min(least, excluded.least),
  most = max(most, excluded.most), last = iif(excluded.last_at >= last_at, excluded.last, last),
  last_at = max(last_at, excluded.last_at)`;
const COUNT = `UPDATE metric_run SET seq = seq + 1, until = iif(?5, ?6, until), shown = iif(?5, generation, shown)
WHERE repository = ?1 AND metric = ?2 AND generation = ?3 AND seq = ?4`;

/** Adds a step's digests, and counts it: both or neither, and once. False: it is not the next step any more. */
export async function keep(
  db: D1Database,
  repository: string,
  { metric, generation, seq }: Progress,
  { points, caughtUp }: Step,
  until: number,
  now: number,
): Promise<{ readonly kept: boolean; readonly used: number }> {
  const key = [repository, metric, generation, seq] as const;
  const rows = digestsOf(points, now).map(cellsOf);
  const statements: D1PreparedStatement[] = [];
  for (let from = 0; from < rows.length; from += DIGESTS_A_STATEMENT) {
    const part = JSON.stringify(rows.slice(from, from + DIGESTS_A_STATEMENT));
    statements.push(db.prepare(WRITE).bind(...key, part));
  }
  statements.push(db.prepare(COUNT).bind(...key, caughtUp ? 1 : 0, until));
  const answers = await db.batch(statements);
  const used = answers.reduce((sum, { meta }) => sum + meta.rows_read + meta.rows_written, 0);
  return { kept: (answers.at(-1)?.meta.changes ?? 0) > 0, used };
}

const cellsOf = ({ resolution, field, at, n, sum, least, most, last, lastAt }: Digest) =>
  [resolution, field, at, n, sum, least, most, last, lastAt] as const;
