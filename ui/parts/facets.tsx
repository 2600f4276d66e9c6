/** What the filtered jobs are, as links that narrow the list. */
import type { JSX } from "preact";
import { type FilterText, listHref } from "./job-filters.tsx";
import { stateText } from "./state.tsx";

export interface FacetsData {
  readonly counted: number;
  readonly states: Readonly<Record<string, number>>;
  readonly types: Readonly<Record<string, number>>;
}

interface FacetsProps {
  readonly facets: FacetsData;
  readonly filter: FilterText;
}

export function Facets({ facets, filter }: FacetsProps): JSX.Element | null {
  if (facets.counted === 0) return null;
  return (
    <nav class="facets" aria-label="Narrow the list">
      <span class="soft">Of the newest {facets.counted}:</span>
      <Facet name="state" counts={facets.states} filter={filter} />
      <Facet name="type" counts={facets.types} filter={filter} />
    </nav>
  );
}

interface FacetProps {
  readonly name: "state" | "type";
  readonly counts: Readonly<Record<string, number>>;
  readonly filter: FilterText;
}

function Facet({ name, counts, filter }: FacetProps): JSX.Element | null {
  if (filter[name] !== "") return null;
  const shown = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return (
    <ul>
      {shown.map(([value, count]) => (
        <li key={value}>
          <a href={listHref({ ...filter, [name]: value })}>
            {name === "state" ? stateText(value) : value} <span class="soft">{count}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
