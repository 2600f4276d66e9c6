/** D1: points of metrics and use of GitHub, as in schema.ts. */
import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * How far each metric of a mirrored repository is (spec velodrome 1.4, 1.12). A changed definition, or rows that came late,
 * begin a new `generation`; readers see the one `shown` until the new one has caught up. `seq` counts the steps that are in the
 * points; `until` is the time up to which they are (seconds).
 */
export const metricRun = sqliteTable(
  "metric_run",
  {
    repository: text().notNull(),
    metric: text().notNull(),
    /** What the points are made by; see fingerprint() in src/velodrome/transform/run.ts. */
    definition: text().notNull(),
    generation: integer().notNull(),
    shown: integer().notNull(),
    seq: integer().notNull(),
    until: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.metric] })],
);

/**
 * Points of a metric's field within `resolution` seconds from `at` (seconds): how many, their sum, the least, the most and the
 * last, which was at `last_at`.
 */
export const metricPoint = sqliteTable(
  "metric_point",
  {
    repository: text().notNull(),
    metric: text().notNull(),
    generation: integer().notNull(),
    resolution: integer().notNull(),
    field: text().notNull(),
    at: integer().notNull(),
    n: integer().notNull(),
    sum: real().notNull(),
    least: real().notNull(),
    most: real().notNull(),
    last: real().notNull(),
    lastAt: integer("last_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.metric, t.generation, t.resolution, t.at, t.field] })],
);

/**
 * What dashboards show of a metric for each hour, day and week (spec velodrome 1.12): counts, people counted once, states at the end
 * of each. Times in seconds.
 */
export const metricBucket = sqliteTable(
  "metric_bucket",
  {
    repository: text().notNull(),
    metric: text().notNull(),
    generation: integer().notNull(),
    resolution: integer().notNull(),
    field: text().notNull(),
    at: integer().notNull(),
    value: real().notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.metric, t.generation, t.resolution, t.field, t.at] })],
);

/** How often each person did what a metric counts, in each hour, day and week; without bots. */
export const metricAuthor = sqliteTable(
  "metric_author",
  {
    repository: text().notNull(),
    metric: text().notNull(),
    generation: integer().notNull(),
    resolution: integer().notNull(),
    field: text().notNull(),
    at: integer().notNull(),
    author: text().notNull(),
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.metric, t.generation, t.resolution, t.field, t.at, t.author] })],
);

/**
 * Use of GitHub credentials, by window (spec velodrome 1.9), written behind `GitHubBudget`. `span`: `hour` and `minute`, a window
 * that ends at `reset_at`; `day`, the sum of a UTC day's windows, which begins there (seconds).
 */
export const tokenWindow = sqliteTable(
  "token_window",
  {
    span: text().notNull(),
    resetAt: integer("reset_at").notNull(),
    /** Name of the GitHubBudget. */
    credential: text().notNull(),
    resource: text().notNull(),
    login: text().notNull(),
    allowance: integer().notNull(),
    used: integer().notNull(),
    /** Of a day: most that one window used. */
    peak: integer().notNull(),
    /** JSON: consumer to [calls, not modified]. */
    calls: text().notNull(),
    /** Calls used per hour, by a line through the window's samples. */
    pace: real().notNull(),
    /** When it was seen to be used up within the hour (seconds), if ever. */
    alerted: integer(),
  },
  (t) => [primaryKey({ columns: [t.span, t.resetAt, t.credential, t.resource] })],
);
