/** Sends a job's log by offset, and again from where the worker has it (design 10, Logs). */
import { z } from "zod";
import { LOG_APPEND_BYTES } from "../src/jobs/protocol.ts";
import type { JobApi } from "./api.ts";
import { type Backoff, backoffMs, sleep } from "./backoff.ts";
import type { Spool } from "./spool.ts";

const Accepted = z.object({ durable: z.int().min(0), flushMs: z.number().min(0) });
/** Where the worker puts the offset to resume from in a refusal. */
const Resume = z.union([
  z.object({ durable: z.int().min(0) }).transform((body) => body.durable),
  z.object({ error: z.object({ durable: z.int().min(0) }) }).transform((body) => body.error.durable),
]);

/** Until the first answer tells better. */
const FIRST_FLUSH_MS = 500;
const LONGEST_FLUSH_MS = 60_000;
/** Refusals without progress after which the rest of the log is given up. */
const MOST_REFUSALS = 10;

/** The durable offset that a 409 names, or null. */
export function resumeOffset(body: unknown): number | null {
  return Resume.safeParse(body).data ?? null;
}

export class LogUpload {
  readonly #spool: Spool;
  readonly #api: JobApi;
  readonly #backoff: Backoff;
  readonly #signal: AbortSignal;
  readonly #say: (line: string) => void;
  #position: number;
  #flushMs = FIRST_FLUSH_MS;
  #ending = new AbortController();
  #refusals = 0;
  #closed = false;

  constructor(
    spool: Spool,
    api: JobApi,
    options: { readonly backoff: Backoff; readonly signal: AbortSignal; readonly say: (line: string) => void },
  ) {
    this.#spool = spool;
    this.#api = api;
    this.#backoff = options.backoff;
    this.#signal = options.signal;
    this.#say = options.say;
    this.#position = spool.start;
  }

  /** Sends until `finish` was called and all is sent, or the signal aborts. Rejects with NotOurs. */
  async run(): Promise<void> {
    while (!this.#signal.aborted && !this.#closed) {
      const waiting = this.#spool.size - this.#position;
      if (waiting === 0) {
        if (this.#ending.signal.aborted) return;
        await this.#any(this.#spool.grown());
      } else {
        if (waiting < LOG_APPEND_BYTES) await this.#settle();
        await this.#send();
      }
    }
  }

  /** No more will be written: `run` ends once all is sent. */
  finish(): void {
    this.#ending.abort();
  }

  /** Bytes of the log that the worker has taken; less than the spool's size only when it refused the rest. */
  get sent(): number {
    return this.#position;
  }

  /** The worker lost what it had not made durable: sends again from `offset`. */
  async rewind(offset: number): Promise<void> {
    this.#position = Math.min(Math.max(offset, this.#spool.start), this.#spool.size);
    await this.run();
  }

  /** Waits for a flush to be due: its time is over, an append is full, or the log ends. */
  async #settle(): Promise<void> {
    const due = new AbortController();
    const timer = setTimeout(() => due.abort(), this.#flushMs);
    while (!due.signal.aborted && !this.#ending.signal.aborted && !this.#signal.aborted) {
      await this.#any(this.#spool.grown(), due.signal);
      if (this.#spool.size - this.#position >= LOG_APPEND_BYTES) break;
    }
    clearTimeout(timer);
  }

  #any(event: Promise<void>, ...signals: AbortSignal[]): Promise<void> {
    const all = [this.#ending.signal, this.#signal, ...signals];
    return new Promise((resolve) => {
      const end = () => {
        for (const signal of all) signal.removeEventListener("abort", end);
        resolve();
      };
      for (const signal of all) {
        if (signal.aborted) return end();
        signal.addEventListener("abort", end);
      }
      void event.then(end);
    });
  }

  async #send(): Promise<void> {
    const offset = this.#position;
    const bytes = await this.#spool.read(offset, LOG_APPEND_BYTES);
    const call = {
      method: "PUT",
      path: `/log?offset=${offset}`,
      body: () => ({ bytes }),
      signal: this.#signal,
    } as const;
    const answer = await this.#api.call(call).catch((error: unknown) => {
      if (this.#signal.aborted) return null;
      throw error;
    });
    if (answer === null) return;
    if (answer.status < 300) {
      const { durable, flushMs } = Accepted.parse(answer.body);
      this.#position = Math.min(Math.max(offset + bytes.length, durable), this.#spool.size);
      this.#flushMs = Math.min(flushMs, LONGEST_FLUSH_MS);
      this.#refusals = 0;
      await this.#spool.forget(durable);
      return;
    }
    if (answer.status === 413) return this.#giveUp(`the log is over the worker's cap: ${answer.message}`);
    const resume = answer.status === 409 ? resumeOffset(answer.body) : null;
    const reachable = resume !== null && resume >= this.#spool.start && resume <= this.#spool.size;
    if (reachable && resume !== offset) this.#position = resume;
    this.#refusals += 1;
    if (this.#refusals >= MOST_REFUSALS) return this.#giveUp(`${answer.status} ${answer.code}: ${answer.message}`);
    await sleep(backoffMs(this.#refusals, this.#backoff), this.#signal);
  }

  #giveUp(why: string): void {
    this.#closed = true;
    this.#say(`the log stays cut at ${this.#position} bytes: ${why}`);
  }
}
