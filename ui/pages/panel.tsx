/** One panel: its definition, its picture, its numbers as a table, and how to show it elsewhere. */
import type { JSX } from "preact";
import type { Answer, PanelData } from "../chart/panel-data.ts";
import { ScopeForm, type ScopeFormProps } from "../chart/scope-form.tsx";
import { scopeQuery } from "../chart/scope.ts";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Island } from "../parts/island.tsx";
import { PanelFrame } from "../parts/panel.tsx";
import { PanelTable, tableOf } from "../parts/panel-table.tsx";

export interface PanelPageProps extends Surroundings {
  readonly dashboard: { readonly id: string; readonly title: string };
  readonly panel: PanelData;
  readonly form: ScopeFormProps;
  readonly answer: Answer;
  /** The address to embed, for who may give it away; empty: they may not. */
  readonly embed: string;
}

export function PanelPage(props: PanelPageProps): JSX.Element {
  const { dashboard, panel, form, answer, embed } = props;
  const table = answer.kind === "chart" ? tableOf(answer, panel.unit, panel.right ?? panel.unit) : answer;
  return (
    <Frame {...props} title={panel.title}>
      <div class="title-row">
        <h1>{panel.title}</h1>
        <p class="soft">
          <a href={`/velodrome/${dashboard.id}${scopeQuery(panel.scope)}`}>{dashboard.title}</a>
        </p>
      </div>
      <p class="panel-about">{panel.definition}</p>
      <ScopeForm {...form} />
      {answer.kind === "chart" && (
        <Island name="chart" data={panel}>
          <PanelFrame {...panel}>
            <div class="plot plot-high" />
          </PanelFrame>
        </Island>
      )}
      <section class="card panel-alone" aria-labelledby="numbers">
        <div class="panel-head">
          <h2 id="numbers">{answer.kind === "chart" ? "As numbers" : "Rows"}</h2>
          <span class="panel-tools">
            <a class="panel-tool" href={`${panel.address}/data.csv${scopeQuery(panel.scope)}`}>
              CSV
            </a>
            <a class="panel-tool" href={`${panel.address}/data.json${scopeQuery(panel.scope)}`}>
              JSON
            </a>
          </span>
        </div>
        <PanelTable {...table} />
      </section>
      {embed !== "" && (
        <details class="card">
          <summary>Show it on another page</summary>
          <p class="soft">Whoever has this address sees this panel, of these repositories, without signing in.</p>
          <p class="mono panel-snippet">{`<iframe src="${embed}" width="720" height="420" title="${panel.title}"></iframe>`}</p>
        </details>
      )}
    </Frame>
  );
}
