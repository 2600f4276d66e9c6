/** Data of panels as tables: to be read without a script, and what tables of a dashboard show. */
import type { JSX } from "preact";
import type { Chart, Column, Table } from "../../src/velodrome/dashboards/view.ts";
import { valueText } from "../chart/units.ts";

const MOST_ROWS = 400;

type Value = Table["rows"][number][number];

function Content({ value, unit }: { readonly value: Value; readonly unit: Column["unit"] }): JSX.Element {
  if (value === null) return <span class="soft">–</span>;
  if (typeof value === "object") return value.href === "" ? <>{value.text}</> : <a href={value.href}>{value.text}</a>;
  return <>{typeof value === "number" && unit !== "text" ? valueText(value, unit) : value}</>;
}

export function PanelTable({ columns, rows }: Pick<Table, "columns" | "rows">): JSX.Element {
  if (rows.length === 0) return <p class="soft">Nothing in this time.</p>;
  const kind = (unit: Column["unit"]) => (unit === "text" ? undefined : "number");
  return (
    <div class="panel-table">
      <table>
        <thead>
          <tr>
            {columns.map(({ name, unit }) => (
              <th scope="col" class={kind(unit)} key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((cells, at) => (
            <tr key={at}>
              {columns.map(({ name, unit }, place) => (
                <td class={kind(unit)} key={name}>
                  <Content value={cells[place] ?? null} unit={unit} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && (
        <p class="soft small">
          The first {MOST_ROWS} of {rows.length} rows. All of them are in the CSV.
        </p>
      )}
    </div>
  );
}

/** The newest time first; times of which nothing is known are left out. */
export function tableOf(
  { times, lines, step }: Chart,
  unit: Column["unit"],
  right: Column["unit"],
): Pick<Table, "columns" | "rows"> {
  const long = step >= 86_400 ? 10 : 16;
  const columns = [
    { name: "Time (UTC)", unit: "text" as const },
    ...lines.map((line) => ({ name: line.name, unit: line.right === true ? right : unit })),
  ];
  const rows = times
    .map((time, at) => [
      new Date(time * 1000).toISOString().slice(0, long).replace("T", " "),
      ...lines.map(({ values }) => values[at] ?? null),
    ])
    .filter((cells) => cells.slice(1).some((value) => value !== null))
    .toReversed();
  return { columns, rows };
}
