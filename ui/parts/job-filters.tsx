/** The filter form of the job list: a plain GET form. */
import type { JSX } from "preact";
import { Choice, Field } from "./field.tsx";
import { stateText, stateWord } from "./state.tsx";
import type { JobState } from "./state.tsx";

/** The filter as typed; empty means any. */
export interface FilterText {
  readonly type: string;
  readonly state: string;
  readonly repo: string;
  readonly pull: string;
  readonly author: string;
  readonly job: string;
  readonly cluster: string;
}

const STATES: readonly JobState[] = ["pending", "triggered", "scheduling", "success", "failure", "error", "aborted"];
const TYPES = ["presubmit", "postsubmit", "periodic", "batch"];
/** Fields that a narrow screen folds away while they are empty. */
const MORE = ["repo", "pull", "author", "type", "cluster"] as const;

/** Path of the newest page with this filter. */
export function listHref(filter: FilterText): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== "")).toString();
  return query === "" ? "/" : `/?${query}`;
}

export function JobFilters({ filter }: { readonly filter: FilterText }): JSX.Element {
  const active = Object.entries(filter).filter(([, value]) => value !== "");
  return (
    <form class="filters" method="get" action="/" role="search" aria-label="Filter jobs">
      <div class="fields">
        <Choice
          name="state"
          label="State"
          value={filter.state}
          options={STATES.map((state) => [state, stateWord(state)])}
        />
        <Field name="job" label="Job" hint="pull-*-unit" wide value={filter.job} />
        <details class="more" open={MORE.some((name) => filter[name] !== "")}>
          <summary class="button">More</summary>
          <div class="fields">
            <Field name="repo" label="Repository" hint="org/repo" wide value={filter.repo} />
            <Field name="pull" label="Pull" hint="number" numeric value={filter.pull} />
            <Field name="author" label="Author" hint="login" value={filter.author} />
            <Choice name="type" label="Type" value={filter.type} options={TYPES.map((type) => [type, type])} />
            <Field name="cluster" label="Cluster" hint="default" value={filter.cluster} />
          </div>
        </details>
        <button class="button button-main" type="submit">
          Filter
        </button>
      </div>
      {active.length > 0 && (
        <ul class="chips" aria-label="Active filters">
          {active.map(([name, value]) => (
            <li key={name}>
              <a class="chip" href={listHref({ ...filter, [name]: "" })} aria-label={`Remove filter ${name}: ${value}`}>
                {name}: <b>{name === "state" ? stateText(value) : value}</b> <span aria-hidden="true">×</span>
              </a>
            </li>
          ))}
          <li>
            <a href="/">Clear all</a>
          </li>
        </ul>
      )}
    </form>
  );
}
