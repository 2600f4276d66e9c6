/** Which part of a log the server renders into the page. */
import type { LogData } from "./bar.tsx";
import { afterLastNewline, linesBeginningIn } from "./lines.ts";
import type { Line } from "./lines.ts";
import { BLOCK_BYTES } from "./log-index.ts";

/** Logs up to two blocks are rendered whole; of longer ones the last block and what follows it. */
export function tailStart(size: number): number {
  return size <= 2 * BLOCK_BYTES ? 0 : (Math.floor(size / BLOCK_BYTES) - 1) * BLOCK_BYTES;
}

/**
 * The lines to render. `bytes` are the log from the byte before `from` (or its beginning) to its end. The last line of
 * a log that still grows is left out until it is finished: the browser shows it as it comes.
 */
export function linesOfTail(
  id: string,
  bytes: Uint8Array,
  from: number,
  { size, complete }: { readonly size: number; readonly complete: boolean },
): { readonly lines: readonly Line[]; readonly log: LogData } {
  const base = Math.max(0, from - 1);
  const to = complete ? size : Math.max(from, afterLastNewline(bytes, base));
  const lines = linesBeginningIn(bytes, base, from, to, true);
  return { lines, log: { id, size, complete, from, to, firstLine: from === 0 ? 1 : null } };
}
