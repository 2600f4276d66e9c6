/** Makes an Octokit reject with {@link GitHubError}s only, and keep quiet. */
import type { Octokit } from "@octokit/core";
import { classify, GitHubError, isRead } from "./errors.ts";

const SAID_LENGTH = 300;

/** Wraps every request: refusals, lost answers, answers cut short and unexpected redirects become typed errors. */
export function withTypedErrors(octokit: Octokit): void {
  for (const level of ["debug", "info", "warn", "error"] as const) octokit.log[level] = () => undefined;
  octokit.hook.wrap("request", async (request, options) => {
    const { method } = options;
    const call = `${method} ${pathOf(octokit.request.endpoint(options).url, options.baseUrl)}`;
    try {
      const answer = await request(options);
      if (answer.status >= 300) throw new GitHubError("permanent", answer.status, call, "an unexpected redirect");
      if (!isCutShort(answer.headers["content-type"], answer.data)) return answer;
      throw new GitHubError(isRead(method) ? "transient" : "unknown-outcome", 0, call, "the answer was cut short");
    } catch (error) {
      throw typed(error, method, call);
    }
  });
}

const pathOf = (url: string, base: string): string =>
  (url.startsWith(base) ? url.slice(base.length) : url).replace(/[?#].*$/, "");

/** Octokit hands out the text of JSON that it could not parse. */
const isCutShort = (type: unknown, data: unknown): boolean =>
  typeof data === "string" && typeof type === "string" && /^application\/([\w.-]+\+)?json\b/.test(type);

function typed(error: unknown, method: string, call: string): GitHubError {
  if (error instanceof GitHubError) return error;
  if (error instanceof Error && error.cause instanceof GitHubError) return error.cause;
  const response = error instanceof Error && "response" in error ? error.response : undefined;
  if (!isResponse(response)) {
    const text = error instanceof Error ? error.message : "unknown error";
    return new GitHubError(isRead(method) ? "transient" : "unknown-outcome", 0, call, text.slice(0, SAID_LENGTH));
  }
  const message = saidIn(response.data).slice(0, SAID_LENGTH);
  const { status, headers } = response;
  const { kind, retryAfterMs } = classify({ method, status, headers, message }, Date.now());
  return new GitHubError(kind, status, call, message, retryAfterMs);
}

/** GitHub's message with the reasons in `errors`. */
function saidIn(data: unknown): string {
  if (typeof data !== "object" || data === null || !("message" in data)) return "";
  const reasons = "errors" in data && Array.isArray(data.errors) ? data.errors : [];
  const texts = reasons.map((one: unknown) => {
    if (typeof one === "string") return one;
    return typeof one === "object" && one !== null && "message" in one ? String(one.message) : JSON.stringify(one);
  });
  return [String(data.message), ...texts].join("; ");
}

interface ResponseLike {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data?: unknown;
}

function isResponse(value: unknown): value is ResponseLike {
  return typeof value === "object" && value !== null && "status" in value && "headers" in value;
}
