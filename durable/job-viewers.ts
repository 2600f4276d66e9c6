/** Those who watch a job's log: hibernating sockets, and whoever polled a moment ago. */
import type { LogStreamMessage } from "../src/jobs/view.ts";

/** A poll counts as watching for this long. Milliseconds. */
const POLL_MS = 15_000;
const MOST = 200;

export class JobViewers {
  readonly #context: DurableObjectState;
  #polledAt = 0;

  constructor(context: DurableObjectState) {
    this.#context = context;
    context.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  watching(): boolean {
    return this.#polledAt > Date.now() - POLL_MS || this.#context.getWebSockets().length > 0;
  }

  polled(): void {
    this.#polledAt = Date.now();
  }

  /** Accepts a viewer and sends where the log stands, the bytes since, and the state. */
  join(
    attempt: number,
    tail: { readonly offset: number; readonly bytes: Uint8Array },
    state: Extract<LogStreamMessage, { type: "state" }>,
  ): Response {
    if (this.#context.getWebSockets().length >= MOST)
      return new Response(`${MOST} viewers watch this log already; poll /log?offset= instead`, { status: 503 });
    const { 0: client, 1: server } = new WebSocketPair();
    this.#context.acceptWebSocket(server);
    send(server, { type: "at", attempt, offset: tail.offset });
    if (tail.bytes.length > 0) server.send(tail.bytes);
    send(server, state);
    if (state.complete) server.close(1000, "the job has ended");
    return new Response(null, { status: 101, webSocket: client });
  }

  bytes(bytes: Uint8Array): void {
    this.#each((socket) => socket.send(bytes));
  }

  /** A claim: the log goes on at `offset`, of a new attempt at its beginning. */
  restart(attempt: number, offset: number): void {
    this.#each((socket) => send(socket, { type: "at", attempt, offset }));
  }

  state(state: Extract<LogStreamMessage, { type: "state" }>): void {
    this.#each((socket) => {
      send(socket, state);
      if (state.complete) socket.close(1000, "the job has ended");
    });
  }

  #each(tell: (socket: WebSocket) => void): void {
    for (const socket of this.#context.getWebSockets()) {
      try {
        tell(socket);
      } catch {
        // It closed a moment ago.
      }
    }
  }
}

function send(socket: WebSocket, message: LogStreamMessage): void {
  socket.send(JSON.stringify(message));
}
