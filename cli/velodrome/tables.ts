/** Rows as NDJSON, CSV or Parquet, as they come. */
import type { ByteWriter as Bytes, ParquetWriter as Writer } from "hyparquet-writer";
import type { Cell, Column, Row } from "./columns.ts";

export interface Table {
  add(row: Row): Promise<void>;
  /** Writes what is left. */
  end(): Promise<void>;
}

/** Takes the next part of a file; resolves when more may come. */
export type Sink = (part: Uint8Array) => Promise<void>;

export const FORMATS = ["ndjson", "csv", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

const PART_CHARACTERS = 1 << 16;
/** Rows that are held until they are a group. */
const GROUP_ROWS = 50_000;
const GROUP_CHARACTERS = 64 << 20;

export async function tableOf(format: Format, columns: readonly Column[], sink: Sink): Promise<Table> {
  if (format === "parquet") {
    const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
    const bytes = new ByteWriter();
    const schema = [{ name: "root", num_children: columns.length }, ...columns.map((column) => elementOf(column))];
    return new ParquetTable(columns, sink, bytes, new ParquetWriter({ writer: bytes, schema }));
  }
  if (format === "ndjson") return new TextTable((row) => `${JSON.stringify(row)}\n`, "", sink);
  const head = `${columns.map(({ name }) => name).join(",")}\r\n`;
  return new TextTable((row) => `${columns.map(({ name }) => cellText(row[name])).join(",")}\r\n`, head, sink);
}

function cellText(cell: Cell | undefined): string {
  if (cell === undefined || cell === null) return "";
  const text = typeof cell === "object" ? JSON.stringify(cell) : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

class TextTable implements Table {
  readonly #lineOf: (row: Row) => string;
  readonly #sink: Sink;
  #text: string;

  constructor(lineOf: (row: Row) => string, head: string, sink: Sink) {
    this.#lineOf = lineOf;
    this.#text = head;
    this.#sink = sink;
  }

  async add(row: Row): Promise<void> {
    this.#text += this.#lineOf(row);
    if (this.#text.length >= PART_CHARACTERS) await this.end();
  }

  async end(): Promise<void> {
    if (this.#text !== "") await this.#sink(new TextEncoder().encode(this.#text));
    this.#text = "";
  }
}

const PARQUET_TYPES = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  list: { type: "BYTE_ARRAY", converted_type: "JSON" },
  whole: { type: "INT64" },
  number: { type: "DOUBLE" },
  flag: { type: "BOOLEAN" },
} as const;

const elementOf = ({ name, type }: Column) => ({ name, repetition_type: "OPTIONAL", ...PARQUET_TYPES[type] }) as const;

class ParquetTable implements Table {
  readonly #columns: readonly Column[];
  readonly #sink: Sink;
  readonly #bytes: Bytes;
  readonly #writer: Writer;
  #rows: Row[] = [];
  #characters = 0;

  constructor(columns: readonly Column[], sink: Sink, bytes: Bytes, writer: Writer) {
    this.#columns = columns;
    this.#sink = sink;
    this.#bytes = bytes;
    this.#writer = writer;
  }

  async add(row: Row): Promise<void> {
    this.#rows.push(row);
    const { body } = row;
    if (typeof body === "string") this.#characters += body.length;
    if (this.#rows.length >= GROUP_ROWS || this.#characters >= GROUP_CHARACTERS) await this.#group();
  }

  async #group(): Promise<void> {
    const rows = this.#rows;
    if (rows.length === 0) return;
    const columnData = this.#columns.map(({ name, type }) => {
      const data = rows.map((row) => row[name] ?? null);
      return {
        name,
        data: type === "whole" ? data.map((cell) => (typeof cell === "number" ? BigInt(cell) : cell)) : data,
      };
    });
    await this.#writer.write({ columnData, rowGroupSize: rows.length });
    this.#rows = [];
    this.#characters = 0;
    await this.#drain();
  }

  async end(): Promise<void> {
    await this.#group();
    await this.#writer.finish();
    await this.#drain();
  }

  /** What is encoded goes out at once: only the offsets of it are needed later. */
  async #drain(): Promise<void> {
    const { buffer, index } = this.#bytes;
    if (index > 0) await this.#sink(new Uint8Array(buffer.slice(0, index)));
    this.#bytes.index = 0;
  }
}
