/** A dashboard: its panels over the same time, of the same repositories. */
import type { JSX } from "preact";
import type { PanelData } from "../chart/panel-data.ts";
import { ScopeForm, type ScopeFormProps } from "../chart/scope-form.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Island } from "../parts/island.tsx";
import { PanelFrame } from "../parts/panel.tsx";

export interface DashboardPageProps extends Surroundings {
  readonly title: string;
  readonly about: string;
  readonly form: ScopeFormProps;
  /** Why there is nothing to show; empty: there is. */
  readonly lacks: string;
  readonly panels: readonly PanelData[];
}

export function DashboardPage(props: DashboardPageProps): JSX.Element {
  const { title, about, form, lacks, panels } = props;
  return (
    <Frame {...props} title={title}>
      <div class="title-row">
        <h1>{title}</h1>
        <p class="soft">
          {about} <a href="/velodrome">All metrics</a>
        </p>
      </div>
      <ScopeForm {...form} />
      {lacks !== "" && (
        <section class="card empty">
          <h2>Nothing to show yet</h2>
          <p class="soft">{lacks}</p>
        </section>
      )}
      <div class="panels">
        {panels.map((panel) => (
          <Island name="chart" data={panel} key={panel.id}>
            <PanelFrame {...panel}>
              <div class="plot" />
            </PanelFrame>
          </Island>
        ))}
      </div>
    </Frame>
  );
}
