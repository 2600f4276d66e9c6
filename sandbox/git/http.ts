/** Git over HTTP, by git's own `http-backend` as a CGI program. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { GIT_ENV } from "./run.ts";

export interface GitRequest {
  readonly root: string;
  /** `/owner/name.git/info/refs` and the like, in lower case as on disk. */
  readonly path: string;
  readonly query: string;
  readonly method: string;
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
  readonly protocol: string | undefined;
  readonly user: string;
  /** Whether pushes are let through. */
  readonly write: boolean;
  readonly body: ReadableStream<Uint8Array> | null;
}

function start(request: GitRequest): ChildProcess {
  return spawn("git", ["http-backend"], {
    env: {
      ...GIT_ENV,
      GIT_PROJECT_ROOT: request.root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: request.path,
      QUERY_STRING: request.query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.contentType,
      REMOTE_USER: request.user,
      REMOTE_ADDR: "127.0.0.1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "http.receivepack",
      GIT_CONFIG_VALUE_0: String(request.write),
      ...(request.contentEncoding ? { HTTP_CONTENT_ENCODING: request.contentEncoding } : {}),
      ...(request.protocol ? { GIT_PROTOCOL: request.protocol } : {}),
    },
  });
}

/** Bytes of a pipe; stopping early leaves it open for the next reader. */
async function* chunks(output: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of output.iterator({ destroyOnReturn: false })) yield Buffer.from(chunk);
}

/** A stream of the web's kind, read as fast as it is taken. */
export function webStream(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

async function pump(body: ReadableStream<Uint8Array>, into: Writable): Promise<void> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!into.write(value)) await Promise.race([once(into, "drain"), once(into, "close")]);
  }
  into.end();
}

/** Splits CGI's header lines off its output. */
async function readHead(output: Readable): Promise<{ head: string; rest: Buffer }> {
  let seen = Buffer.alloc(0);
  for await (const chunk of chunks(output)) {
    seen = Buffer.concat([seen, chunk]);
    const end = seen.indexOf("\r\n\r\n");
    if (end !== -1) return { head: seen.subarray(0, end).toString(), rest: seen.subarray(end + 4) };
  }
  return { head: "Status: 500 Internal Server Error", rest: seen };
}

/** Answers one request of a git client; `done` resolves when git has finished its work. */
export async function serveGit(request: GitRequest): Promise<{ response: Response; done: Promise<void> }> {
  const child = start(request);
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error("git http-backend has no pipes");
  const output = stdout;
  const done = new Promise<void>((resolve) => child.on("close", () => resolve()));
  stdin.on("error", () => {}); // git closed early: its answer tells why
  if (request.body) void pump(request.body, stdin).catch(() => child.kill());
  else stdin.end();
  const { head, rest } = await readHead(stdout);
  const lines = head.split("\r\n").map((line) => line.split(/:\s*(.*)/s));
  const status = Number(lines.find(([name]) => name?.toLowerCase() === "status")?.[1]?.slice(0, 3) ?? 200);
  const headers = lines.flatMap(([name = "", value = ""]): [string, string][] =>
    name.toLowerCase() === "status" ? [] : [[name, value]],
  );
  async function* content(): AsyncGenerator<Buffer> {
    if (rest.length > 0) yield rest;
    yield* chunks(output);
  }
  const response = new Response(webStream(content()), { status, headers });
  return { response, done };
}
