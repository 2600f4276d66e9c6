/** The metrics of builds: what each says, its newest result, and those of a year. */
import type { JSX } from "preact";
import type { Freshness, MetricView } from "../../src/metrics/view.ts";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { type JobState, StateMark } from "../parts/state.tsx";

export interface BuildMetricsPageProps extends Surroundings {
  readonly metrics: readonly MetricView[];
}

const LOOKS: Readonly<Record<Freshness, { readonly state: JobState; readonly word: string }>> = {
  current: { state: "success", word: "Current" },
  stale: { state: "error", word: "Stale" },
  none: { state: "scheduling", word: "No complete day yet" },
};

export function BuildMetricsPage(props: BuildMetricsPageProps): JSX.Element {
  return (
    <Frame {...props} title="Metrics of builds">
      <div class="title-row">
        <h1>Metrics of builds</h1>
        <p class="soft">
          Counted once a day over the builds that everybody may see, by complete UTC days, and kept for a year as JSON.
        </p>
      </div>
      {props.metrics.map((metric) => (
        <Metric key={metric.metric} {...metric} />
      ))}
    </Frame>
  );
}

function Metric({ metric, description, state, oldest, newest, latest }: MetricView): JSX.Element {
  return (
    <section class="card" aria-labelledby={metric}>
      <div class="card-head">
        <h2 id={metric}>{metric}</h2>
        <StateMark {...LOOKS[state]} />
      </div>
      <p>{description}</p>
      {newest !== null && (
        <p class="soft">
          <a href={latest}>Latest</a>, of {newest}. <a href={`/metrics/${metric}/daily-${newest}.json`}>By day</a>, from{" "}
          {oldest}. <a href={`/metrics/${metric}/raw-${newest}.json`}>All rows</a>.
        </p>
      )}
    </section>
  );
}
