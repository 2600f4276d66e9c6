/** Where the browser gets bytes of a log from: ranges for what is there, a socket (or polling) for what comes. */
import { ours } from "../parts/ours.ts";
import type { LogStreamMessage } from "../../src/jobs/view.ts";

/** Bytes [from, to) as far as they exist. */
export async function fetchRange(id: string, from: number, to: number): Promise<Uint8Array> {
  if (to <= from) return new Uint8Array();
  const answer = await fetch(`/jobs/${id}/log`, { headers: { range: `bytes=${from}-${to - 1}` } });
  if (answer.status === 416) return new Uint8Array();
  if (!answer.ok) throw new Error(`The log answered ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  // A server without ranges answers with everything.
  return answer.status === 206 ? bytes : bytes.subarray(from, to);
}

/** Bytes from `from` on, at most about `most`; none when there are none yet. */
async function fetchMore(id: string, from: number, most: number): Promise<Uint8Array> {
  const answer = await fetch(`/jobs/${id}/log?offset=${from}`);
  if (!answer.ok || answer.body === null) throw new Error(`The log answered ${answer.status}`);
  const reader = answer.body.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let length = 0; length < most; ) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  await reader.cancel();
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

export interface LogEvents {
  /** New bytes; the first of them lies at `offset`. */
  readonly bytes: (bytes: Uint8Array, offset: number) => void;
  /** The job changed state. */
  readonly changed: () => void;
  /** A new attempt: the log begins again at `offset`. */
  readonly restarted: (offset: number) => void;
  /** Nothing more will come. */
  readonly ended: () => void;
}

const POLL_MS = 3_000;
const POLL_BYTES = 1024 * 1024;
/** Lost sockets in a row after which we poll instead. */
const PATIENCE = 4;

/** Follows a log from an offset until it ends. `isOver` is asked when nothing comes. Answers a function that stops it. */
export function followLog(id: string, after: number, isOver: () => boolean, events: LogEvents): () => void {
  const follower = new Follower(id, after, isOver, events);
  follower.connect();
  return () => follower.stop();
}

class Follower {
  readonly #id: string;
  readonly #isOver: () => boolean;
  readonly #events: LogEvents;
  #offset: number;
  #attempt: number | null = null;
  #lost = 0;
  #stopped = false;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Messages are handled one after the other, since a gap is fetched between them. */
  #turn: Promise<void> = Promise.resolve();

  constructor(id: string, after: number, isOver: () => boolean, events: LogEvents) {
    this.#id = id;
    this.#offset = after;
    this.#isOver = isOver;
    this.#events = events;
  }

  connect(): void {
    if (this.#stopped) return;
    const address = new URL(`/jobs/${this.#id}/log/stream?after=${this.#offset}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#turn = this.#turn.then(() => this.#take(data)).catch(() => socket.close());
    });
    socket.addEventListener("close", () => this.#later(Math.min(15_000, 500 * 2 ** this.#lost)));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  async #take(data: string | ArrayBuffer): Promise<void> {
    if (this.#stopped) return;
    this.#lost = 0;
    if (typeof data !== "string") return this.#append(new Uint8Array(data));
    const message = ours<LogStreamMessage>(JSON.parse(data));
    if (message.type === "state") return this.#events.changed();
    const restarted = this.#attempt !== null && message.attempt !== this.#attempt;
    this.#attempt = message.attempt;
    if (restarted || message.offset < this.#offset) {
      this.#offset = message.offset;
      this.#events.restarted(message.offset);
    }
    while (this.#offset < message.offset) {
      const gap = await fetchRange(this.#id, this.#offset, Math.min(message.offset, this.#offset + POLL_BYTES));
      if (gap.length === 0) throw new Error("The log has a gap");
      this.#append(gap);
    }
  }

  #append(bytes: Uint8Array): void {
    this.#events.bytes(bytes, this.#offset);
    this.#offset += bytes.length;
  }

  #later(ms: number): void {
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#catchUp(), ms);
  }

  /** After a lost or refused socket: ask by range, then try the socket again, or go on polling. */
  async #catchUp(): Promise<void> {
    this.#lost += 1;
    try {
      const bytes = await fetchMore(this.#id, this.#offset, POLL_BYTES);
      if (bytes.length > 0) this.#append(bytes);
      else if (this.#isOver()) {
        this.stop();
        return this.#events.ended();
      }
      this.#events.changed();
    } catch {
      // Asked again below.
    }
    if (this.#lost < PATIENCE) this.connect();
    else this.#later(POLL_MS);
  }
}
