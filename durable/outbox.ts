/** Effects of one object, in order, each until it is done, was true already, or cannot be (design 1.2). */
import { type Done, execute, type Execution, type Posted } from "../src/chatops/execute.ts";
import type { Cause, Effect } from "../src/chatops/effects.ts";
import { errorLine, verdict } from "../src/chatops/retry.ts";
import type { EffectView } from "../src/chatops/view.ts";
import type { OutboxRow } from "./chat-tables.ts";

export type Executor = (row: { guid: string; marker: string; again: boolean }) => Promise<Execution>;

export class Outbox {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /**
   * Appends effects under a delivery. `again`: the delivery was handled before, so what is not idempotent is looked up.
   * Call inside the transaction that marks their event handled.
   */
  put(guid: string, effects: readonly { readonly effect: Effect; readonly cause: Cause }[], again: boolean): void {
    const earlier = again ? 0 : this.#count(guid);
    effects.forEach(({ effect, cause }, at) =>
      this.#insert(guid, `<!-- cutwater:${guid}:${earlier + at + 1} -->`, again, effect, cause),
    );
  }

  #insert(guid: string, marker: string, again: boolean, effect: Effect, cause: Cause): void {
    this.#sql.exec(
      "INSERT INTO outbox (guid, marker, again, effect, cause, state, tries, next_at, first_at, answer, at) VALUES (?, ?, ?, ?, ?, 'waiting', 0, 0, NULL, '', NULL)",
      ...[guid, marker, again ? 1 : 0, JSON.stringify(effect), JSON.stringify(cause)],
    );
  }

  /** The time of the next try of the head: 0 is now; null when nothing waits. */
  due(): number | null {
    return this.#head()?.next_at ?? null;
  }

  /** Sends the head. The row says `sending` before the call leaves, so that a crash is known to be one. */
  async send(executor: Executor): Promise<void> {
    const row = this.#head();
    if (!row) return;
    const again = row.again === 1 || row.state === "sending" || row.tries > 0;
    const now = Date.now();
    const since = row.first_at ?? now;
    this.#sql.exec("UPDATE outbox SET state = 'sending', tries = tries + 1, first_at = ? WHERE id = ?", since, row.id);
    await this.#storage.sync();
    try {
      const effect = JSON.parse(row.effect) as Effect;
      this.#end(row, await execute(effect, await executor({ guid: row.guid, marker: row.marker, again })));
    } catch (error) {
      if (isReset(error)) throw error;
      const next = verdict(error, row.tries + 1, since, Date.now(), Math.random());
      const line = errorLine(error);
      if (next.kind === "dead")
        this.#sql.exec("UPDATE outbox SET state = 'dead', answer = ?, at = ? WHERE id = ?", line, Date.now(), row.id);
      else
        this.#sql.exec(
          "UPDATE outbox SET state = 'sending', next_at = ?, answer = ? WHERE id = ?",
          next.at,
          line,
          row.id,
        );
      console.warn(
        JSON.stringify({
          message: "effect not sent",
          delivery: row.guid,
          effect: row.id,
          outcome: next.kind,
          error: line,
        }),
      );
    }
  }

  #end(row: OutboxRow, done: Done): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec(
        "UPDATE outbox SET state = ?, answer = ?, at = ? WHERE id = ?",
        done.state,
        done.answer,
        Date.now(),
        row.id,
      );
      const cause = JSON.parse(row.cause) as Cause;
      done.follow?.forEach((effect, at) =>
        this.#insert(row.guid, row.marker.replace(" -->", `.${at + 1} -->`), row.again === 1, effect, cause),
      );
    });
  }

  count(guid: string): number {
    return this.#count(guid);
  }

  views(guid: string): EffectView[] {
    const rows = this.#sql.exec<OutboxRow>("SELECT * FROM outbox WHERE guid = ? ORDER BY id", guid).toArray();
    return rows.map((row) => ({
      id: row.id,
      effect: JSON.parse(row.effect) as Effect,
      cause: JSON.parse(row.cause) as Cause,
      state: row.state,
      tries: row.tries,
      answer: row.answer,
      at: row.at,
      nextTryAt: row.state === "waiting" || row.state === "sending" ? row.next_at || null : null,
    }));
  }

  /** What the bot said here, as far as this object knows. */
  posted(): Posted {
    const sql = this.#sql;
    const adopted = (): boolean => sql.exec("SELECT 1 FROM fact WHERE key = 'adopted'").toArray().length > 0;
    const put = (id: number, body: string): void =>
      void sql.exec("INSERT OR REPLACE INTO posted (id, body) VALUES (?, ?)", id, body);
    return {
      containing: (text) =>
        sql
          .exec<{ id: number; body: string }>("SELECT id, body FROM posted WHERE instr(body, ?) > 0 ORDER BY id", text)
          .toArray(),
      put,
      drop: (id) => void sql.exec("DELETE FROM posted WHERE id = ?", id),
      get adopted() {
        return adopted();
      },
      adopt: (comments) => {
        for (const { id, body } of comments) put(id, body);
        sql.exec("INSERT OR REPLACE INTO fact (key, value) VALUES ('adopted', '1')");
      },
    };
  }

  #head(): OutboxRow | null {
    return (
      this.#sql
        .exec<OutboxRow>("SELECT * FROM outbox WHERE state IN ('waiting', 'sending') ORDER BY id LIMIT 1")
        .toArray()[0] ?? null
    );
  }

  #count(guid: string): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM outbox WHERE guid = ?", guid).one().n;
  }
}

/** A deploy resets objects: not handled, the row stays, the next alarm goes on (2026, durable objects code updates). */
export const isReset = (error: unknown): boolean =>
  error instanceof Error && /code was updated|object.*reset/i.test(error.message);
