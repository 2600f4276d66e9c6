/** A bounded load from this process, on loopback. */
import { performance } from "node:perf_hooks";

export interface Load {
  readonly perSecond: number;
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
}

/** Calls `request(i)` for i in [0, count), `concurrency` at a time. Rejects at the first failure. */
export async function load(count: number, concurrency: number, request: (i: number) => Promise<void>): Promise<Load> {
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (next < count) {
      const i = next++;
      const start = performance.now();
      await request(i);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { perSecond: (count / (performance.now() - began)) * 1000, latencies };
}
