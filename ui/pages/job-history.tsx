/** The runs of one job: how they ended, and how long they took. */
import type { JSX } from "preact";
import type { JobRow } from "../../src/jobs/view.ts";
import { DurationChart } from "../parts/duration-chart.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { JobTable } from "../parts/job-table.tsx";

export interface JobHistoryPageProps extends Surroundings {
  readonly job: string;
  readonly rows: readonly JobRow[];
  /** Paths of the neighbouring pages; null at the ends. */
  readonly older: string | null;
  readonly newer: string | null;
  readonly github: string;
  readonly now: number;
}

export function JobHistoryPage(props: JobHistoryPageProps): JSX.Element {
  const { job, rows, older, newer, github, now } = props;
  const passed = rows.filter(({ state }) => state === "success").length;
  return (
    <Frame {...props} title={`History of ${job}`}>
      <div class="title-row">
        <h1>{job}</h1>
        <p class="soft">
          {passed} of these {rows.length} runs passed. <a href={`/?job=${encodeURIComponent(job)}`}>In the job list</a>
        </p>
      </div>
      {rows.length === 0 ? (
        <section class="card empty">
          <h2>No runs</h2>
          <p class="soft">
            No run of this job that you may see has begun. <a href="/configured-jobs">Configured jobs</a> say when each
            runs; those of private repositories show once you are signed in.
          </p>
        </section>
      ) : (
        <>
          <DurationChart rows={rows} />
          <JobTable rows={rows} github={github} now={now} />
        </>
      )}
      <nav class="pager" aria-label="Pages">
        {newer !== null && (
          <a href={newer} rel="prev">
            Newer runs
          </a>
        )}
        {older !== null && (
          <a href={older} rel="next">
            Older runs
          </a>
        )}
      </nav>
    </Frame>
  );
}
