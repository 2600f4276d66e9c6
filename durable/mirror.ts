import { DurableObject } from "cloudflare:workers";
import { type Env } from "../src/env.ts";
import { flushUsage, GitHubError, githubClient } from "../src/github/index.ts";
import { stored } from "../src/store/stored.ts";
import { eventsUpTo, knownUpTo } from "../src/velodrome/mirror/cursor.ts";
import type { Ends } from "../src/velodrome/mirror/import.ts";
import { MovedError } from "../src/velodrome/mirror/lists.ts";
import { type Cursors, FIRST, step, STREAMS, whereabouts } from "../src/velodrome/mirror/steps.ts";
import { moveSome, relabel, rememberMove } from "../src/velodrome/mirror/upkeep.ts";
import type { Handover, MirrorRpc } from "../src/velodrome/rpc.ts";
import type { MirrorProgress, StreamName } from "../src/velodrome/view.ts";
import { factOf, putFact } from "./facts.ts";
import { migrate } from "./migrate.ts";
import { MirrorMeasures } from "./mirror-measures.ts";
import { MirrorTransform, STATE_TABLE, type Worked } from "./mirror-transform.ts";
import { Todo, TODO_TABLE } from "./todo.ts";

const MIGRATIONS = [
  TODO_TABLE,
  "CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  `CREATE TABLE stream (name TEXT PRIMARY KEY, cursor TEXT NOT NULL, done INTEGER NOT NULL, calls INTEGER NOT NULL,
    rows INTEGER NOT NULL) WITHOUT ROWID`,
  STATE_TABLE,
];

/** No invocation uses more than 10,000 rows of D1: one that used these, and does one step more, stays below. */
const ROWS_AN_ALARM = 4000;
/** A step of the measures is a larger one. */
const ROWS_BEFORE_MEASURES = 1000;
const BREATH_MS = 20;

type StreamRow = { name: string; cursor: string; done: number; calls: number; rows: number };

/**
 * Velodrome's fetcher of one repository, named `org/repo` in lower case (spec velodrome 1.3): a pass goes through all streams, a page
 * of GitHub's lists at a step; rows first, then the cursor, so that whatever is cut off is read again.
 */
export class Mirror extends DurableObject<Env> implements MirrorRpc {
  readonly #todo: Todo;
  readonly #transform: MirrorTransform;
  readonly #measures: MirrorMeasures;
  #used = 0;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#todo = new Todo(state.storage);
    this.#transform = new MirrorTransform(env, state.storage, state.id.name ?? "");
    this.#measures = new MirrorMeasures(env, state.storage, state.id.name ?? "");
    void state.blockConcurrencyWhile(async () => migrate(state.storage, MIGRATIONS));
  }

  async sync(): Promise<void> {
    if (this.#fact("moved") !== "" || this.#fact("paused") !== "" || this.#todo.has("fetch")) return;
    this.ctx.storage.sql.exec("UPDATE stream SET done = 0");
    this.#keep("started", String(Date.now()));
    await this.#ask("fetch");
  }

  async start(anew: boolean): Promise<void> {
    this.#keep("paused", "");
    this.#keep("error", "");
    if (anew) this.ctx.storage.sql.exec("DELETE FROM stream");
    if (this.#fact("moved") !== "") return await this.#other().start(anew);
    const under = this.#rows().some(({ done }) => done === 0);
    if (under && !anew) await this.#ask("fetch");
    else await this.sync();
  }

  async renew(): Promise<void> {
    if (this.#fact("moved") !== "") return await this.#other().renew();
    this.#keep("at once", "yes");
    await this.sync();
  }

  async pause(by: string): Promise<void> {
    if (this.#fact("moved") !== "") return await this.#other().pause(by);
    this.#keep("paused", by);
    this.#todo.drop("fetch");
  }

  async imported(ends: Ends): Promise<void> {
    const { issues, comments, "line-comments": lines, events } = this.#cursors();
    this.#known("issues", knownUpTo(issues, ends.issues));
    this.#known("comments", knownUpTo(comments, ends.comments));
    this.#known("line-comments", knownUpTo(lines, ends["line-comments"]));
    this.#known("events", eventsUpTo(events, ends.events));
    this.#transform.wake(ends.until);
    await this.#ask("transform");
    this.#measures.wake(Date.now());
    await this.#ask("measures");
  }

  async relabel(from: string, to: string | null): Promise<void> {
    await this.#ask(`relabel ${JSON.stringify({ from, to })}`);
  }

  async adopt({ streams, completedAt }: Handover): Promise<void> {
    if (this.#rows().length > 0) return;
    for (const { name, cursor, calls, rows } of streams) this.#put({ name, cursor, done: 0, calls, rows });
    this.#keep("completed", String(completedAt));
    await this.sync();
  }

  async progress(): Promise<MirrorProgress> {
    const cursors = this.#cursors();
    const rows = new Map(this.#rows().map((row) => [row.name, row]));
    const due = this.#due();
    const [paused, error] = [this.#fact("paused"), this.#fact("error")];
    const waits = due > Date.now() + 1000;
    return {
      repository: this.ctx.id.name ?? "",
      state: paused !== "" ? "paused" : due === 0 ? "idle" : waits ? "waiting" : "fetching",
      pausedBy: paused,
      startedAt: Number(this.#fact("started")),
      completedAt: Number(this.#fact("completed")),
      nextAt: waits ? due : 0,
      error,
      movedTo: this.#fact("moved"),
      streams: STREAMS.map((name) => {
        const { done = 0, calls = 0, rows: found = 0 } = rows.get(name) ?? {};
        return { name, done: done === 1, calls, rows: found, at: whereabouts(name, cursors) };
      }),
      metrics: await this.#transform.progress(),
      metricsProblem: this.#transform.problem,
    };
  }

  override async alarm(): Promise<void> {
    this.#used = 0;
    await this.#todo.drain((key) => this.#work(key));
    await flushUsage(this.env);
  }

  async #work(key: string): Promise<number | void> {
    if (this.#used >= ROWS_AN_ALARM) return Date.now() + BREATH_MS;
    if (key === "fetch") return await this.#fetch();
    if (key === "move") return await this.#move();
    if (key === "transform") return await this.#points(() => this.#transform.work());
    if (key === "measures" && this.#used >= ROWS_BEFORE_MEASURES) return Date.now() + BREATH_MS;
    if (key === "measures") return await this.#points(() => this.#measures.work());
    if (key === "forget") return await this.#points(() => this.#transform.forget());
    if (key === "forget measures") return await this.#points(() => this.#measures.forget());
    if (key.startsWith("relabel ")) return await this.#relabel(key);
  }

  /** A page of the first stream that has not come to its end in this pass. */
  async #fetch(): Promise<number | void> {
    const rows = new Map(this.#rows().map((row) => [row.name, row]));
    const stream = STREAMS.find((name) => rows.get(name)?.done !== 1);
    if (stream === undefined) {
      this.#keep("completed", String(Date.now()));
      this.#keep("error", "");
      const atOnce = this.#fact("at once") !== "";
      this.#keep("at once", "");
      if (this.#transform.due(Number(this.#fact("started")), atOnce)) await this.#ask("transform");
      if (this.#measures.due(Number(this.#fact("started")), atOnce)) await this.#ask("measures");
      return;
    }
    try {
      const notBefore = await this.#step(stream, rows.get(stream));
      return Math.max(Date.now(), notBefore);
    } catch (error) {
      return await this.#failed(error);
    }
  }

  async #step(stream: StreamName, known: StreamRow | undefined): Promise<number> {
    const repository = this.ctx.id.name ?? "";
    const [owner = "", repo = ""] = repository.split("/");
    const client = githubClient(this.env, {
      owner,
      repo,
      delivery: "velodrome",
      consumer: "fetcher",
      background: true,
    });
    const { DB: db } = this.env;
    const before = this.#cursors();
    const {
      cursors,
      done,
      rows,
      used,
      notBefore = 0,
    } = await step({ client, owner, repo, now: Date.now(), db, repository }, stream, before);
    this.#used += used;
    // While the page was read, somebody began anew, or brought rows from elsewhere.
    if (this.#rows().find(({ name }) => name === stream)?.cursor !== known?.cursor) return 0;
    this.ctx.storage.transactionSync(() => {
      const { calls = 0, rows: seen = 0 } = known ?? {};
      this.#put({
        name: stream,
        cursor: JSON.stringify(cursors[stream]),
        done: done ? 1 : 0,
        calls: calls + 1,
        rows: seen + rows,
      });
      if (cursors.history !== before.history && stream !== "history") {
        const { calls: asked = 0, rows: had = 0 } = this.#rows().find(({ name }) => name === "history") ?? {};
        this.#put({ name: "history", cursor: JSON.stringify(cursors.history), done: 0, calls: asked, rows: had });
      }
    });
    this.#keep("error", "");
    return notBefore;
  }

  /** Limits are waited for; what passes is tried again, with longer and longer pauses; what is refused, at the next pass. */
  async #failed(error: unknown): Promise<number | void> {
    if (error instanceof MovedError) {
      this.#keep("moved", error.to);
      await this.#ask("move");
      return;
    }
    this.#keep("error", error instanceof Error ? error.message.slice(0, 500) : "unknown error");
    if (!(error instanceof GitHubError) || error.kind === "transient" || error.kind === "unknown-outcome") throw error;
    if (error.kind === "rate-limited") return Date.now() + Math.max(1000, error.retryAfterMs);
  }

  /** A step of velodrome's transform or measures. */
  async #points(work: () => Promise<Worked>): Promise<number | void> {
    const { used, more } = await work();
    this.#used += used;
    if (more) return Date.now();
  }

  /** All rows get the new name, then its mirror goes on where this one was. */
  async #move(): Promise<number | void> {
    const to = this.#fact("moved");
    const from = this.ctx.id.name ?? "";
    await rememberMove(this.env.DB, from, to);
    const { done, rows } = await moveSome(this.env.DB, from, to);
    this.#used += rows;
    if (!done) return Date.now();
    const streams = this.#rows().map(({ name, cursor, calls, rows: found }) => ({ name, cursor, calls, rows: found }));
    await this.#other().adopt({ streams, completedAt: Number(this.#fact("completed")) });
    this.#todo.drop("transform");
    this.#todo.drop("measures");
    await this.#ask("forget");
    await this.#ask("forget measures");
  }

  async #relabel(key: string): Promise<number | void> {
    const label = stored<{ from: string; to: string | null }>(key.slice("relabel ".length));
    const { next, rows } = await relabel(this.env.DB, this.ctx.id.name ?? "", label, Number(this.#fact(key)));
    this.#used += rows;
    this.#keep(key, next === null ? "" : String(next));
    if (next !== null) return Date.now();
  }

  #other(): DurableObjectStub<MirrorRpc> {
    return this.env.MIRROR.getByName(this.#fact("moved"));
  }

  async #ask(key: string): Promise<void> {
    this.#todo.put(key, Date.now());
    await this.#todo.arm();
  }

  #rows(): readonly StreamRow[] {
    return this.ctx.storage.sql.exec<StreamRow>("SELECT * FROM stream").toArray();
  }

  #cursors(): Cursors {
    const known = this.#rows().map(({ name, cursor }) => [name, stored<object>(cursor)] as const);
    return { ...FIRST, ...stored<Partial<Cursors>>(JSON.stringify(Object.fromEntries(known))) };
  }

  #put({ name, cursor, done, calls, rows }: StreamRow): void {
    const query = "INSERT OR REPLACE INTO stream (name, cursor, done, calls, rows) VALUES (?, ?, ?, ?, ?)";
    this.ctx.storage.sql.exec(query, name, cursor, done, calls, rows);
  }

  /** Another cursor for a stream. */
  #known(name: StreamName, cursor: object): void {
    const known = this.#rows().find((row) => row.name === name);
    this.#put({ done: 0, calls: 0, rows: 0, ...known, name, cursor: JSON.stringify(cursor) });
  }

  /** When it goes on; 0: it does not. */
  #due(): number {
    const rows = this.ctx.storage.sql.exec<{ due: number }>("SELECT due FROM todo WHERE key IN ('fetch', 'move')");
    return rows.toArray()[0]?.due ?? 0;
  }

  #fact(key: string): string {
    return factOf(this.ctx.storage.sql, key);
  }

  #keep(key: string, value: string): void {
    putFact(this.ctx.storage.sql, key, value);
  }
}
