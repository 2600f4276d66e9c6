/**
 * A container's log by the API: followed, resumed after a break without a byte lost or doubled as long as the kubelet still
 * has it (design 10, Logs). Each line comes with its time; what was read before is dropped by it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { LogStream } from "../executor.ts";
import { type KubeApi, KubeApiError } from "./api.ts";

/** How far one container's log was read: the time of the last line, and how many lines had that very time. */
export type LogPosition = {
  readonly time: string;
  readonly lines: number;
};

export interface FollowOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly from: LogPosition | null;
  readonly log: LogStream;
  /** Called after a stretch is on disk. */
  readonly at: (position: LogPosition) => Promise<void>;
  /** Ends it at once. */
  readonly signal: AbortSignal;
  /** Whether the container has ended: then the end of the stream is the end of the log. */
  readonly ended: () => boolean;
}

const AGAIN_MS = 500;
const NEWLINE = 0x0a;
/** Kubelet's times have up to nine digits of a second. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

export async function followLog(options: FollowOptions): Promise<void> {
  const { api, namespace, pod, container, signal, ended } = options;
  const reader = new Reader(options);
  while (!signal.aborted) {
    const over = ended();
    const query = new URLSearchParams({ container, follow: "true", timestamps: "true" });
    if (reader.position) query.set("sinceTime", wholeSecond(reader.position.time));
    try {
      reader.begin();
      for await (const chunk of await api.stream(
        `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query.toString()}`,
        signal,
      ))
        await reader.take(chunk);
      if (over) {
        await reader.rest();
        return;
      }
    } catch (error) {
      if (signal.aborted) return;
      // 400: the container has not started; 404: the pod is gone with its log.
      if (error instanceof KubeApiError && error.status === 404) return;
      if (over && error instanceof KubeApiError && error.status === 400) return;
    }
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

const wholeSecond = (time: string): string => time.replace(/\.\d+/, "");

/** Puts a stretch of lines behind what was read before it. */
class Reader {
  readonly #options: FollowOptions;
  position: LogPosition | null;
  #partial: Buffer = Buffer.alloc(0);
  /** Where the stretch before ended; null once it is passed. */
  #skip: LogPosition | null = null;
  /** Lines of this stretch at the time where the one before ended. */
  #repeated = 0;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.position = options.from;
  }

  /** A new stretch begins. What was cut off in mid line comes again. */
  begin(): void {
    this.#partial = Buffer.alloc(0);
    this.#skip = this.position;
    this.#repeated = 0;
  }

  async take(chunk: Buffer): Promise<void> {
    const all = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk;
    const end = all.lastIndexOf(NEWLINE) + 1;
    this.#partial = all.subarray(end);
    if (end > 0) await this.#lines(all.subarray(0, end));
  }

  /** The log is over: its last line may lack an end. */
  async rest(): Promise<void> {
    if (this.#partial.length > 0) await this.#lines(this.#partial);
    this.#partial = Buffer.alloc(0);
  }

  async #lines(bytes: Buffer): Promise<void> {
    const out: Buffer[] = [];
    for (let from = 0; from < bytes.length; ) {
      const found = bytes.indexOf(NEWLINE, from);
      const to = found === -1 ? bytes.length : found + 1;
      out.push(...this.#line(bytes.subarray(from, to)));
      from = to;
    }
    if (out.length === 0) return;
    await this.#options.log.write(Buffer.concat(out));
    if (this.position) await this.#options.at(this.position);
  }

  #line(line: Buffer): Buffer[] {
    const space = line.indexOf(0x20);
    const time = space === -1 ? "" : line.subarray(0, space).toString("latin1");
    if (!TIME.test(time)) return [line];
    const body = line.subarray(space + 1);
    const skip = this.#skip;
    if (skip === null) {
      this.position = { time, lines: this.position?.time === time ? this.position.lines + 1 : 1 };
      return [body];
    }
    const order = compareTimes(time, skip.time);
    if (order < 0) return [];
    if (order === 0) {
      this.#repeated += 1;
      if (this.#repeated > skip.lines) this.position = { time, lines: this.#repeated };
      return this.#repeated > skip.lines ? [body] : [];
    }
    this.#skip = null;
    this.position = { time, lines: 1 };
    // The last line read is not there any more: the node kept less.
    return this.#repeated === 0
      ? [Buffer.from(`[the node kept no log between ${skip.time} and ${time}]\n`), body]
      : [body];
  }
}

/** Times of one zone; digits of the second may be missing. */
function compareTimes(a: string, b: string): number {
  const [x, y] = [normal(a), normal(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function normal(time: string): string {
  const [whole = "", fraction = ""] = time.replace(/Z$/, "").split(".");
  return `${whole}.${fraction.padEnd(9, "0")}`;
}
