/** A weekly report as pages and Markdown show it. */

export interface ReportItem {
  readonly number: number;
  readonly title: string;
  /** Whom it is about: its author, or who was asked. */
  readonly login: string;
  readonly note: string;
}

export interface Section {
  readonly title: string;
  /** What exactly is meant. */
  readonly about: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly items: readonly ReportItem[];
  /** How many more there are than `items`. */
  readonly more: number;
}

export interface Report {
  readonly repository: string;
  /** ISO week. */
  readonly week: string;
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly madeAt: number;
  readonly sections: readonly Section[];
}
