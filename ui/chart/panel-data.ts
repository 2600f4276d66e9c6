/** A panel as a page holds it, and as its data comes. */
import type { Chart, PanelHead, Table } from "../../src/velodrome/dashboards/view.ts";
import type { ScopeView } from "./scope.ts";

export interface PanelData extends PanelHead {
  /** Address of the panel's page; behind it `/data.json` and `/data.csv`. */
  readonly address: string;
  readonly scope: ScopeView;
  /** What the address needs besides the scope: a signature, where it is embedded. */
  readonly key: string;
  /** Where it is the only one of its page, it is higher. */
  readonly alone: boolean;
}

export type Answer = Chart | Table;
