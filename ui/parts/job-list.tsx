/** The rows of the job list, or why there are none. */
import type { JSX } from "preact";
import type { JobRow } from "../../src/jobs/view.ts";
import { JobTable } from "./job-table.tsx";

export interface JobListData {
  readonly rows: readonly JobRow[];
  /** The active filter in words; empty when there is none. */
  readonly words: string;
  /** Path and query of the next page; null at the end. */
  readonly next: string | null;
  readonly github: string;
  /** Milliseconds. */
  readonly now: number;
  /** Where newer rows are asked for; null when the list stands still. */
  readonly source: string | null;
}

export function JobList(props: JobListData & { readonly selected?: string | null }): JSX.Element {
  const { rows, words, next, github, now, selected = null } = props;
  if (rows.length > 0) return <JobTable rows={rows} github={github} now={now} selected={selected} />;
  return (
    <div class="card empty">
      <NoJobs words={words} next={next} />
    </div>
  );
}

function NoJobs({ words, next }: { readonly words: string; readonly next: string | null }): JSX.Element {
  if (next !== null) {
    return (
      <p>
        Nothing in these 30 days. <a href={next}>Look further back</a>
      </p>
    );
  }
  if (words !== "") {
    return (
      <p>
        No job that you may see matches <b>{words}</b>. <a href="/">Show all jobs</a>
      </p>
    );
  }
  return (
    <>
      <h2>Calm water</h2>
      <p class="soft">
        No job has run yet. Comment <code>/test all</code> on a pull request, or push to a branch with a postsubmit.
        Jobs of private repositories show once you are signed in.
      </p>
    </>
  );
}
