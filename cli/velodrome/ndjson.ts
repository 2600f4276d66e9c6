/** Newline-delimited JSON from disk, plain or gzipped, a line at a time. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { PassThrough } from "node:stream";
import { createGunzip } from "node:zlib";
import type * as z from "zod";

/** What the user asked for cannot be done: the message says where and what to do, and needs no stack. */
export class MirrorError extends Error {
  override readonly name = "MirrorError";
}

/** A longer line is no row of anything. */
const LINE_CHARACTERS = 32 << 20;

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

/** `<name>.ndjson` of a folder, else `<name>.ndjson.gz`; null when neither is there. */
export async function findNdjson(folder: string, name: string): Promise<string | null> {
  for (const file of [path.join(folder, `${name}.ndjson`), path.join(folder, `${name}.ndjson.gz`)])
    if (await isFile(file)) return file;
  return null;
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  const source = createReadStream(file, { highWaterMark: 1 << 18 });
  const out = new PassThrough({ highWaterMark: 1 << 20 });
  const done = file.endsWith(".gz")
    ? pipeline(source, createGunzip({ chunkSize: 1 << 18 }), out)
    : pipeline(source, out);
  const ended = done.then(
    () => null,
    (error: unknown) => error,
  );
  try {
    for await (const chunk of out) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    throw new MirrorError(`${file} cannot be read: ${why(error)}`);
  }
  const error = await ended;
  if (error !== null) throw new MirrorError(`${file} cannot be read: ${why(error)}`);
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let line = 1;
  const decoded = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new MirrorError(`${file}: not UTF-8, at line ${line} or soon after`);
    }
  };
  for await (const chunk of bytesOf(file)) {
    const parts = decoded(chunk).split("\n");
    parts[0] = rest + (parts[0] ?? "");
    rest = parts.pop() ?? "";
    if (rest.length > LINE_CHARACTERS) throw new MirrorError(`${file}:${line + parts.length}: the line is too long`);
    yield* parts;
    line += parts.length;
  }
  rest += decoded();
  if (rest !== "") yield rest;
}

/** Rows of a file by their schema; blank lines count for nothing. Throws {@link MirrorError} with file and line. */
export async function* rowsOf<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): AsyncGenerator<z.output<Schema>> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new MirrorError(`${file}:${number}: not JSON: ${why(error)}`);
    }
    const row = schema.safeParse(value);
    if (!row.success) {
      const [issue] = row.error.issues;
      const where = issue && issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ` : "";
      throw new MirrorError(`${file}:${number}: ${where}${issue?.message ?? "no such row"}`);
    }
    yield row.data;
  }
}
