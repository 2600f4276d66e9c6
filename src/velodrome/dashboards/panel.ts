/** What a dashboard and its panels are (spec velodrome 1.10): each panel loads its own data, which page, JSON, CSV and picture share. */

import type { Chart, PanelHead, Table } from "./view.ts";

export type { Chart, ChartLine, Table } from "./view.ts";

/** Where and when a panel looks. */
export interface Scope {
  /** `org/repo` in lower case: 20 at most, chosen among those that the viewer may see. */
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
  /** Where people see issues: https://github.com unless said. */
  readonly github?: string;
}

export interface Panel extends PanelHead {
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
  /** `repositories`, `pools`: by mirrored repositories, or those with merge pools, that the viewer may see; `public`: nothing in it is anybody's own; `admins`: of this installation. */
  readonly sight: "repositories" | "pools" | "public" | "admins";
  /** Whether its panels can look at one SIG alone. */
  readonly bySig?: true;
  readonly panels: readonly Panel[];
}
