/** Waiting: abortable sleep, exponential backoff with full jitter, retry until it works. */

export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Delay before try number `attempt` (1, 2, ...): random in the upper half of min(mostMs, firstMs * 2^(attempt-1)). */
export function backoffMs(attempt: number, { firstMs, mostMs }: Backoff, random: number = Math.random()): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return ceiling / 2 + (ceiling / 2) * random;
}

/** Resolves after `ms`, or at once (without an error) when `signal` aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
