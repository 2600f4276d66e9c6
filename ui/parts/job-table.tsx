/** The rows of the job list. On a narrow screen each row becomes a card. */
import type { JSX } from "preact";
import type { JobRow } from "../../src/jobs/view.ts";
import { PersonLink, RefsLink } from "./links.tsx";
import { isOver, StateMark } from "./state.tsx";
import { Ago, duration } from "./time.tsx";

export interface JobTableProps {
  readonly rows: readonly JobRow[];
  readonly github: string;
  readonly now: number;
  /** Id of the row that the keyboard is on. */
  readonly selected?: string | null;
}

export function JobTable({ rows, github, now, selected = null }: JobTableProps): JSX.Element {
  return (
    <table class="card jobs">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Job</th>
          <th scope="col">For</th>
          <th scope="col">Author</th>
          <th scope="col" class="number">
            Started
          </th>
          <th scope="col" class="number">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} row={row} github={github} now={now} selected={row.id === selected} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly row: JobRow;
  readonly github: string;
  readonly now: number;
  readonly selected: boolean;
}

function Row({ row, github, now, selected }: RowProps): JSX.Element {
  const ended = isOver(row.state, row.completionTime) ? (row.completionTime ?? row.startTime) : now;
  return (
    <tr class={selected ? "selected" : undefined} data-job={row.id}>
      <td class="cell-state">
        <StateMark state={row.state} />
      </td>
      <td class="cell-job">
        <a class="job-name" href={`/jobs/${row.id}`}>
          {row.job}
        </a>
        <span class="soft small job-type">{row.type}</span>
      </td>
      <td class="cell-refs">
        <RefsLink github={github} job={row} />
      </td>
      <td class="cell-author">{row.author !== "" && <PersonLink github={github} login={row.author} />}</td>
      <td class="cell-started number soft">
        <Ago at={row.startTime} now={now} />
      </td>
      <td class="cell-took number">{duration(ended - row.startTime)}</td>
    </tr>
  );
}
