/** The weeks that have reports. */
import type { JSX } from "preact";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";

export interface ReportsPageProps extends Surroundings {
  readonly weeks: readonly { readonly week: string; readonly repositories: number }[];
  /** The week that is running. */
  readonly current: string;
}

export function ReportsPage(props: ReportsPageProps): JSX.Element {
  const { weeks, current } = props;
  return (
    <Frame {...props} title="Weekly reports">
      <div class="title-row">
        <h1>Weekly reports</h1>
        <p class="soft">
          Merges, latency, flakes, the merge queue and who needs help, of each{" "}
          <a href="/velodrome/mirrors">mirrored repository</a>.
        </p>
      </div>
      {weeks.length === 0 ? (
        <section class="card empty">
          <h2>No report yet</h2>
          <p class="soft">Reports are made of repositories that are mirrored: name some with VELODROME_REPOSITORIES.</p>
        </section>
      ) : (
        <section class="card">
          <ul>
            {weeks.map(({ week, repositories }) => (
              <li key={week}>
                <a href={`/velodrome/reports/${week}`}>{week}</a>
                {week === current ? " (so far)" : repositories > 1 ? ` (${repositories} repositories)` : ""}
              </li>
            ))}
          </ul>
        </section>
      )}
    </Frame>
  );
}
