/** Chooses the time, the repositories and the SIG of a page's panels; works without a script. */
import type { JSX } from "preact";
import { Choice, Field } from "../parts/field.tsx";
import { scopeQuery, type ScopeView } from "./scope.ts";

export interface ScopeFormProps {
  readonly address: string;
  readonly scope: ScopeView;
  /** What there is to choose from; none: its panels are not by repository. */
  readonly repositories: readonly string[];
  readonly bySig: boolean;
  /** Names of SIGs that have work; none: nobody knows. */
  readonly sigs: readonly string[];
}

const RANGES = [
  ["24h", "Day"],
  ["7d", "Week"],
  ["30d", "Month"],
  ["90d", "Quarter"],
  ["1y", "Year"],
  ["4y", "4 years"],
] as const;
const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

export function ScopeForm({ address, scope, repositories, bySig, sigs }: ScopeFormProps): JSX.Element {
  const chosen = new Set(scope.repositories);
  return (
    <form class="filters" method="get" action={address} role="search" aria-label="What the panels show">
      <nav class="ranges" aria-label="Time">
        {RANGES.map(([range, text]) => (
          <a
            class="button"
            href={`${address}${scopeQuery({ ...scope, range })}`}
            aria-current={range === scope.range ? "true" : undefined}
            key={range}
          >
            {text}
          </a>
        ))}
        {scope.range === "" && (
          <span class="soft">
            {day(scope.from)} to {day(scope.to)}
          </span>
        )}
      </nav>
      {scope.range === "" ? (
        <>
          <input type="hidden" name="from" value={scope.from} />
          <input type="hidden" name="to" value={scope.to} />
        </>
      ) : (
        <input type="hidden" name="range" value={scope.range} />
      )}
      {repositories.length > 1 && (
        <details class="repositories" open={chosen.size > 0}>
          <summary>
            {chosen.size === 0 ? "All repositories" : `${chosen.size} of ${repositories.length} repositories`}
          </summary>
          <ul>
            {repositories.map((name) => (
              <li key={name}>
                <label>
                  <input type="checkbox" name="repo" value={name} checked={chosen.has(name)} /> {name}
                </label>
              </li>
            ))}
          </ul>
        </details>
      )}
      {(bySig || repositories.length > 1) && (
        <div class="fields">
          {bySig && <Sig value={scope.sig} known={sigs} />}
          <button class="button button-main" type="submit">
            Show
          </button>
        </div>
      )}
    </form>
  );
}

function Sig({ value, known }: { readonly value: string; readonly known: readonly string[] }): JSX.Element {
  if (known.length === 0) return <Field name="sig" label="SIG" hint="node" value={value} />;
  const all = value === "" || known.includes(value) ? known : [value, ...known];
  return <Choice name="sig" label="SIG" value={value} options={all.map((sig) => [sig, sig] as const)} />;
}
