/** Every dashboard, by the question that it answers. */
import type { JSX } from "preact";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";

export interface DashboardsPageProps extends Surroundings {
  readonly dashboards: readonly {
    readonly id: string;
    readonly title: string;
    readonly about: string;
    readonly panels: number;
  }[];
}

export function DashboardsPage(props: DashboardsPageProps): JSX.Element {
  return (
    <Frame {...props} title="Metrics">
      <div class="title-row">
        <h1>Metrics</h1>
        <p class="soft">
          Made of <a href="/velodrome/mirrors">mirrored repositories</a> and of our own jobs, whose{" "}
          <a href="/metrics/">metrics of builds</a> are there as JSON. There are{" "}
          <a href="/velodrome/reports">weekly reports</a>, too.
        </p>
      </div>
      <ul class="dashboards">
        {props.dashboards.map(({ id, title, about, panels }) => (
          <li key={id}>
            <section class="card" aria-labelledby={`${id}-title`}>
              <h2 id={`${id}-title`}>
                <a href={`/velodrome/${id}`}>{title}</a>
              </h2>
              <p>{about}</p>
              <p class="soft small">{panels === 1 ? "One panel" : `${panels} panels`}</p>
            </section>
          </li>
        ))}
      </ul>
    </Frame>
  );
}
