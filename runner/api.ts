/** Calls of the worker with a job's own credential: retried while that can help, typed where the job is not ours any more. */
import { z } from "zod";
import { type Backoff, backoffMs, sleep } from "./backoff.ts";

/** The worker does not want this attempt (any more): drop it. */
export class NotOurs extends Error {
  override name = "NotOurs";
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** `error.code` and `error.message` of a refusal. */
  readonly code: string;
  readonly message: string;
}

interface Call {
  readonly method: "PUT" | "POST";
  /** Below `/runner/jobs/<id>`, with its query. */
  readonly path: string;
  /** Made anew for each try. `length`: bytes, when `stream` is given instead of bytes. */
  readonly body: () =>
    | { readonly bytes: Uint8Array<ArrayBuffer> | string }
    | { readonly stream: ReadableStream; readonly length: number };
  readonly type?: string;
  readonly signal?: AbortSignal;
  /** How often it is tried at most; without it, until it works. */
  readonly tries?: number;
  readonly timeoutMs?: number;
}

export interface JobApi {
  /**
   * The answer, 2xx or a refusal. Network errors, 408, 425, 429 and 5xx are tried again, after Retry-After if given.
   * Throws NotOurs on 401 and on 409 `stale` or `finished`; the last error when the tries are used up or `signal` aborts.
   */
  call(call: Call): Promise<Answer>;
}

const Refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const RETRIED = new Set([408, 425, 429]);
/** Another attempt took its place, or the job is over. */
const ENDED = new Set(["stale", "finished"]);
const TIMEOUT_MS = 60_000;

export function createJobApi(options: {
  readonly url: string;
  readonly job: string;
  readonly token: string;
  readonly backoff: Backoff;
}): JobApi {
  const base = `${options.url}/runner/jobs/${encodeURIComponent(options.job)}`;
  const once = async (call: Call): Promise<{ answer: Answer; retryAfterMs: number }> => {
    const body = call.body();
    const timeout = AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS);
    const init: RequestInit & { duplex?: "half" } = {
      method: call.method,
      headers: {
        authorization: `Bearer ${options.token}`,
        "content-type": call.type ?? "application/octet-stream",
        ...("length" in body ? { "content-length": String(body.length) } : {}),
      },
      redirect: "error",
      signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
      ...("stream" in body ? { body: body.stream, duplex: "half" } : { body: body.bytes }),
    };
    const response = await fetch(`${base}${call.path}`, init);
    const text = await response.text();
    const seconds = Number(response.headers.get("retry-after"));
    return { answer: answerOf(response.status, text), retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : 0 };
  };
  return {
    async call(call) {
      for (let attempt = 1; ; attempt += 1) {
        let pause = 0;
        let failure: Error;
        try {
          const { answer, retryAfterMs } = await once(call);
          if (answer.status === 401 || (answer.status === 409 && ENDED.has(answer.code)))
            throw new NotOurs(`${answer.status} ${answer.code}: ${answer.message}`);
          if (answer.status < 500 && !RETRIED.has(answer.status)) return answer;
          failure = new Error(`${call.method} ${call.path.split("?")[0]}: ${answer.status} ${answer.message}`);
          pause = Math.min(retryAfterMs, 60_000);
        } catch (error) {
          if (error instanceof NotOurs) throw error;
          failure = error instanceof Error ? error : new Error(String(error));
        }
        if (call.signal?.aborted || attempt >= (call.tries ?? Number.POSITIVE_INFINITY)) throw failure;
        await sleep(Math.max(pause, backoffMs(attempt, options.backoff)), call.signal);
        if (call.signal?.aborted) throw failure;
      }
    },
  };
}

function answerOf(status: number, text: string): Answer {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // An answer from in between (a proxy's page): the status says enough.
  }
  const refusal = Refusal.safeParse(body).data?.error;
  return { status, body, code: refusal?.code ?? "", message: refusal?.message ?? text.slice(0, 200) };
}
