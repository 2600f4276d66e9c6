/** Failed guesses of a secret per address, within this isolate. The tokens themselves are long and random. */

const WINDOW_MS = 60_000;
const PER_ADDRESS = 10;
const MAX_ADDRESSES = 1_000;

interface Window {
  count: number;
  readonly until: number;
}

const windows = new Map<string, Window>();

function current(address: string, now: number): Window {
  const known = windows.get(address);
  if (known && known.until > now) return known;
  if (windows.size >= MAX_ADDRESSES) windows.clear();
  const fresh = { count: 0, until: now + WINDOW_MS };
  windows.set(address, fresh);
  return fresh;
}

/** Whether an address may try once more. `now` in milliseconds. */
export function attemptsLeft(address: string, now: number): boolean {
  return current(address, now).count < PER_ADDRESS;
}

export function countFailure(address: string, now: number): void {
  current(address, now).count += 1;
}
