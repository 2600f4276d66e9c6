/** Build ids: 19 decimal digits, ordered by time, in the snowflake layout (spec jobs 4.5). */

/** Milliseconds of the layout's epoch. */
const EPOCH = 1_288_834_974_657n;
const SEQUENCES = 1n << 12n;

/**
 * The next id after `last` (empty: none yet): 41 bits of milliseconds, 10 of node, 12 of sequence. Always greater than
 * `last`, also when the clock steps back or 4096 ids fall into one millisecond.
 */
export function nextBuildId(last: string, now: number, node: number): string {
  const fresh = compose(BigInt(Math.trunc(now)) - EPOCH, node, 0n);
  if (last === "" || fresh > BigInt(last)) return fresh.toString();
  const time = BigInt(last) >> 22n;
  const sequence = BigInt(last) % SEQUENCES;
  const next = sequence + 1n < SEQUENCES ? compose(time, node, sequence + 1n) : compose(time + 1n, node, 0n);
  return (next > BigInt(last) ? next : compose(time + 1n, node, 0n)).toString();
}

const compose = (time: bigint, node: number, sequence: bigint): bigint =>
  (time << 22n) | (BigInt(node & 1023) << 12n) | sequence;

/** A node number of 0 to 1023 for a job name, so that ids of different names seldom meet (FNV-1a). */
export function nodeOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash ^ (hash >>> 10) ^ (hash >>> 20)) & 1023;
}

/** Whether `id` is newer than `other`; what is no number counts as oldest. */
export function isNewerBuild(id: string, other: string): boolean {
  const number = (text: string): bigint => (/^\d{1,30}$/.test(text.trim()) ? BigInt(text.trim()) : -1n);
  return number(id) > number(other);
}
