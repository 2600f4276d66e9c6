/** Tells the worker how far a job is: the newest news only, until it is taken. */
import type { StateReport } from "../src/jobs/protocol.ts";
import { type JobApi, NotOurs } from "./api.ts";

export interface StateReports {
  report(phase: StateReport["phase"], detail?: string): void;
  /** Stops telling; an older report in flight changes nothing any more. */
  close(): Promise<void>;
}

export function createStateReports(
  api: JobApi,
  options: {
    readonly nextSeq: () => number;
    readonly node: string;
    readonly signal: AbortSignal;
    readonly onNotOurs: (error: NotOurs) => void;
  },
): StateReports {
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  let next: StateReport | null = null;
  let sending: Promise<void> = Promise.resolve();
  let busy = false;
  const send = async () => {
    busy = true;
    while (next !== null && !signal.aborted) {
      const report: StateReport = next;
      next = null;
      const body = () => ({ bytes: JSON.stringify(report) });
      try {
        await api.call({ method: "POST", path: "/state", type: "application/json", body, signal });
      } catch (error) {
        if (error instanceof NotOurs) options.onNotOurs(error);
      }
    }
    busy = false;
  };
  return {
    report(phase, detail) {
      const about = detail === undefined ? {} : { detail: detail.slice(0, 1024) };
      next = { seq: options.nextSeq(), phase, at: Date.now(), node: options.node.slice(0, 253), ...about };
      if (!busy) sending = send();
    },
    async close() {
      closing.abort();
      await sending;
    },
  };
}
