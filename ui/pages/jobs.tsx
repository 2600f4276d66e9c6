/** The job list: what runs and ran, with filters in the URL. */
import type { JSX } from "preact";
import type { JobRow } from "../../src/jobs/view.ts";
import { Facets, type FacetsData } from "../parts/facets.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Island } from "../parts/island.tsx";
import { JobFilters, listHref } from "../parts/job-filters.tsx";
import type { FilterText } from "../parts/job-filters.tsx";
import { JobList } from "../parts/job-list.tsx";
import { stateText } from "../parts/state.tsx";

export interface JobsPageProps extends Surroundings {
  readonly rows: readonly JobRow[];
  /** Null on later pages. */
  readonly facets: FacetsData | null;
  readonly filter: FilterText;
  /** What is wrong with the filter; the list is empty then. */
  readonly problem: string | null;
  /** Path and query of the next page; null at the end. */
  readonly next: string | null;
  /** False on later pages: what is old does not change under the reader. */
  readonly newest: boolean;
  /** Path and query of this list as JSON. */
  readonly source: string;
  readonly github: string;
  /** Milliseconds. */
  readonly now: number;
}

/** The words of the active filter, for the title and the empty state. */
function filterWords(filter: FilterText): string {
  return Object.entries(filter)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => (key === "state" ? stateText(value).toLowerCase() : `${key} ${value}`))
    .join(", ");
}

export function JobsPage(props: JobsPageProps): JSX.Element {
  const { rows, facets, filter, problem, next, newest, source, github, now } = props;
  const words = filterWords(filter);
  const data = { rows, words, next, github, now, source: newest && problem === null ? source : null };
  return (
    <Frame {...props} title={words === "" ? "Jobs" : `Jobs: ${words}`}>
      <h1 class="unseen">Jobs</h1>
      <JobFilters filter={filter} />
      {facets !== null && <Facets facets={facets} filter={filter} />}
      {problem !== null && (
        <p class="notice notice-failure" role="alert">
          {problem}
        </p>
      )}
      {problem === null && (
        <Island name="job-list" data={data}>
          <JobList {...data} />
        </Island>
      )}
      <nav class="pager" aria-label="Pages">
        {rows.length > 0 && (
          <p class="keys soft small">
            <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>enter</kbd> to open, <kbd>/</kbd> to filter
          </p>
        )}
        <a href="/pr">Pull requests</a>
        <a href="/configured-jobs">Configured jobs</a>
        {!newest && <a href={listHref(filter)}>Newest</a>}
        {next !== null && (
          <a href={next} rel="next">
            Older jobs
          </a>
        )}
      </nav>
    </Frame>
  );
}
