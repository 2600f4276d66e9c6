/** What a weekly report is made of. Times in seconds. */
import type { Week } from "./week.ts";

/** More of a list are left out, and the report says so. */
export const MOST_PULLS = 500;

export interface ReportPull {
  readonly number: number;
  readonly author: string;
  readonly bot: number;
  readonly draft: number;
  readonly opened: number;
  readonly merged: number | null;
  readonly response: number | null;
  /** When somebody else than its author last said something. */
  readonly other: number | null;
  /** Asked for tests again on a head that was merged as it was. */
  readonly flaky: number;
  readonly labels: readonly string[];
}

export interface ReportRun {
  readonly job: string;
  readonly sha: string;
  readonly state: string;
  readonly presubmit: number;
}

export interface ReportQueue {
  readonly branch: string;
  /** Pull requests that wait for tests or their turn. */
  readonly waiting: number;
  readonly held: string;
}

export interface WeekData {
  /** `org/repo`. */
  readonly repository: string;
  readonly week: Week;
  /** When it was read. */
  readonly at: number;
  readonly merged: readonly ReportPull[];
  readonly opened: readonly ReportPull[];
  readonly open: readonly ReportPull[];
  /** Authors of open pull requests of whom nothing was merged yet. */
  readonly newcomers: readonly string[];
  /** Reviewers who were asked and have not answered: pull request, login, and the week of the request. */
  readonly silent: readonly { readonly number: number; readonly person: string; readonly week: number }[];
  readonly runs: readonly ReportRun[];
  readonly queues: readonly ReportQueue[];
  readonly titles: Readonly<Record<string, string>>;
}

/** Since when nobody but its author has said anything. */
export const waitsSince = ({ opened, other }: Pick<ReportPull, "opened" | "other">): number =>
  Math.max(opened, other ?? 0);
