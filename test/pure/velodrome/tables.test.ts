/** What `cutwater velodrome export` writes: read again, it is the same. */
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { KINDS, type Row } from "../../../cli/velodrome/columns.ts";
import { type Format, tableOf } from "../../../cli/velodrome/tables.ts";

const issue = (number: number): Row => ({
  repository: "acme/widgets",
  number,
  is_pr: number % 2 === 0,
  user: number % 3 === 0 ? null : "é🚢",
  title: `say "hello", ${number}\nand more`,
  state: "open",
  comments: 0,
  labels: number % 5 === 0 ? [] : ["a,b", 'c"d'],
  // Beyond 32 bits.
  created: 4_294_967_295 - number,
  closed: null,
  updated: 1_500_000_000,
});

async function exported(
  format: Format,
  rows: readonly Row[],
  kind: keyof typeof KINDS = "issues",
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const table = await tableOf(format, KINDS[kind].columns, async (part) => void parts.push(part.slice()));
  for (const row of rows) await table.add(row);
  await table.end();
  return Buffer.concat(parts);
}

const readParquet = async (bytes: Uint8Array): Promise<unknown[]> => {
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({ file });
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, typeof cell === "bigint" ? Number(cell) : cell])),
  );
};

describe("an export", () => {
  it("of Parquet has every row of several groups, with its types", async () => {
    const rows = Array.from({ length: 110_000 }, (_, n) => issue(n + 1));
    const read = await readParquet(await exported("parquet", rows));
    expect(read).toHaveLength(rows.length);
    for (const at of [0, 1, 2, 4, 49_999, 50_000, 100_001, 109_999]) expect(read[at]).toEqual(rows[at]);
  });

  it("of Parquet keeps points' fractions", async () => {
    const times = { resolution: 3600, at: 1_500_000_000, last_at: 1_500_000_100 };
    const row = {
      repository: "a/b",
      metric: "open",
      field: "50%",
      ...times,
      n: 3,
      sum: 0.3,
      least: -1.5,
      most: 1e12,
      last: 7,
    };
    expect(await readParquet(await exported("parquet", [row], "points"))).toEqual([row]);
  });

  it("of nothing is a table without rows", async () => {
    expect(await readParquet(await exported("parquet", []))).toEqual([]);
    expect(new TextDecoder().decode(await exported("ndjson", []))).toBe("");
    expect(new TextDecoder().decode(await exported("csv", [], "events"))).toBe(
      "repository,id,issue,actor,event,label,assignee,at\r\n",
    );
  });

  it("of CSV quotes what has to be, of NDJSON is the rows", async () => {
    const text = new TextDecoder().decode(await exported("csv", [issue(1)]));
    expect(text.split("\r\n")[1]).toBe(
      'acme/widgets,1,false,é🚢,"say ""hello"", 1\nand more",open,0,"[""a,b"",""c\\""d""]",4294967294,,1500000000',
    );
    const lines = new TextDecoder().decode(await exported("ndjson", [issue(1), issue(2)]));
    expect(
      lines
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([issue(1), issue(2)]);
  });
});
