/** The rows of the delivery list. */
import type { JSX } from "preact";
import type { DeliveryRow } from "../../src/chatops/view.ts";
import { DeliveryMark } from "./delivery-mark.tsx";
import { pullHref } from "./links.tsx";
import { Ago } from "./time.tsx";

export function DeliveryTable({
  rows,
  now,
}: {
  readonly rows: readonly DeliveryRow[];
  readonly now: number;
}): JSX.Element {
  return (
    <table class="card deliveries">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Event</th>
          <th scope="col">For</th>
          <th scope="col">Sender</th>
          <th scope="col">What came of it</th>
          <th scope="col" class="number">
            Received
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.guid}>
            <td class="cell-state">
              <DeliveryMark state={row.state} />
            </td>
            <td class="cell-job">
              <a class="job-name" href={`/deliveries/${encodeURIComponent(row.guid)}`}>
                {row.event}
                <wbr />
                {row.action !== "" && <span class="soft">.{row.action}</span>}
              </a>
            </td>
            <td class="cell-refs">
              <Subject row={row} />
            </td>
            <td class="cell-author" title={row.sender}>
              {row.sender}
            </td>
            <td class="cell-summary">{row.summary}</td>
            <td class="cell-started number soft">
              <Ago at={row.receivedAt} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Subject({ row }: { readonly row: DeliveryRow }): JSX.Element {
  const repository = row.repo === "" ? row.org : `${row.org}/${row.repo}`;
  if (row.number === 0) return <>{repository}</>;
  return <a href={pullHref(row.org, row.repo, row.number)}>{`${repository}#${row.number}`}</a>;
}
