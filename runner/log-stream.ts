/** Sources of a job's log: each censored by itself, then put line by line into the one log where there are several. */
import { createCensor } from "./censor.ts";
import type { LogStream } from "./executor.ts";
import type { Spool } from "./spool.ts";

/** Longer beginnings of lines are written before their end is seen. */
const LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** A stream into `spool`. With a prefix, whole lines are written, each after `[prefix] `; without, bytes as they come. */
export function openLogStream(spool: Spool, secrets: readonly string[], prefix?: string): LogStream {
  const censor = createCensor(secrets);
  const put = prefix === undefined ? (bytes: Uint8Array) => spool.append(bytes) : prefixed(spool, prefix);
  return {
    write: (bytes) => put(censor.push(bytes), false),
    end: () => put(censor.end(), true),
  };
}

function prefixed(spool: Spool, prefix: string): (bytes: Uint8Array, last: boolean) => Promise<void> {
  const head = Buffer.from(`[${prefix}] `);
  let partial: Buffer[] = [];
  let partialBytes = 0;
  return async (bytes, last) => {
    const out: Buffer[] = [];
    const rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = 0;
    for (let at = rest.indexOf(NEWLINE); at !== -1; at = rest.indexOf(NEWLINE, from)) {
      out.push(head, ...partial, rest.subarray(from, at + 1));
      partial = [];
      partialBytes = 0;
      from = at + 1;
    }
    if (from < rest.length) {
      partial.push(Buffer.from(rest.subarray(from)));
      partialBytes += rest.length - from;
    }
    if (partialBytes > 0 && (last || partialBytes >= LINE_BYTES)) {
      out.push(head, ...partial, Buffer.from("\n"));
      partial = [];
      partialBytes = 0;
    }
    if (out.length > 0) await spool.append(Buffer.concat(out));
  };
}
