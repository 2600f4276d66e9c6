import { DurableObject } from "cloudflare:workers";
import type { Env } from "../src/env.ts";
import type { JobQueueRpc } from "../src/jobs/rpc.ts";
import { migrate } from "./migrate.ts";
import { SLOT_TABLES, Slots } from "./slots.ts";
import { LEAN_TODO, TODO_TABLE, Todo } from "./todo.ts";

const MIGRATIONS = [TODO_TABLE, ...SLOT_TABLES, ...LEAN_TODO];

/** One job queue: `plank.job_queue_capacities`. The capacity that was named last holds for all that wait. */
export class JobQueue extends DurableObject<Env> implements JobQueueRpc {
  readonly #todo: Todo;
  readonly #slots: Slots;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#todo = new Todo(context.storage);
    this.#slots = new Slots(context.storage, this.#todo, env, "job-queue");
    void context.blockConcurrencyWhile(async () => migrate(context.storage, MIGRATIONS));
  }

  admit(job: string, createdAt: number, capacity: number): Promise<{ granted: boolean }> {
    this.#slots.relimit(capacity);
    return this.#slots.admit(job, createdAt, capacity);
  }

  release(job: string): Promise<void> {
    return this.#slots.release(job);
  }

  override async alarm(): Promise<void> {
    await this.#todo.drain((key) => this.#slots.tell(key));
  }
}
