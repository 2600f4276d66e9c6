/** The fallback where WebSockets cannot be opened: long polls. */
import { z } from "zod";
import type { RunnerMessage } from "../src/jobs/protocol.ts";
import { sleep } from "./backoff.ts";
import type { Link, LinkOptions } from "./socket.ts";

/** A poll is held up to 25 s. */
const POLL_TIMEOUT_MS = 40_000;

/** Answers of a worker that does not know the runner (any more). */
const HELLO_WANTED = new Set([404, 409, 410]);

/** The worker does not know the runner (any more), and wants its hello. */
class HelloWanted extends Error {
  override name = "HelloWanted";
}

/** Long enough for the next poll to take a message along. */
const ASIDE_MS = 20;

/**
 * Polls until it fails, or `mostMs` have passed and an answer came; resolves after the first answer. A poll under way is
 * not cut off, since its answer may carry an assignment: what is urgent meanwhile goes with a second one.
 */
export async function openPoll(options: LinkOptions, mostMs: number): Promise<Link> {
  const until = Date.now() + mostMs;
  const base = `${options.url}/runner/${encodeURIComponent(options.cluster)}/poll`;
  const address = `${base}?runner=${encodeURIComponent(options.runner)}`;
  let outgoing: RunnerMessage[] = [];
  let aside: Promise<void> | null = null;

  const post = async (messages: readonly RunnerMessage[]): Promise<void> => {
    const response = await fetch(address, {
      method: "POST",
      headers: { authorization: `Bearer ${options.token}`, "content-type": "application/json" },
      body: JSON.stringify(messages),
      redirect: "error",
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(POLL_TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (HELLO_WANTED.has(response.status)) throw new HelloWanted();
    if (!response.ok) throw new Error(refusalText(response.status, text));
    for (const message of z.array(z.unknown()).parse(JSON.parse(text))) options.onMessage(message);
  };
  const postAside = async () => {
    await sleep(ASIDE_MS);
    while (outgoing.length > 0 && !options.signal.aborted) {
      const messages = outgoing.splice(0);
      try {
        await post(messages);
      } catch {
        return; // The loop below meets the same trouble, and says so.
      }
    }
  };
  const loop = async (): Promise<string> => {
    let first: RunnerMessage = options.heartbeat();
    while (!options.signal.aborted && Date.now() < until) {
      try {
        await post([first, ...outgoing.splice(0)]);
        first = options.heartbeat();
      } catch (error) {
        if (!(error instanceof HelloWanted)) return error instanceof Error ? error.message : String(error);
        if (first.type === "hello") return "the worker refuses our hello";
        first = options.hello();
      }
    }
    await aside;
    return "time to try a websocket again";
  };

  const send = (message: RunnerMessage) => {
    outgoing = [...outgoing.filter((one) => one.type !== "heartbeat" || message.type !== "heartbeat"), message];
    aside ??= postAside().finally(() => {
      aside = null;
    });
  };
  const ended = Promise.withResolvers<string>();
  const link: Link = { send, ended: ended.promise };
  options.onUp(link);
  await post([options.hello()]);
  void loop().then(ended.resolve);
  return link;
}

function refusalText(status: number, text: string): string {
  const why =
    status === 401 || status === 403
      ? "the worker refuses the cluster token: compare it with the one of this cluster alias"
      : text.slice(0, 200);
  return `${status}: ${why}`;
}
