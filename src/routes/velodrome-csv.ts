/** Lines and tables as rows: CSV (RFC 4180), and JSON for programs that want one row a value. */
import type { Context } from "hono";
import type { Chart, Table } from "../velodrome/dashboards/panel.ts";
import type { AppEnv } from "./app.ts";

type Cell = string | number | null;

/** As a file of that name. */
export function csvOf(
  c: Context<AppEnv>,
  name: string,
  answer: Pick<Chart, "kind" | "times" | "lines"> | Table,
): Response {
  c.header("content-type", "text/csv; charset=utf-8");
  c.header("content-disposition", `attachment; filename="${name}.csv"`);
  return c.body(
    rowsOf(answer)
      .map((cells) => `${cells.map((cell) => quoted(cell)).join(",")}\r\n`)
      .join(""),
  );
}

function rowsOf(answer: Pick<Chart, "kind" | "times" | "lines"> | Table): readonly (readonly Cell[])[] {
  if (answer.kind === "table") {
    const head = answer.columns.map(({ name }) => name);
    return [
      head,
      ...answer.rows.map((cells) => cells.map((cell) => (typeof cell === "object" ? (cell?.text ?? null) : cell))),
    ];
  }
  const { times, lines } = answer;
  return [
    ["time", ...lines.map(({ name }) => name)],
    ...times.map((time, at) => [new Date(time * 1000).toISOString(), ...lines.map(({ values }) => values[at] ?? null)]),
  ];
}

/** Of a chart a row for each value that is known: `time` in milliseconds, `line`, `value`. Of a table its rows, by column. */
export function valuesOf(answer: Chart | Table): readonly Readonly<Record<string, Cell>>[] {
  if (answer.kind === "table") {
    const [head = [], ...rows] = rowsOf(answer);
    return rows.map((cells) => Object.fromEntries(head.map((name, at) => [String(name), cells[at] ?? null])));
  }
  return answer.times.flatMap((time, at) =>
    answer.lines.flatMap(({ name, values }) => {
      const value = values[at] ?? null;
      return value === null ? [] : [{ time: time * 1000, line: name, value }];
    }),
  );
}

/** A text that a spreadsheet would take for a formula stays a text. */
function quoted(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const text = /^[=+@\-\t]/.test(cell ?? "") ? `'${cell ?? ""}` : (cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
