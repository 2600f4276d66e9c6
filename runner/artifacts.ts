/** Uploads artifacts: several files at a time, each in one request or, when it is large, in parts. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import { ARTIFACT_PART_BYTES, ARTIFACT_SINGLE_BYTES, type FinishReport } from "../src/jobs/protocol.ts";
import { type Answer, type JobApi, NotOurs } from "./api.ts";
import { createCensor } from "./censor.ts";
import { type ArtifactFile, walkArtifacts } from "./artifact-files.ts";

const PARALLEL = 4;
/** About two minutes: an outage of the worker must not cost artifacts. */
const TRIES = 12;
/** Once a file has failed for good, the next ones get fewer tries, until one is stored. */
const IMPATIENT_TRIES = 3;
const PIECE_BYTES = 256 * 1024;
const UPLOAD_TIMEOUT_MS = 10 * 60_000;
const MOST_NAMED = 100;
const NAME_CHARACTERS = 1024;

const UploadStarted = z.object({ uploadId: z.string().min(1) });
const PartStored = z.object({ etag: z.string().min(1) });

type Summary = FinishReport["artifacts"];

/**
 * Uploads every regular file below `directory`. Names go as they are: the worker refuses what it does not want, and what
 * is refused, not a regular file, or fails after all tries is named in the summary. Rejects with NotOurs only.
 */
export async function uploadArtifacts(
  api: JobApi,
  directory: string,
  options: { readonly signal: AbortSignal; readonly say: (line: string) => void; readonly secrets?: readonly string[] },
): Promise<Summary> {
  const summary = { files: 0, bytes: 0, refused: [] as string[] };
  const refuse = (name: string, why: string) => {
    options.say(`artifact ${name.slice(0, 200)}: ${why}`);
    if (summary.refused.length < MOST_NAMED) summary.refused.push(`${name}: ${why}`.slice(0, NAME_CHARACTERS));
  };
  const files = walkArtifacts(directory);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let tries = TRIES;
  const worker = async () => {
    for (let next = await files.next(); !next.done && !signal.aborted; next = await files.next()) {
      const { name, kind } = next.value;
      if (kind === "other") {
        refuse(name, "not a regular file");
        continue;
      }
      try {
        const stored = await uploadFile(api, next.value, {
          signal,
          tries,
          timeoutMs: UPLOAD_TIMEOUT_MS,
          secrets: options.secrets ?? [],
        });
        tries = TRIES;
        if ("refused" in stored) refuse(name, stored.refused);
        else {
          summary.files += 1;
          summary.bytes += stored.bytes;
        }
      } catch (error) {
        if (error instanceof NotOurs) {
          stop.abort();
          throw error;
        }
        tries = IMPATIENT_TRIES;
        if (!signal.aborted) refuse(name, error instanceof Error ? error.message : String(error));
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: PARALLEL }, worker));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return summary;
}

interface How {
  readonly signal: AbortSignal;
  readonly tries: number;
  readonly timeoutMs: number;
  /** Become asterisks on the way. */
  readonly secrets: readonly string[];
}

type Stored = { readonly bytes: number } | { readonly refused: string };

async function uploadFile(api: JobApi, { file, name }: ArtifactFile, how: How): Promise<Stored> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (!found.isFile()) return { refused: "not a regular file" };
    const path = `/artifacts/${name}`;
    return found.size <= ARTIFACT_SINGLE_BYTES
      ? await uploadWhole(api, handle, path, found.size, how)
      : await uploadParts(api, handle, path, found.size, how);
  } finally {
    await handle.close();
  }
}

const stored = (answer: Answer, bytes: number): Stored =>
  answer.status < 300 ? { bytes } : { refused: `${answer.status} ${answer.message}` };

async function uploadWhole(
  api: JobApi,
  handle: FileHandle,
  path: string,
  length: number,
  { secrets, ...how }: How,
): Promise<Stored> {
  const body = () => {
    if (length === 0) return { bytes: new Uint8Array() };
    return { stream: streamOf(pieces(handle, length, secrets)), length };
  };
  const answer = await api.call({ method: "PUT", path, body, ...how });
  return stored(answer, length);
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

async function uploadParts(
  api: JobApi,
  handle: FileHandle,
  path: string,
  length: number,
  { secrets, ...how }: How,
): Promise<Stored> {
  const begun = await api.call({ method: "POST", path: `${path}?uploads`, body: () => ({ bytes: "" }), ...how });
  if (begun.status >= 300) return stored(begun, length);
  const id = encodeURIComponent(UploadStarted.parse(begun.body).uploadId);
  const parts: { partNumber: number; etag: string }[] = [];
  try {
    for await (const bytes of inParts(pieces(handle, length, secrets), ARTIFACT_PART_BYTES)) {
      const partNumber = parts.length + 1;
      const where = `${path}?uploadId=${id}&partNumber=${partNumber}`;
      const answer = await api.call({ method: "PUT", path: where, body: () => ({ bytes }), ...how });
      if (answer.status >= 300) return stored(answer, length);
      parts.push({ partNumber, etag: PartStored.parse(answer.body).etag });
    }
  } catch (error) {
    if (error instanceof Shorter) return { refused: error.message };
    throw error;
  }
  const body = () => ({ bytes: JSON.stringify({ parts }) });
  return stored(
    await api.call({ method: "POST", path: `${path}?uploadId=${id}`, body, type: "application/json", ...how }),
    length,
  );
}
