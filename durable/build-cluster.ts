import { DurableObject } from "cloudflare:workers";
import type { Env } from "../src/env.ts";
import { HEARTBEAT_SECONDS, LEASE_SECONDS, RunnerMessage } from "../src/jobs/protocol.ts";
import type { Assignment, Held } from "../src/jobs/protocol.ts";
import { Roster } from "../src/jobs/roster.ts";
import type { BuildClusterRpc, ClusterStatus } from "../src/jobs/rpc.ts";
import { LEASE_MS, LEASE_TABLES, Leases, MISSING_MS } from "./leases.ts";
import { migrate } from "./migrate.ts";
import { RunnerLinks, runnerOf } from "./runner-links.ts";
import { LEAN_TODO, TODO_TABLE, Todo } from "./todo.ts";

const MIGRATIONS = [
  TODO_TABLE,
  "CREATE TABLE queue (job TEXT PRIMARY KEY, attempt INTEGER NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX queue_order ON queue (created_at, job)",
  ...LEASE_TABLES,
  ...LEAN_TODO,
];

const MESSAGE_CHARS = 4 * 1024 * 1024;
/** An alarm this late means that the object itself was away. Milliseconds. */
const AWAY_MS = 10_000;
const LONGEST_POLL_MS = 25_000;

/** A claim under way, and what came in meanwhile. */
interface Claiming {
  stop: string;
  done: boolean;
}

/** One build cluster: its queue, its runners, who holds what. Runners come by fetch() (WebSocket) or poll(). */
export class BuildCluster extends DurableObject<Env> implements BuildClusterRpc {
  readonly #todo: Todo;
  readonly #leases: Leases;
  readonly #links: RunnerLinks;
  readonly #roster = new Roster((runner) => this.#links.has(runner, Date.now()));
  readonly #claiming = new Map<string, Claiming>();

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#todo = new Todo(context.storage);
    this.#leases = new Leases(context.storage);
    this.#links = new RunnerLinks(context.getWebSockets());
    context.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    void context.blockConcurrencyWhile(async () => {
      migrate(context.storage, MIGRATIONS);
      for (const socket of context.getWebSockets()) {
        const runner = this.#leases.runner(runnerOf(socket) ?? "");
        if (runner) this.#roster.join(runner.name, runner.capacity, this.#leases.countBy(runner.name));
      }
    });
  }

  async enqueue(job: string, createdAt: number, attempt: number): Promise<{ hasRunner: boolean }> {
    const hasRunner = this.#leases.hasRunner(Date.now());
    const lease = this.#leases.of(job);
    if (lease && lease.attempt >= attempt) return { hasRunner };
    if (lease) this.#endLease(job);
    this.ctx.storage.sql.exec(
      `INSERT INTO queue (job, attempt, created_at) VALUES (?, ?, ?)
       ON CONFLICT (job) DO UPDATE SET attempt = excluded.attempt WHERE excluded.attempt > attempt`,
      job,
      attempt,
      createdAt,
    );
    this.#offer();
    return { hasRunner };
  }

  async done(job: string): Promise<void> {
    const claiming = this.#claiming.get(job);
    if (claiming) claiming.done = true;
    this.#endLease(job);
    this.#dequeue(job);
    this.#offer();
  }

  async abort(job: string, attempt: number, reason: string): Promise<boolean> {
    const claiming = this.#claiming.get(job);
    if (claiming) {
      claiming.stop = reason;
      return true;
    }
    const lease = this.#leases.of(job);
    if (!lease || lease.attempt !== attempt) {
      this.#dequeue(job);
      return false;
    }
    this.#leases.stop(job, reason);
    this.#links.send(lease.runner, { type: "abort", job, attempt, reason });
    return true;
  }

  async poll(runner: string, messages: string, waitMs: number): Promise<string | null> {
    const parsed = RunnerMessage.array().parse(JSON.parse(messages));
    const now = Date.now();
    this.#links.polls(runner, now);
    if (parsed[0]?.type !== "hello") {
      const row = this.#leases.runner(runner);
      if (!row) return null;
      if (!this.#roster.has(runner)) this.#roster.join(runner, row.capacity, this.#leases.countBy(runner));
    }
    this.#leases.seen(runner, now);
    for (const message of parsed) await this.#handle(runner, message);
    this.#offer();
    await this.#todo.arm();
    return JSON.stringify(await this.#links.collect(runner, Math.min(waitMs, LONGEST_POLL_MS)));
  }

  async status(): Promise<ClusterStatus> {
    const now = Date.now();
    const runners = this.#leases.runners(now).map((row) => ({
      id: row.name,
      executor: row.executor,
      capacity: row.capacity,
      held: this.#leases.countBy(row.name),
      lastSeen: row.seen,
    }));
    const { queued } = this.ctx.storage.sql.exec<{ queued: number }>("SELECT count(*) AS queued FROM queue").one();
    return { runners, queued, leased: this.#leases.count() };
  }

  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const message = parseMessage(data);
    if (message === null) return socket.close(1007, "That is no message of the runner protocol.");
    if (message.type === "hello") this.#links.bind(message.runner, socket);
    const runner = runnerOf(socket);
    if (runner === null) return socket.close(1008, "Say hello first.");
    this.#leases.seen(runner, Date.now());
    await this.#handle(runner, message);
    this.#offer();
    await this.#todo.arm();
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    this.#gone(socket);
    socket.close(code === 1005 || code === 1006 ? 1000 : code, reason);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#gone(socket);
  }

  override async alarm(): Promise<void> {
    await this.#todo.drain((key, due) => (key === "leases" ? this.#expire(due) : this.#tellLost(key)));
  }

  #gone(socket: WebSocket): void {
    const runner = this.#links.unbind(socket);
    if (runner !== null) this.#roster.leave(runner);
  }

  async #handle(runner: string, message: RunnerMessage): Promise<void> {
    const now = Date.now();
    switch (message.type) {
      case "hello":
        this.#leases.hello({ ...message, name: runner }, now);
        this.#links.send(runner, {
          type: "welcome",
          heartbeatSeconds: HEARTBEAT_SECONDS,
          leaseSeconds: LEASE_SECONDS,
        });
        await this.#holds(runner, message.held);
        this.#roster.join(runner, message.capacity, this.#leases.countBy(runner));
        return;
      case "heartbeat":
        await this.#holds(runner, message.held);
        this.#roster.free(runner, message.free);
        return;
      case "claim":
        return this.#claim(runner, message.job);
    }
  }

  /** Compares what a runner says it holds with the leases; asks the job about what is not known. */
  async #holds(runner: string, held: readonly Held[]): Promise<void> {
    for (const run of held) {
      const lease = this.#leases.of(run.job);
      if (lease?.attempt === run.attempt && lease.epoch === run.epoch && lease.runner === runner) {
        if (lease.stop !== "")
          this.#links.send(runner, { type: "abort", job: run.job, attempt: run.attempt, reason: lease.stop });
        continue;
      }
      await this.#resume(runner, run);
    }
    const now = Date.now();
    if (this.#leases.spokenOf(runner, held, now)) this.#todo.by("leases", now + MISSING_MS);
  }

  async #resume(runner: string, run: Held): Promise<void> {
    try {
      if (await this.env.JOB.getByName(`job:${run.job}`).resume(run, runner, this.ctx.id.name ?? "")) {
        this.#leases.grant(run, runner, "", Date.now());
        this.#todo.drop(lostKey(run));
        this.#dequeue(run.job);
        this.#todo.by("leases", Date.now() + LEASE_MS);
      } else this.#links.send(runner, { type: "lost", job: run.job, attempt: run.attempt });
    } catch (error) {
      // Its next heartbeat asks again.
      console.warn(JSON.stringify({ message: "resume failed", job: run.job, error: String(error) }));
    }
  }

  async #claim(runner: string, job: string): Promise<void> {
    const queued = this.ctx.storage.sql.exec("SELECT 1 FROM queue WHERE job = ?", job).toArray().length > 0;
    if (!queued || this.#claiming.has(job)) {
      this.#links.send(runner, { type: "gone", job });
      return;
    }
    const claiming: Claiming = { stop: "", done: false };
    this.#claiming.set(job, claiming);
    this.#roster.withdraw(job);
    try {
      const claimed = await this.env.JOB.getByName(`job:${job}`).claim(runner);
      if (claimed === null || claiming.done) {
        this.#dequeue(job);
        this.#links.send(runner, { type: "gone", job });
        return;
      }
      this.#leases.grant(claimed.held, runner, claiming.stop, Date.now());
      this.#dequeue(job);
      this.#roster.took(runner, job);
      this.#todo.by("leases", Date.now() + LEASE_MS);
      const assignment: Assignment = JSON.parse(claimed.assignment);
      this.#links.send(runner, { type: "assignment", assignment });
      if (claiming.stop !== "")
        this.#links.send(runner, { type: "abort", job, attempt: claimed.held.attempt, reason: claiming.stop });
    } catch (error) {
      // It stays queued, and is offered again.
      console.warn(JSON.stringify({ message: "claim failed", job, error: String(error) }));
      this.#links.send(runner, { type: "gone", job });
    } finally {
      this.#claiming.delete(job);
    }
  }

  /** Offers the oldest jobs to the runners that are free. */
  #offer(): void {
    const now = Date.now();
    const standing = this.#roster.standing(now);
    const slots = this.#roster.slots();
    if (slots <= 0) return;
    const jobs = this.ctx.storage.sql
      .exec<{ job: string }>("SELECT job FROM queue ORDER BY created_at, job LIMIT ?", slots + standing)
      .toArray()
      .map(({ job }) => job)
      .filter((job) => !this.#claiming.has(job));
    for (const { job, runner } of this.#roster.offer(jobs, now)) {
      if (this.#links.send(runner, { type: "offer", job })) continue;
      this.#roster.leave(runner);
    }
  }

  #endLease(job: string): void {
    const lease = this.#leases.of(job);
    if (!lease) return;
    this.#leases.end(job);
    this.#roster.gaveBack(lease.runner);
  }

  #dequeue(job: string): void {
    this.#roster.withdraw(job);
    this.ctx.storage.sql.exec("DELETE FROM queue WHERE job = ?", job);
  }

  /** The work `leases`: ends what ran out. When the alarm itself is late, nobody could be heard: they begin anew. */
  async #expire(due: number): Promise<number | void> {
    const now = Date.now();
    if (now - due > AWAY_MS) this.#leases.excuse(now);
    for (const lease of this.#leases.expired(now)) {
      this.#endLease(lease.job);
      this.#todo.put(lostKey(lease), now);
      this.#links.send(lease.runner, { type: "lost", job: lease.job, attempt: lease.attempt });
    }
    return this.#leases.nextExpiry() ?? undefined;
  }

  async #tellLost(key: string): Promise<void> {
    const [, job = "", attempt, epoch] = key.split(" ");
    const held = { job, attempt: Number(attempt), epoch: Number(epoch) };
    await this.env.JOB.getByName(`job:${job}`).lost(held, "its lease ran out");
  }
}

const lostKey = (run: Held): string => `lost ${run.job} ${run.attempt} ${run.epoch}`;

function parseMessage(data: string | ArrayBuffer): RunnerMessage | null {
  if (typeof data !== "string" || data.length > MESSAGE_CHARS) return null;
  try {
    return RunnerMessage.parse(JSON.parse(data));
  } catch {
    return null;
  }
}
