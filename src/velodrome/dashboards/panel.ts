/** What a dashboard and its panels are (spec velodrome 1.10): each panel loads its own data, which page, JSON, CSV and picture share. */

/** `seconds` are shown as days, hours and minutes; a `share` is from 0 to 1, shown in percent. */
export type Unit = "number" | "seconds" | "share";

/** Where and when a panel looks. */
export interface Scope {
  /** `org/repo` in lower case: mirrored ones, chosen among those that the viewer may see. */
  readonly repositories: readonly string[];
  /** Unix seconds; `to` is not part of it. */
  readonly from: number;
  readonly to: number;
  /** More points than these cannot be seen: the pixels of the chart. */
  readonly width: number;
  /** Name of a label without `sig/`; empty: all. */
  readonly sig: string;
  /** Unix seconds. */
  readonly now: number;
}

export interface ChartLine {
  readonly name: string;
  /** One for each time; null: unknown. */
  readonly values: readonly (number | null)[];
  /** On the axis to the right, in the panel's `right` unit. */
  readonly right?: true;
  /** There, but not drawn until it is asked for. */
  readonly hidden?: true;
}

export interface Chart {
  readonly kind: "chart";
  /** Seconds from one time to the next. */
  readonly step: number;
  /** Unix seconds. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  /** Unix seconds up to which the source is known; null: there is none yet. */
  readonly asOf: number | null;
}

export interface Column {
  readonly name: string;
  readonly unit: Unit | "text";
}

export interface Cell {
  readonly text: string;
  readonly href: string;
}

export interface Table {
  readonly kind: "table";
  readonly columns: readonly Column[];
  /** A cell is in its column's unit; texts may lead somewhere. */
  readonly rows: readonly (readonly (number | string | Cell | null)[])[];
  readonly asOf: number | null;
}

export interface Panel {
  /** In addresses: lower case and hyphens. */
  readonly id: string;
  readonly title: string;
  /** What exactly is shown, in sentences for people. */
  readonly definition: string;
  readonly unit: Unit;
  /** Of the axis to the right. */
  readonly right?: Unit;
  /** Lines of the left axis on top of each other. */
  readonly stacked?: true;
  /** Reads at most 4,500 rows of D1, whatever the scope. */
  readonly load: (db: D1Database, scope: Scope) => Promise<Chart | Table>;
}

export interface Dashboard {
  readonly id: string;
  readonly title: string;
  /** The question it answers. */
  readonly about: string;
  /** What it shows unless asked otherwise. */
  readonly days: number;
  /** `repositories`: by mirrored repositories that the viewer may see; `public`: nothing in it is anybody's own; `admins`: of this installation. */
  readonly sight: "repositories" | "public" | "admins";
  /** Whether its panels can look at one SIG alone. */
  readonly bySig?: true;
  readonly panels: readonly Panel[];
}
