/** One row of the bench's table. Ratios compare within one run: absolute figures belong to the machine. */
export interface Row {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

export function printTable(rows: readonly Row[]): void {
  const width = (pick: (row: Row) => string): number => Math.max(...rows.map((row) => pick(row).length));
  const [names, values] = [width((row) => row.name), width((row) => row.value)];
  for (const row of rows) console.log(`${row.name.padEnd(names)}  ${row.value.padStart(values)}  ${row.note}`);
}

/** The q-quantile (0 to 1) of measurements, nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`;
