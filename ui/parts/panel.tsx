/** A panel of a dashboard: its head, and where its picture goes. */
import type { ComponentChildren, JSX } from "preact";
import type { PanelData } from "../chart/panel-data.ts";
import { scopeQuery } from "../chart/scope.ts";
import { ago, exact } from "./time.tsx";

export interface PanelFrameProps extends PanelData {
  /** Buttons that need a script. */
  readonly tools?: ComponentChildren;
  readonly asOf?: number | null | undefined;
  /** Milliseconds. */
  readonly now?: number | undefined;
  readonly children?: ComponentChildren;
}

/** Data that is older than this, in seconds, is said to be old. */
const STALE_S = 3 * 3600;

export const keyOf = (key: string): readonly [string, string][] => (key === "" ? [] : [["key", key]]);

export function PanelFrame(props: PanelFrameProps): JSX.Element {
  const { id, title, definition, address, scope, key: _, asOf, now, alone, tools, children } = props;
  const query = scopeQuery(scope, keyOf(props.key));
  return (
    <section class={alone ? "card panel panel-alone" : "card panel"} id={id} aria-labelledby={`${id}-title`}>
      <div class="panel-head">
        <h2 id={`${id}-title`}>{alone ? title : <a href={`${address}${query}`}>{title}</a>}</h2>
        {asOf !== undefined && now !== undefined && <Age asOf={asOf} now={now} />}
        <span class="panel-tools">
          {tools}
          <a class="panel-tool" href={`${address}/data.csv${query}`}>
            CSV
          </a>
        </span>
      </div>
      {!alone && (
        <details class="panel-definition">
          <summary>What is this?</summary>
          <p>{definition}</p>
        </details>
      )}
      {children}
      {!alone && (
        <noscript>
          <p class="soft">
            <a href={`${address}${query}`}>Read it as a table</a>
          </p>
        </noscript>
      )}
    </section>
  );
}

/** A stale source looks stale. */
function Age({ asOf, now }: { readonly asOf: number | null; readonly now: number }): JSX.Element {
  if (asOf === null) return <span class="panel-age panel-stale">No data yet</span>;
  const stale = now / 1000 - asOf > STALE_S;
  return (
    <time
      class={stale ? "panel-age panel-stale" : "panel-age"}
      dateTime={new Date(asOf * 1000).toISOString()}
      title={exact(asOf * 1000)}
    >
      {stale ? "Only up to" : "Up to"} {ago(asOf * 1000, now)}
    </time>
  );
}
