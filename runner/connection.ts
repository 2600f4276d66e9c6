/** Stays connected to the worker: a WebSocket, or long polls while none can be opened. */
import type { RunnerMessage } from "../src/jobs/protocol.ts";
import { type Backoff, backoffMs, sleep } from "./backoff.ts";
import { openPoll } from "./poll.ts";
import { type Link, type LinkOptions, openSocket } from "./socket.ts";

export interface ConnectionOptions extends Omit<LinkOptions, "signal" | "onUp"> {
  readonly backoff: Backoff;
  /** While polling, a socket is tried again this often. */
  readonly socketRetryMs: number;
  readonly beatMs: () => number;
  /** A link was lost: what was said on it may not have been heard. */
  readonly onLost: () => void;
  readonly say: (line: string) => void;
}

export interface Connection {
  send(message: RunnerMessage): void;
  close(): Promise<void>;
}

/** Failures to open a socket in a row after which polls are used. */
const SOCKET_TRIES = 2;
/** A link that ended sooner counts as a failure: the next one waits longer. */
const SHORT_MS = 10_000;

/** Begins to connect and returns at once; goes on until it is closed. */
export function connect(connection: ConnectionOptions): Connection {
  const closing = new AbortController();
  const { signal } = closing;
  const onUp = (opened: Link) => {
    link = opened;
  };
  const options = { ...connection, signal, onUp };
  const say = changesOnly((line) => signal.aborted || options.say(line));
  let link: Link | null = null;

  /** Uses a link to its end. */
  const use = async (kind: string, opening: Promise<Link>): Promise<"refused" | "short" | "used"> => {
    try {
      const began = Date.now();
      const opened = await opening;
      say(`connected by ${kind}`);
      say(`${kind}: ${await opened.ended}`);
      return Date.now() - began < SHORT_MS ? "short" : "used";
    } catch (error) {
      say(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
      return "refused";
    } finally {
      link = null;
      options.onLost();
    }
  };
  const loop = async () => {
    let refused = 0;
    let troubles = 0;
    while (!signal.aborted) {
      let outcome = await use("websocket", openSocket(options, options.beatMs));
      refused = outcome === "refused" ? refused + 1 : 0;
      if (refused >= SOCKET_TRIES && !signal.aborted)
        outcome = await use("long poll", openPoll(options, options.socketRetryMs));
      troubles = outcome === "used" ? 0 : troubles + 1;
      await sleep(backoffMs(troubles + 1, options.backoff), signal);
    }
  };
  const running = loop();
  return {
    send: (message) => link?.send(message),
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** Says a line only when it differs from the last one: an outage of an hour is one line. */
function changesOnly(say: (line: string) => void): (line: string) => void {
  let last = "";
  return (line) => {
    if (line !== last) say(line);
    last = line;
  };
}
