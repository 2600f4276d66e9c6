/** The filter form of the job list: a plain GET form. */
import type { JSX } from "preact";
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
        <Text name="job" label="Job" hint="pull-*-unit" wide filter={filter} />
        <details class="more" open={MORE.some((name) => filter[name] !== "")}>
          <summary class="button">More</summary>
          <div class="fields">
            <Text name="repo" label="Repository" hint="org/repo" wide filter={filter} />
            <Text name="pull" label="Pull" hint="number" filter={filter} />
            <Text name="author" label="Author" hint="login" filter={filter} />
            <Choice name="type" label="Type" value={filter.type} options={TYPES.map((type) => [type, type])} />
            <Text name="cluster" label="Cluster" hint="default" filter={filter} />
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

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
}

function Choice({ name, label, value, options }: ChoiceProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name}>
        <option value="">any</option>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface TextProps {
  readonly name: keyof FilterText;
  readonly label: string;
  readonly hint: string;
  readonly wide?: boolean;
  readonly filter: FilterText;
}

function Text({ name, label, hint, wide = false, filter }: TextProps): JSX.Element {
  return (
    <label class={wide ? "field field-wide" : "field"}>
      <span>{label}</span>
      <input
        name={name}
        value={filter[name]}
        placeholder={hint}
        inputMode={name === "pull" ? "numeric" : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={200}
      />
    </label>
  );
}
