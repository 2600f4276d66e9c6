/** The list of webhook deliveries: what came in, and what came of it. */
import type { JSX } from "preact";
import type { DeliveryRow } from "../../src/chatops/view.ts";
import { DeliveryTable } from "../parts/delivery-table.tsx";
import { Choice, Field } from "../parts/field.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";

interface DeliveryFilterText {
  readonly event: string;
  readonly state: string;
  readonly repo: string;
  readonly number: string;
  readonly sender: string;
}

export interface DeliveriesPageProps extends Surroundings {
  readonly rows: readonly DeliveryRow[];
  readonly filter: DeliveryFilterText;
  readonly problem: string | null;
  /** Path and query of the next page; null at the end. */
  readonly next: string | null;
  readonly newest: boolean;
  readonly now: number;
}

const FIELDS = [
  { name: "event", label: "Event", hint: "issue_comment", wide: true },
  { name: "repo", label: "Repository", hint: "org/repo", wide: true },
  { name: "number", label: "Number", hint: "number", numeric: true },
  { name: "sender", label: "Sender", hint: "login" },
] as const;

export function DeliveriesPage(props: DeliveriesPageProps): JSX.Element {
  const { rows, filter, problem, next, newest, now } = props;
  const filtered = Object.values(filter).some((value) => value !== "");
  return (
    <Frame {...props} title="Deliveries">
      <h1 class="unseen">Deliveries</h1>
      <form class="filters" method="get" action="/deliveries" role="search" aria-label="Filter deliveries">
        <div class="fields">
          <Choice
            name="state"
            label="State"
            value={filter.state}
            options={["waiting", "handled", "failed"].map((state) => [state, state])}
          />
          {FIELDS.map((field) => (
            <Field key={field.name} {...field} value={filter[field.name]} />
          ))}
          <button class="button button-main" type="submit">
            Filter
          </button>
        </div>
      </form>
      {problem !== null && (
        <p class="notice notice-failure" role="alert">
          {problem}
        </p>
      )}
      {problem !== null ? null : rows.length === 0 ? (
        <div class="card empty">
          {filtered ? (
            <p>
              No delivery that you may see matches. <a href="/deliveries">Show all deliveries</a>
            </p>
          ) : (
            <>
              <h2>Nothing has arrived</h2>
              <p class="soft">Each webhook that GitHub sends stands here, with what was done about it and why.</p>
            </>
          )}
        </div>
      ) : (
        <DeliveryTable rows={rows} now={now} />
      )}
      <nav class="pager" aria-label="Pages">
        {!newest && <a href="/deliveries">Newest</a>}
        {next !== null && (
          <a href={next} rel="next">
            Older deliveries
          </a>
        )}
      </nav>
    </Frame>
  );
}
