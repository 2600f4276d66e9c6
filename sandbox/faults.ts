/** Faults on demand: what the sandbox does wrong, for how many of the next matching requests or webhooks. */
import { z } from "zod";

const times = z.int().positive().default(1);
const match = {
  /** HTTP method; unset: any. */
  method: z.string().optional(),
  /** Part of the path below /api, or, as `/.../`, a regular expression; unset: any. */
  path: z.string().optional(),
  times,
};

export const RequestFault = z.discriminatedUnion("kind", [
  /** Answers an error without doing anything. */
  z.object({ kind: z.literal("status"), status: z.union([z.literal(500), z.literal(502), z.literal(503)]), ...match }),
  /** Refuses without doing anything, e.g. a merge with 405 `Base branch was modified. Review and try the merge again.` */
  z.object({ kind: z.literal("refuse"), status: z.int().min(400).max(499), message: z.string(), ...match }),
  /** Does the work, then, at once or after a while, closes the connection without an answer. */
  z.object({ kind: z.literal("actThenDrop"), afterMs: z.int().nonnegative().max(120_000).default(0), ...match }),
  /** Does the work, then answers an error. */
  z.object({ kind: z.literal("actThenStatus"), status: z.int().min(500).max(599).default(502), ...match }),
  /** Waits, then does the work. */
  z.object({ kind: z.literal("delay"), ms: z.int().positive().max(120_000), ...match }),
  /** 403 with no calls remaining until the reset. */
  z.object({ kind: z.literal("primaryRateLimit"), resetSeconds: z.int().nonnegative().default(60), ...match }),
  /** 403 with Retry-After, as GitHub answers bursts of content. */
  z.object({ kind: z.literal("secondaryRateLimit"), retryAfter: z.int().nonnegative().default(60), ...match }),
]);
export type RequestFault = z.output<typeof RequestFault>;

export const WebhookFault = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("drop"), event: z.string().optional(), times }),
  z.object({ kind: z.literal("duplicate"), event: z.string().optional(), times }),
  z.object({ kind: z.literal("delay"), ms: z.int().positive().max(120_000), event: z.string().optional(), times }),
  /** Held back until the next webhook of the same hook has been delivered. */
  z.object({ kind: z.literal("reorder"), event: z.string().optional(), times }),
]);
export type WebhookFault = z.output<typeof WebhookFault>;

type Counted<T> = { readonly fault: T; left: number };

function take<T extends { readonly times: number }>(list: Counted<T>[], matches: (fault: T) => boolean): T | null {
  const at = list.findIndex((entry) => matches(entry.fault));
  const entry = list[at];
  if (!entry) return null;
  entry.left -= 1;
  if (entry.left <= 0) list.splice(at, 1);
  return entry.fault;
}

function pathMatches(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined) return true;
  const expression = /^\/(.+)\/$/.exec(pattern);
  return expression?.[1] && pattern.length > 2 && /[\\^$*+?()|[\]]/.test(pattern)
    ? new RegExp(expression[1]).test(path)
    : path.includes(pattern);
}

/** Faults still to happen, in the order in which they were asked for. */
export class Faults {
  readonly #requests: Counted<RequestFault>[] = [];
  readonly #webhooks: Counted<WebhookFault>[] = [];

  request(fault: z.input<typeof RequestFault>): void {
    const parsed = RequestFault.parse(fault);
    this.#requests.push({ fault: parsed, left: parsed.times });
  }

  webhook(fault: z.input<typeof WebhookFault>): void {
    const parsed = WebhookFault.parse(fault);
    this.#webhooks.push({ fault: parsed, left: parsed.times });
  }

  clear(): void {
    this.#requests.length = 0;
    this.#webhooks.length = 0;
  }

  forRequest(method: string, path: string): RequestFault | null {
    return take(
      this.#requests,
      (fault) => (!fault.method || fault.method.toUpperCase() === method) && pathMatches(fault.path, path),
    );
  }

  forWebhook(event: string): WebhookFault | null {
    return take(this.#webhooks, (fault) => !fault.event || fault.event === event);
  }

  get waiting(): { readonly requests: readonly RequestFault[]; readonly webhooks: readonly WebhookFault[] } {
    return {
      requests: this.#requests.map(({ fault, left }) => ({ ...fault, times: left })),
      webhooks: this.#webhooks.map(({ fault, left }) => ({ ...fault, times: left })),
    };
  }
}
