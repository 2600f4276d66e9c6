/** The upload of one artifact: in one request or, when it is large, in parts, from where an earlier try was cut. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import { ARTIFACT_PART_BYTES, ARTIFACT_SINGLE_BYTES } from "../src/jobs/protocol.ts";
import type { Answer, JobApi } from "./api.ts";
import { type ArtifactFile, signatureOf } from "./artifact-files.ts";
import { createCensor } from "./censor.ts";

const PIECE_BYTES = 256 * 1024;

const UploadStarted = z.object({ uploadId: z.string().min(1) });
const PartStored = z.object({ etag: z.string().min(1) });

/** An upload in parts that has begun: what is stored of which state of the file. */
export interface Begun {
  readonly signature: string;
  readonly uploadId: string;
  readonly parts: { readonly partNumber: number; readonly etag: string }[];
}

interface How {
  readonly signal: AbortSignal;
  readonly tries: number;
  readonly timeoutMs: number;
  /** Become asterisks on the way. */
  readonly secrets: readonly string[];
  /** Uploads in parts by the names of their files; those that are cut off stay in it. */
  readonly begun: Map<string, Begun>;
}

export type Stored = { readonly bytes: number; readonly signature: string } | { readonly refused: string };

/** Rejects with NotOurs, or when the tries are used up. */
export async function uploadFile(api: JobApi, { file, name }: ArtifactFile, how: How): Promise<Stored> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await handle.stat({ bigint: true });
    if (!found.isFile()) return { refused: "not a regular file" };
    const source = {
      handle,
      name,
      path: `/artifacts/${name}`,
      length: Number(found.size),
      signature: signatureOf(found),
    };
    if (source.length <= ARTIFACT_SINGLE_BYTES) return await uploadWhole(api, source, how);
    const resumed = how.begun.get(name)?.signature === source.signature;
    const stored = await uploadParts(api, source, how);
    // The worker may have forgotten what was begun.
    return resumed && "refused" in stored ? await uploadParts(api, source, how) : stored;
  } finally {
    await handle.close();
  }
}

interface Source {
  readonly handle: FileHandle;
  readonly name: string;
  readonly path: string;
  /** Bytes at the time of `signature`. */
  readonly length: number;
  readonly signature: string;
}

const stored = (answer: Answer, { length, signature }: Source): Stored =>
  answer.status < 300 ? { bytes: length, signature } : { refused: `${answer.status} ${answer.message}` };

async function uploadWhole(api: JobApi, source: Source, { secrets, signal, tries, timeoutMs }: How): Promise<Stored> {
  const { handle, path, length } = source;
  const body = () => {
    if (length === 0) return { bytes: new Uint8Array() };
    return { stream: streamOf(pieces(handle, length, secrets)), length };
  };
  return stored(await api.call({ method: "PUT", path, body, signal, tries, timeoutMs }), source);
}

/** The first `length` bytes of a file, read when they are wanted, censored; as many bytes as there were. */
async function* pieces(handle: FileHandle, length: number, secrets: readonly string[]): AsyncGenerator<Uint8Array> {
  const censor = createCensor(secrets);
  for (let offset = 0; offset < length; ) {
    const wanted = Math.min(PIECE_BYTES, length - offset);
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
    if (bytesRead === 0) throw new Shorter();
    offset += bytesRead;
    const shown = censor.push(buffer.subarray(0, bytesRead));
    if (shown.length > 0) yield shown;
  }
  const rest = censor.end();
  if (rest.length > 0) yield rest;
}

function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

class Shorter extends Error {
  constructor() {
    super("the file became shorter while it was read");
  }
}

/** The same bytes in parts of one size; the last may be smaller. */
async function* inParts(all: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer<ArrayBuffer>> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of all) {
    held.push(piece);
    bytes += piece.length;
    if (bytes < size) continue;
    const joined = Buffer.concat(held);
    let from = 0;
    for (; joined.length - from >= size; from += size) yield Buffer.from(joined.subarray(from, from + size));
    held = [joined.subarray(from)];
    bytes = joined.length - from;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

async function uploadParts(api: JobApi, source: Source, { secrets, begun, ...how }: How): Promise<Stored> {
  const { handle, name, path, length, signature } = source;
  let upload = begun.get(name);
  if (upload?.signature !== signature) {
    const answer = await api.call({ method: "POST", path: `${path}?uploads`, body: () => ({ bytes: "" }), ...how });
    if (answer.status >= 300) return stored(answer, source);
    upload = { signature, uploadId: UploadStarted.parse(answer.body).uploadId, parts: [] };
    begun.set(name, upload);
  }
  const { uploadId, parts } = upload;
  const id = encodeURIComponent(uploadId);
  const ended = (answer: Answer): Stored => {
    begun.delete(name);
    return stored(answer, source);
  };
  let partNumber = 0;
  try {
    for await (const bytes of inParts(pieces(handle, length, secrets), ARTIFACT_PART_BYTES)) {
      partNumber += 1;
      if (partNumber <= parts.length) continue;
      const where = `${path}?uploadId=${id}&partNumber=${partNumber}`;
      const answer = await api.call({ method: "PUT", path: where, body: () => ({ bytes }), ...how });
      if (answer.status >= 300) return ended(answer);
      parts.push({ partNumber, etag: PartStored.parse(answer.body).etag });
    }
  } catch (error) {
    if (error instanceof Shorter) {
      begun.delete(name);
      return { refused: error.message };
    }
    throw error;
  }
  const body = () => ({ bytes: JSON.stringify({ parts }) });
  return ended(
    await api.call({ method: "POST", path: `${path}?uploadId=${id}`, body, type: "application/json", ...how }),
  );
}
