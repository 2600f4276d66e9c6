/** The runner's WebSocket to its build cluster. */
import type { RunnerMessage } from "../src/jobs/protocol.ts";

export interface Link {
  /** Dropped when the link has ended: after the next hello both sides compare what they hold. */
  send(message: RunnerMessage): void;
  /** Why it ended. Never rejects. */
  readonly ended: Promise<string>;
}

export interface LinkOptions {
  /** Base URL of the worker, without a trailing slash. */
  readonly url: string;
  readonly cluster: string;
  readonly token: string;
  readonly runner: string;
  readonly hello: () => RunnerMessage;
  readonly heartbeat: () => RunnerMessage;
  /** The link can be used: called before its first message. */
  readonly onUp: (link: Link) => void;
  /** One parsed JSON value at a time. */
  readonly onMessage: (value: unknown) => void;
  /** Ends the link, also while it is being opened. */
  readonly signal: AbortSignal;
}

const OPEN_MS = 15_000;
/** Answered by the worker's runtime without waking the object (platform d). */
const PING = "ping";
const PONG = "pong";

/**
 * Opens a socket and says hello; resolves at the first message, rejects when none comes. Each `beatMs` it sends a heartbeat;
 * three beats without a sign of life end it, since a half-open connection shows no error for minutes.
 */
export function openSocket(options: LinkOptions, beatMs: () => number): Promise<Link> {
  const address = `${options.url.replace(/^http/, "ws")}/runner/${encodeURIComponent(options.cluster)}/connect`;
  // The DOM's types do not know Node's second argument.
  const socket: WebSocket = Reflect.construct(WebSocket, [
    address,
    { headers: { authorization: `Bearer ${options.token}` } },
  ]);
  return new Promise((resolve, reject) => {
    const ended = Promise.withResolvers<string>();
    let heard = Date.now();
    let beat: NodeJS.Timeout | undefined;
    const end = (why: string) => {
      clearTimeout(opening);
      clearTimeout(beat);
      options.signal.removeEventListener("abort", stop);
      ended.resolve(why);
      reject(new Error(why));
      socket.close();
    };
    const stop = () => end("closed by the runner");
    const opening = setTimeout(() => end("no answer"), OPEN_MS);
    const say = (text: string) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    };
    const link: Link = { send: (message) => say(JSON.stringify(message)), ended: ended.promise };
    options.signal.addEventListener("abort", stop);
    if (options.signal.aborted) return stop();
    const next = () => {
      beat = setTimeout(() => {
        if (Date.now() - heard > 3 * beatMs()) return end("the connection is silent");
        say(PING);
        link.send(options.heartbeat());
        next();
      }, beatMs());
    };
    socket.addEventListener("open", () => link.send(options.hello()));
    socket.addEventListener("error", (event) =>
      end(("message" in event && String(event.message)) || "cannot be opened"),
    );
    socket.addEventListener("close", (event) => end(`closed: ${event.code} ${event.reason}`.trim()));
    socket.addEventListener("message", (event) => {
      heard = Date.now();
      if (event.data === PONG) return;
      const first = beat === undefined;
      if (first) {
        clearTimeout(opening);
        options.onUp(link);
        resolve(link);
      }
      options.onMessage(parseJson(event.data));
      if (first) next(); // The welcome says how often.
    });
  });
}

function parseJson(data: unknown): unknown {
  try {
    return typeof data === "string" ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}
