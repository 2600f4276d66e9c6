/** Ways to reach the runners of a cluster: hibernating sockets, or answers to long polls. */
import type { ServerMessage } from "../src/jobs/protocol.ts";

/** A poller counts as there for this long after its last poll ended. Milliseconds. */
const POLL_GAP_MS = 10_000;

interface Poller {
  readonly mail: ServerMessage[];
  wake: (() => void) | null;
  seen: number;
}

export class RunnerLinks {
  readonly #sockets = new Map<string, WebSocket>();
  readonly #pollers = new Map<string, Poller>();

  /** `sockets`: those that outlived a hibernation. */
  constructor(sockets: readonly WebSocket[]) {
    for (const socket of sockets) {
      const runner = runnerOf(socket);
      if (runner !== null) this.#sockets.set(runner, socket);
    }
  }

  /** Binds a socket to a runner; an older one of the same runner is closed. */
  bind(runner: string, socket: WebSocket): void {
    const older = this.#sockets.get(runner);
    socket.serializeAttachment({ runner });
    this.#sockets.set(runner, socket);
    this.#pollers.delete(runner);
    if (older && older !== socket) {
      older.serializeAttachment(null);
      older.close(4000, "The same runner connected anew. Two runners need two names.");
    }
  }

  /** The runner of a closed socket, when no newer one took its place. */
  unbind(socket: WebSocket): string | null {
    const runner = runnerOf(socket);
    if (runner === null || this.#sockets.get(runner) !== socket) return null;
    this.#sockets.delete(runner);
    return runner;
  }

  has(runner: string, now: number): boolean {
    const poller = this.#pollers.get(runner);
    return (
      this.#sockets.has(runner) || (poller !== undefined && (poller.wake !== null || poller.seen > now - POLL_GAP_MS))
    );
  }

  /** False when the runner cannot be reached now. */
  send(runner: string, message: ServerMessage): boolean {
    const socket = this.#sockets.get(runner);
    if (socket) {
      try {
        socket.send(JSON.stringify(message));
        return true;
      } catch {
        this.#sockets.delete(runner);
      }
    }
    const poller = this.#pollers.get(runner);
    if (!poller) return false;
    poller.mail.push(message);
    poller.wake?.();
    return true;
  }

  /** A runner begins to poll; a poll of it that still waits ends. */
  polls(runner: string, now: number): void {
    const known = this.#pollers.get(runner);
    known?.wake?.();
    const socket = this.#sockets.get(runner);
    if (socket) {
      this.#sockets.delete(runner);
      socket.serializeAttachment(null);
      socket.close(4000, "The same runner polls now. Two runners need two names.");
    }
    if (known) known.seen = now;
    else this.#pollers.set(runner, { mail: [], wake: null, seen: now });
  }

  /** What there is for a polling runner, waiting up to `waitMs` for the first message. */
  async collect(runner: string, waitMs: number): Promise<readonly ServerMessage[]> {
    const poller = this.#pollers.get(runner);
    if (!poller) return [];
    if (poller.mail.length === 0 && waitMs > 0) {
      const wake = Promise.withResolvers<void>();
      const timer = setTimeout(wake.resolve, waitMs);
      poller.wake = wake.resolve;
      await wake.promise;
      clearTimeout(timer);
      if (poller.wake === wake.resolve) poller.wake = null;
    }
    poller.seen = Date.now();
    return poller.mail.splice(0);
  }
}

/** The runner that a socket belongs to; null before its hello. */
export function runnerOf(socket: WebSocket): string | null {
  const attached: unknown = socket.deserializeAttachment();
  return typeof attached === "object" &&
    attached !== null &&
    "runner" in attached &&
    typeof attached.runner === "string"
    ? attached.runner
    : null;
}
