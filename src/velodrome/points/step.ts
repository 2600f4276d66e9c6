/** A metric's transform in steps of one invocation each (spec velodrome 1.4, 1.12): some rows of the mirror in, digests out. */
import type { Json } from "../../config/model.ts";
import { stored } from "../../store/stored.ts";
import type { Definition } from "../definitions.ts";
import type { CommentRow, EventRow, IssueRow } from "../rows.ts";
import { keysBehind, upToHorizon } from "../transform/pages.ts";
import { fingerprint, MetricRun, type Sample } from "../transform/run.ts";
import type { Point } from "../transform/plugin.ts";
import { endsBetween } from "./buckets.ts";
import { RESOLUTIONS } from "./digest.ts";

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
  /** Up to when states were measured; null: never yet. Seconds. */
  measured: number | null;
}

export interface Step {
  readonly points: readonly Point[];
  readonly samples: readonly Sample[];
  /** Nothing is left up to `until`. */
  readonly caughtUp: boolean;
  /** Rows of D1 that were read. */
  readonly used: number;
}

/** Rows that a step may cost in D1 at the worst: each digest is looked up and written. */
export const STEP_ROWS = 4500;
const MOST_A_PAGE = 500;
/** Of those rows, for measured states. */
const SAMPLE_ROWS = 1500;
const YEAR_OLD = RESOLUTIONS.find(({ seconds }) => seconds > 1)?.kept ?? 0;

/** How many rows of each kind a step reads: a row may make a point, a point a row for each field and resolution. */
function pageOf({ options }: Definition, cursorAt: number, now: number): number {
  const isState = options.state !== "";
  const fields = isState ? 2 + options.percentiles.length : 2;
  const resolutions = cursorAt < now - YEAR_OLD ? 2 : RESOLUTIONS.length;
  const buckets = isState ? 0 : resolutions * (options.logAuthor ? 10 : 4);
  const rows = isState ? STEP_ROWS - SAMPLE_ROWS : STEP_ROWS;
  return Math.min(MOST_A_PAGE, Math.max(20, Math.floor(rows / (fields * resolutions * 2 * 2 + 4 + buckets))));
}

/** Fields of a state, each of which may be read and written for up to three buckets. */
const samplesOf = ({ options }: Definition): number => Math.floor(SAMPLE_ROWS / ((2 + options.percentiles.length) * 4));

/** From what {@link save} gave, or from the beginning. */
export function working(repository: string, { options }: Definition, saved: string | null): Working {
  const known = saved === null ? null : stored<{ issues: number; measured: number | null; run: Json }>(saved);
  const run = new MetricRun(repository, options, known?.run ?? null);
  return { run, issues: known?.issues ?? 0, measured: known?.measured ?? null };
}

export const save = ({ run, issues, measured }: Working): string =>
  JSON.stringify({ issues, measured, run: run.save() });

/** Changes when the same points make other rows than before. */
const ROWS_VERSION = 2;

export const definitionOf = ({ options }: Definition): string => `${ROWS_VERSION} ${fingerprint(options)}`;

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
    at.measured ??= beginningOf(issues);
    return { points, samples: [], caughtUp: false, used };
  }
  const horizon = horizonOf(definition, at.measured ?? beginningOf(issues), until, now);
  const keys = keysBehind(run.cursor);
  const { events: after, comments: behind } = keys;
  const key = [behind.at, behind.id];
  const [events, comments] = await Promise.all([
    db.prepare(EVENTS).bind(repository, after.at, after.id, horizon.until, size).all<EventRow>(),
    db
      .prepare(COMMENTS)
      .bind(repository, ...key, ...key, behind.review ? 1 : 0, horizon.until, size)
      .all<CommentInD1>(),
  ]);
  const more = { events: events.results.length >= size, comments: comments.results.length >= size };
  const rows = {
    issues,
    events: events.results,
    comments: comments.results.map((row) => ({ ...row, review: row.review === 1 })),
  };
  const batch = upToHorizon(rows, more);
  const isCut = more.events || more.comments;
  const known = isCut ? Math.max(batch.events.at(-1)?.at ?? 0, batch.comments.at(-1)?.at ?? 0) : until + 1;
  const ends = horizon.ends.filter((end) => end <= known);
  const samples: Sample[] = [];
  const points = run.advance(batch, ends, samples);
  at.issues = last;
  at.measured = ends.at(-1) ?? at.measured ?? beginningOf(issues);
  return {
    points,
    samples,
    caughtUp: !isCut && horizon.until === until,
    used: used + events.meta.rows_read + comments.meta.rows_read,
  };
}

/** When the first of them was opened; null: there is none. */
const beginningOf = (issues: readonly { readonly created: number }[]): number | null =>
  issues.length === 0 ? null : Math.min(...issues.map(({ created }) => created));

/** How far a step may go, and when it measures: states at the ends of hours and days, openings once at the end. */
function horizonOf(
  definition: Definition,
  measured: number | null,
  until: number,
  now: number,
): { readonly until: number; readonly ends: readonly number[] } {
  if (definition.options.state === "" || measured === null) return { until, ends: [until + 1] };
  const most = samplesOf(definition);
  const ends = endsBetween(measured, until, now, most);
  return ends.length < most ? { until, ends: [...ends, until + 1] } : { until: (ends.at(-1) ?? until) - 1, ends };
}
