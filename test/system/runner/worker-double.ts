/** The worker's side of src/jobs/protocol.ts, in memory, with faults on demand. */
import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import type { Assignment, Held, ServerMessage } from "../../../src/jobs/protocol.ts";
import { FinishReport, LOG_APPEND_BYTES, RunnerMessage, StateReport } from "../../../src/jobs/protocol.ts";

export const CLUSTER_TOKEN = "cluster-token-0123456789abcdef";

export interface Job {
  readonly assignment: Assignment;
  claimed: boolean;
  epoch: number;
  /** Durable bytes: counted and hashed, kept only while there are few. */
  size: number;
  readonly hash: Hash;
  kept: Buffer[];
  /** Taken, and lost in a crash. */
  pending: Buffer;
  readonly states: StateReport[];
  readonly artifacts: Map<string, { size: number; hash: string }>;
  finish: FinishReport | null;
  finishes: number;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  /** How often this method and path (without its query) came, this time included. */
  readonly count: number;
}

/** `cut`: the connection ends in mid request; `lost`: the request works, its answer is lost. */
export type Fault = "cut" | "lost" | { readonly status: number; readonly body?: object; readonly retryAfter?: number };

export interface WorkerDouble {
  readonly url: string;
  fault: (call: Call) => Fault | null;
  refuseSockets: boolean;
  /** Long polls are held up to this long. */
  holdMs: number;
  /** A flush makes this many bytes durable; above it they are pending. */
  flushBytes: number;
  readonly jobs: Map<string, Job>;
  /** Everything that a runner said, parsed. */
  readonly said: RunnerMessage[];
  readonly calls: Call[];
  readonly sockets: Set<WebSocket>;
  enqueue(assignment: Assignment): Job;
  send(message: ServerMessage): void;
  /** The log so far, pending bytes included. */
  log(job: Job): string;
  /** Loses what was not durable. */
  crash(job: Job): void;
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
  finished(job: Job, withinMs?: number): Promise<FinishReport>;
  close(): Promise<void>;
}

const FREE_LOG_BYTES = 4 * 1024 * 1024;
const refusal = (code: string, message: string) => ({ error: { code, message } });

export async function startWorkerDouble(): Promise<WorkerDouble> {
  const uploads = new Map<string, { path: string; parts: Map<number, Buffer> }>();
  const counts = new Map<string, number>();
  const waiting = new Set<() => void>();
  let mail: ServerMessage[] = [];
  let polling = false;

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500).end(JSON.stringify(refusal("internal", String(error))));
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();

  const double: WorkerDouble = {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    fault: () => null,
    refuseSockets: false,
    holdMs: 300,
    flushBytes: 64 * 1024,
    jobs: new Map(),
    said: [],
    calls: [],
    sockets: new Set(),
    enqueue(assignment) {
      const job: Job = {
        assignment,
        claimed: false,
        epoch: assignment.epoch,
        size: 0,
        hash: createHash("sha256"),
        kept: [],
        pending: Buffer.alloc(0),
        states: [],
        artifacts: new Map(),
        finish: null,
        finishes: 0,
      };
      double.jobs.set(assignment.job, job);
      double.send({ type: "offer", job: assignment.job });
      return job;
    },
    send(message) {
      for (const socket of double.sockets) socket.send(JSON.stringify(message));
      if (double.sockets.size === 0 && polling) mail.push(message);
      changed();
    },
    log: (job) => Buffer.concat([...job.kept, job.pending]).toString("utf8"),
    crash(job) {
      job.pending = Buffer.alloc(0);
    },
    async until(what, holds, withinMs = 20_000) {
      const deadline = Date.now() + withinMs;
      while (!holds()) {
        if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async finished(job, withinMs) {
      await double.until("the job finishes", () => job.finish !== null, withinMs);
      return FinishReport.parse(job.finish);
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function changed(): void {
    for (const wake of waiting) wake();
  }

  function hear(message: RunnerMessage): ServerMessage[] {
    double.said.push(message);
    if (message.type === "claim") {
      const job = double.jobs.get(message.job);
      if (!job || job.claimed) return [{ type: "gone", job: message.job }];
      job.claimed = true;
      return [{ type: "assignment", assignment: job.assignment }];
    }
    const stale = message.held.filter((held) => !isCurrent(held));
    const lost = stale.map(({ job, attempt }): ServerMessage => ({ type: "lost", job, attempt }));
    if (message.type === "heartbeat") return lost;
    const open = [...double.jobs.values()].filter((job) => !job.claimed);
    return [
      { type: "welcome", heartbeatSeconds: 0.2, leaseSeconds: 1 },
      ...lost,
      ...open.map((job): ServerMessage => ({ type: "offer", job: job.assignment.job })),
    ];
  }

  function isCurrent(held: Held): boolean {
    const job = double.jobs.get(held.job);
    return job !== undefined && job.finish === null && job.epoch === held.epoch;
  }

  server.on("upgrade", (request, socket, head) => {
    const authorized = request.headers.authorization === `Bearer ${CLUSTER_TOKEN}`;
    if (double.refuseSockets || !authorized || request.url !== "/runner/default/connect") {
      socket.end(`HTTP/1.1 ${authorized ? 426 : 401} No\r\nconnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      double.sockets.add(opened);
      opened.on("close", () => double.sockets.delete(opened));
      opened.on("message", (data) => {
        const text = Buffer.isBuffer(data) ? data.toString("utf8") : "";
        if (text === "ping") opened.send("pong");
        else for (const answer of hear(RunnerMessage.parse(JSON.parse(text)))) opened.send(JSON.stringify(answer));
      });
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", double.url);
    const key = `${request.method} ${url.pathname}`;
    const call: Call = { method: request.method ?? "", path: url.pathname, count: (counts.get(key) ?? 0) + 1 };
    counts.set(key, call.count);
    double.calls.push(call);
    const fault = double.fault(call);
    if (fault === "cut") {
      await Promise.race([once(request, "data"), once(request, "end")]);
      request.socket.destroy();
      return;
    }
    const body = await readBody(request);
    const answer = fault && fault !== "lost" ? fault : await answerTo(request, url, body);
    if (fault === "lost") return void request.socket.destroy();
    response.setHeader("content-type", "application/json");
    if ("retryAfter" in answer && answer.retryAfter !== undefined) response.setHeader("retry-after", answer.retryAfter);
    response.writeHead(answer.status);
    response.end(JSON.stringify(answer.body ?? {}));
  }

  async function answerTo(request: IncomingMessage, url: URL, body: Buffer): Promise<{ status: number; body: object }> {
    const bearer = request.headers.authorization?.replace(/^Bearer /, "");
    if (url.pathname === "/runner/default/poll") {
      if (bearer !== CLUSTER_TOKEN) return { status: 401, body: refusal("unauthorized", "unknown token") };
      return { status: 200, body: await poll(RunnerMessage.array().parse(JSON.parse(body.toString()))) };
    }
    const [, id = "", action = "", rest = ""] = /^\/runner\/jobs\/([^/]+)\/([^/]+)\/?(.*)$/.exec(url.pathname) ?? [];
    const job = double.jobs.get(id);
    if (!job || bearer !== job.assignment.token) return { status: 401, body: refusal("unauthorized", "unknown") };
    if (job.epoch !== job.assignment.epoch) return { status: 409, body: refusal("stale", "another attempt runs") };
    switch (`${request.method} ${action}`) {
      case "PUT log":
        return appendLog(job, Number(url.searchParams.get("offset")), body);
      case "POST state":
        job.states.push(StateReport.parse(JSON.parse(body.toString())));
        return { status: 200, body: {} };
      case "POST finish":
        job.finishes += 1;
        return finish(job, FinishReport.parse(JSON.parse(body.toString())));
      case "PUT artifacts":
      case "POST artifacts":
        if (request.headers["transfer-encoding"]) return { status: 411, body: refusal("length", "no length") };
        return artifact(job, request.method ?? "", decodeURIComponent(rest), url.searchParams, body);
      default:
        return { status: 404, body: refusal("not-found", url.pathname) };
    }
  }

  async function poll(messages: RunnerMessage[]): Promise<ServerMessage[]> {
    polling = true;
    mail.push(...messages.flatMap(hear));
    const deadline = Date.now() + double.holdMs;
    while (mail.length === 0 && Date.now() < deadline) {
      const woken = Promise.withResolvers<void>();
      const timer = setTimeout(() => woken.resolve(), deadline - Date.now());
      waiting.add(woken.resolve);
      await woken.promise;
      waiting.delete(woken.resolve);
      clearTimeout(timer);
    }
    const out = mail;
    mail = [];
    return out;
  }

  function appendLog(job: Job, offset: number, bytes: Buffer) {
    if (bytes.length > LOG_APPEND_BYTES) return { status: 413, body: refusal("limit", "too large an append") };
    const end = job.size + job.pending.length;
    if (offset > end) return { status: 409, body: { ...refusal("gap", `send from ${job.size}`), durable: job.size } };
    job.pending = Buffer.concat([job.pending, bytes.subarray(Math.min(bytes.length, end - offset))]);
    if (job.pending.length >= double.flushBytes) flush(job);
    return { status: 200, body: { durable: job.size, flushMs: 20 } };
  }

  function flush(job: Job): void {
    job.hash.update(job.pending);
    job.size += job.pending.length;
    if (job.size <= FREE_LOG_BYTES) job.kept.push(job.pending);
    job.pending = Buffer.alloc(0);
  }

  function finish(job: Job, report: FinishReport) {
    if (job.size + job.pending.length < report.logBytes)
      return { status: 409, body: { ...refusal("gap", "the log is not whole"), durable: job.size } };
    flush(job);
    job.finish ??= report;
    return { status: 200, body: {} };
  }

  function artifact(job: Job, method: string, path: string, query: URLSearchParams, body: Buffer) {
    if (/[\\\p{Cc}]/u.test(path) || path.split("/").includes(".."))
      return { status: 400, body: refusal("path", "it may not be called that") };
    const store = (bytes: Buffer) => {
      job.artifacts.set(path, { size: bytes.length, hash: createHash("sha256").update(bytes).digest("hex") });
      return { status: 200, body: {} };
    };
    if (method === "PUT" && !query.has("uploadId")) return store(body);
    if (query.has("uploads")) {
      const uploadId = `upload/${uploads.size + 1}`;
      uploads.set(uploadId, { path, parts: new Map() });
      return { status: 200, body: { uploadId } };
    }
    const upload = uploads.get(query.get("uploadId") ?? "");
    if (!upload || upload.path !== path) return { status: 404, body: refusal("upload", "no such upload") };
    if (method === "PUT") {
      upload.parts.set(Number(query.get("partNumber")), body);
      return { status: 200, body: { etag: `etag-${query.get("partNumber")}` } };
    }
    const Parts = z.object({ parts: z.array(z.object({ partNumber: z.int(), etag: z.string() })) });
    const { parts } = Parts.parse(JSON.parse(body.toString()));
    if (parts.some((part) => part.etag !== `etag-${part.partNumber}`))
      return { status: 400, body: refusal("part", "wrong etag") };
    return store(Buffer.concat(parts.map((part) => upload.parts.get(part.partNumber) ?? Buffer.alloc(0))));
  }

  return double;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
