/** What a metric of builds is: rows computed of a day and the days before it, and what is told of them. */
import { stored } from "../store/stored.ts";
import type { Build } from "./build.ts";

/** `build_job`: UTC days. */
export interface JobState {
  readonly job: string;
  readonly repository: string;
  readonly firstRun: string;
  readonly lastRun: string;
  readonly lastPass: string | null;
}

/** What metrics are made of: all of it public. */
export interface Input {
  /** A complete UTC day. */
  readonly day: string;
  readonly builds: readonly Build[];
  /** Seven days, that one the last. */
  readonly week: readonly { readonly day: string; readonly builds: readonly Build[] }[];
  /** Whether a presubmit has to pass before a merge. */
  readonly isBlocking: (build: Build) => boolean;
  /** Jobs that ran in these seven days. */
  readonly jobs: readonly JobState[];
  /** The metric's rows of the day before, as JSON; null: there are none. */
  readonly before: string | null;
}

/** Rows are plain objects, for {@link Metric.rows} and the raw output alike. */
interface Made<Row> {
  readonly id: string;
  /** For people: what exactly it says, and of which builds. */
  readonly description: string;
  readonly rows: (input: Input) => readonly Row[];
  /** What the original's jqfilter made of the rows: the shape of `-latest.json`. */
  readonly told: (rows: readonly Row[], day: string) => unknown;
  /** It is made of what is known of jobs today, so days gone by are left as they were. */
  readonly onlyNewest?: true;
}

export interface Metric extends Pick<Made<unknown>, "id" | "description" | "onlyNewest"> {
  readonly rows: (input: Input) => readonly unknown[];
  /** `rows`: as {@link Metric.rows} gave them, through JSON. */
  readonly told: (rows: string, day: string) => unknown;
}

/** A metric whose rows are of one type, as one of a list. */
export function metric<Row>(made: Made<Row>): Metric {
  return { ...made, told: (rows, day) => made.told(stored<readonly Row[]>(rows), day) };
}
