/** A metric over time, as pages and programs get it. */

export type Aggregate = "last" | "mean" | "sum" | "max" | "min" | "count";

export interface SeriesQuery {
  readonly metric: string;
  /** `org/repo` in lower case. */
  readonly repositories: readonly string[];
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** No more points than these: the pixels of a chart. */
  readonly width: number;
  /** None: all. */
  readonly fields: readonly string[];
  readonly aggregate: Aggregate;
}

export interface SeriesLine {
  readonly repository: string;
  readonly field: string;
  /** One for each time; null: nothing happened. */
  readonly values: readonly (number | null)[];
}

export interface SeriesAnswer {
  readonly metric: string;
  /** Seconds from one time to the next. */
  readonly step: number;
  /** Unix seconds. */
  readonly times: readonly number[];
  readonly lines: readonly SeriesLine[];
}
