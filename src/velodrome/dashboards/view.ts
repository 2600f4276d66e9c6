/** What panels show, as pages and programs get it. */

/** `seconds` are shown as days, hours and minutes; a `share` is from 0 to 1, shown in percent. */
export type Unit = "number" | "seconds" | "share";

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

/** What a page says of a panel. */
export interface PanelHead {
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
}
