/** Talks to a worker's JSON API as its administrator. */

export const WORKER_FLAGS = {
  url: { type: "string", required: true, description: "Where the worker is" },
  token: { type: "string", description: "The worker's ADMIN_TOKEN (or set CUTWATER_ADMIN_TOKEN)" },
} as const;

/** Its message is for people, without a stack. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  /** Whether the same may go well later. */
  readonly passing: boolean;

  constructor(message: string, passing = false) {
    super(message);
    this.passing = passing;
  }
}

export interface WorkerAt {
  readonly base: URL;
  readonly token: string;
}

/** Where the flags lead. Throws {@link WorkerError}. */
export function workerAt(flags: { readonly url: string; readonly token?: string | undefined }): WorkerAt {
  const token = flags.token || process.env["CUTWATER_ADMIN_TOKEN"] || "";
  if (token === "") throw new WorkerError("Give --token, or set CUTWATER_ADMIN_TOKEN to the worker's ADMIN_TOKEN");
  if (!URL.canParse(flags.url)) throw new WorkerError(`--url needs an http or https address, not "${flags.url}"`);
  return { base: new URL(flags.url.replace(/\/*$/, "/")), token };
}

/** The answer's JSON. Throws {@link WorkerError} with what the worker answered, for everything but 2xx. */
export async function ask({ base, token }: WorkerAt, path: string, init: RequestInit = {}): Promise<unknown> {
  const url = new URL(path, base);
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  headers.set("accept", "application/json");
  let answer: Response;
  try {
    answer = await fetch(url, { ...init, headers });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : "";
    throw new WorkerError(`${url.origin} cannot be reached: ${cause}`, true);
  }
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  const hint = answer.status === 401 || answer.status === 403 ? ". Give the worker's ADMIN_TOKEN as --token" : "";
  throw new WorkerError(
    `${url.origin}${url.pathname} answered ${answer.status}: ${text.slice(0, 500)}${hint}`,
    answer.status >= 500 || answer.status === 429,
  );
}

/** The same with a JSON body. */
export const tell = (at: WorkerAt, path: string, body: object): Promise<unknown> =>
  ask(at, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

const TRIES = 6;
const FIRST_PAUSE_MS = 500;

/** For what takes minutes: a worker may be deployed meanwhile. Throws the last {@link WorkerError}. */
export async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof WorkerError) || !error.passing || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** (tries - 1)));
    }
  }
}
