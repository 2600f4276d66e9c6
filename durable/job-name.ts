import { DurableObject } from "cloudflare:workers";
import type { Env } from "../src/env.ts";
import { nextBuildId, nodeOf } from "../src/jobs/buildid.ts";
import type { JobNameRpc } from "../src/jobs/rpc.ts";
import { migrate } from "./migrate.ts";
import { SLOT_TABLES, Slots } from "./slots.ts";
import { LEAN_TODO, TODO_TABLE, Todo } from "./todo.ts";

/** Build ids are asked for again within minutes, if at all. */
const BUILDS_KEPT = 1000;

const MIGRATIONS = [
  TODO_TABLE,
  ...SLOT_TABLES,
  "CREATE TABLE build (n INTEGER PRIMARY KEY, job TEXT NOT NULL, attempt INTEGER NOT NULL, id TEXT NOT NULL, UNIQUE (job, attempt))",
  ...LEAN_TODO,
];

/** One job name: max_concurrency over all repositories, and build ids. */
export class JobName extends DurableObject<Env> implements JobNameRpc {
  readonly #todo: Todo;
  readonly #slots: Slots;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#todo = new Todo(context.storage);
    this.#slots = new Slots(context.storage, this.#todo, env, "job-name");
    void context.blockConcurrencyWhile(async () => migrate(context.storage, MIGRATIONS));
  }

  admit(job: string, createdAt: number, maxConcurrency: number): Promise<{ granted: boolean }> {
    return this.#slots.admit(job, createdAt, maxConcurrency > 0 ? maxConcurrency : -1);
  }

  release(job: string): Promise<void> {
    return this.#slots.release(job);
  }

  async vend(job: string, attempt: number): Promise<string> {
    const { sql } = this.ctx.storage;
    const known = sql
      .exec<{ id: string }>("SELECT id FROM build WHERE job = ? AND attempt = ?", job, attempt)
      .toArray()[0];
    if (known) return known.id;
    const last = sql.exec<{ n: number; id: string }>("SELECT n, id FROM build ORDER BY n DESC LIMIT 1").toArray()[0];
    const id = nextBuildId(last?.id ?? "", Date.now(), nodeOf(this.ctx.id.name ?? ""));
    const n = (last?.n ?? 0) + 1;
    sql.exec("INSERT INTO build (n, job, attempt, id) VALUES (?, ?, ?, ?)", n, job, attempt, id);
    sql.exec("DELETE FROM build WHERE n <= ?", n - BUILDS_KEPT);
    return id;
  }

  override async alarm(): Promise<void> {
    await this.#todo.drain((key) => this.#slots.tell(key));
  }
}
