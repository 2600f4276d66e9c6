/** Reads a job's log, wherever its bytes lie. Memory: one part at a time. */
import { LogIndexer } from "../../ui/log/log-index.ts";
import type { LogIndex } from "../../ui/log/log-index.ts";
import type { Env } from "../env.ts";

/** Bytes asked of the job's object at a time. */
const STEP_BYTES = 4 * 1024 * 1024;
/** Maps of finished logs above this size are kept. */
const KEEP_ABOVE_BYTES = 1024 * 1024;

/** The bytes [from, to) piece by piece, as far as they exist. */
export async function* logPieces(env: Env, id: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  const job = env.JOB.getByName(`job:${id}`);
  for (let at = from; at < to; at += STEP_BYTES) {
    const { parts } = await job.logParts(at, Math.min(to, at + STEP_BYTES));
    for (const part of parts) {
      if ("bytes" in part) {
        yield part.bytes;
        continue;
      }
      const object = await env.ARTIFACTS.get(part.key, { range: { offset: part.offset, length: part.length } });
      if (object === null) throw new Error(`The log of job ${id} lacks ${part.key}`);
      yield new Uint8Array(await object.arrayBuffer());
    }
    if (parts.length === 0) return;
  }
}

/** The bytes [from, to) in one piece; for small ranges. */
export async function readLog(env: Env, id: string, from: number, to: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of logPieces(env, id, from, to)) pieces.push(piece);
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** JSON of the map of a log: computed by one pass, and kept once the log is complete and large. */
export async function logIndexJson(env: Env, id: string, log: { size: number; complete: boolean }): Promise<string> {
  const key = `log-index/${id}.json`;
  const lasting = log.complete && log.size > KEEP_ABOVE_BYTES;
  const kept = lasting ? await env.ARTIFACTS.get(key) : null;
  if (kept !== null) return kept.text();
  const indexer = new LogIndexer();
  for await (const piece of logPieces(env, id, 0, log.size)) indexer.push(piece);
  const json = JSON.stringify(indexer.finish() satisfies LogIndex);
  if (lasting) await env.ARTIFACTS.put(key, json, { httpMetadata: { contentType: "application/json" } });
  return json;
}
