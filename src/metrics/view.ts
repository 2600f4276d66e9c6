/** What is told of the metrics of builds: the index, as a page and as JSON. */

/** `stale`: of a day before the one that it should be of. `none`: no complete UTC day was counted yet. */
export type Freshness = "current" | "stale" | "none";

export interface MetricView {
  readonly metric: string;
  readonly description: string;
  readonly state: Freshness;
  /** UTC days, YYYY-MM-DD; null: there are none yet. */
  readonly oldest: string | null;
  readonly newest: string | null;
  /** End of the newest day, RFC 3339. */
  readonly asOf: string | null;
  /** Path of the newest result. */
  readonly latest: string;
}
