/** Effects of one object, in order, each until it is done, was true already, or cannot be (design 1.2). */
import type { Decided } from "../src/chatops/coalesce.ts";
import type { Cause, Effect } from "../src/chatops/effects.ts";
import { addLabels, execute } from "../src/chatops/execute.ts";
import type { Done, Execution } from "../src/chatops/execution.ts";
import { intoRows, thingOf } from "../src/chatops/outgoing.ts";
import { errorLine, isReset, maybeHappened, verdict } from "../src/chatops/retry.ts";
import type { EffectView } from "../src/chatops/view.ts";
import { stored } from "../src/store/stored.ts";
import type { OutboxRow } from "./chat-tables.ts";
import { posted } from "./posted.ts";

/** What carrying out a row needs beside the row itself. */
export type Surroundings = (row: OutboxRow) => Omit<Execution, "marker" | "again" | "posted">;

const LABELS_AT_ONCE = 20;

export class Outbox {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /** Appends effects under a delivery. Call it inside the transaction that marks their event handled. */
  put(guid: string, decided: readonly Decided[]): void {
    for (const { effect, cause } of intoRows(decided)) this.#insert(guid, effect, cause);
  }

  #insert(guid: string, effect: Effect, cause: Cause): void {
    const json = JSON.stringify(effect);
    const thing = thingOf(effect);
    const now = Date.now();
    if (thing !== "") {
      this.#sql.exec(
        "UPDATE outbox SET state = 'noop', answer = 'a later effect took its place', at = ? WHERE thing = ? AND state = 'waiting' AND tries = 0",
        now,
        thing,
      );
    }
    // Handled again, a delivery says nothing twice; what may have been said is looked for under its first marker.
    const said = effect.kind === "comment" ? this.#sameBefore(guid, json) : undefined;
    const over = said?.state === "done" || said?.state === "noop";
    this.#sql.exec(
      `INSERT INTO outbox (guid, marker, thing, effect, cause, state, unsure, tries, next_at, first_at, answer, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, NULL, ?, ?)`,
      guid,
      said?.marker ?? `<!-- cutwater:${guid}:${this.count(guid) + 1} -->`,
      thing,
      json,
      JSON.stringify(cause),
      over ? "noop" : "waiting",
      said?.unsure ?? 0,
      over ? "said when it was handled before" : "",
      now,
    );
  }

  #sameBefore(guid: string, effect: string): OutboxRow | undefined {
    const rows = this.#sql.exec<OutboxRow>(
      "SELECT * FROM outbox WHERE guid = ? AND effect = ? ORDER BY id DESC LIMIT 1",
      guid,
      effect,
    );
    return rows.toArray()[0];
  }

  /** The time of the next try of the head: 0 is now; null when nothing waits. */
  due(): number | null {
    return this.#open(1)[0]?.next_at ?? null;
  }

  /**
   * Sends the head, with the labels of the same event that stand next to it. Rows say `sending` before the call leaves,
   * so that a crash is known to be one. Throws only when the object was reset: then they are not handled.
   */
  async send(surroundings: Surroundings): Promise<void> {
    const rows = this.#batch();
    const [head] = rows;
    if (!head) return;
    const now = Date.now();
    for (const { id } of rows) {
      this.#sql.exec(
        "UPDATE outbox SET state = 'sending', unsure = 1, tries = tries + 1, first_at = coalesce(first_at, ?), at = ? WHERE id = ?",
        now,
        now,
        id,
      );
    }
    await this.#storage.sync();
    const execution = {
      ...surroundings(head),
      marker: head.marker,
      again: head.unsure === 1,
      posted: posted(this.#sql, saidFor(head)),
    };
    try {
      const done = await carryOut(rows, execution);
      this.#storage.transactionSync(() => {
        for (const row of rows) this.#end(row, done);
      });
    } catch (error) {
      if (isReset(error)) throw error;
      this.#failed(rows, error);
    }
  }

  /** The head; with it, when it adds a label, the labels that follow it at once. */
  #batch(): OutboxRow[] {
    const rows = this.#open(LABELS_AT_ONCE);
    const [head] = rows;
    if (!head || !isLabel(head)) return rows.slice(0, 1);
    // After a refusal of all together each is tried alone.
    if (head.tries > 0 && head.answer.startsWith(ALONE)) return [head];
    const end = rows.findIndex((row) => row.guid !== head.guid || !isLabel(row));
    return end === -1 ? rows : rows.slice(0, end);
  }

  #end(row: OutboxRow, done: Done): void {
    this.#sql.exec(
      "UPDATE outbox SET state = ?, answer = ?, at = ? WHERE id = ?",
      done.state,
      done.answer,
      Date.now(),
      row.id,
    );
    const cause = stored<Cause>(row.cause);
    for (const effect of done.follow ?? []) this.#insert(row.guid, effect, cause);
  }

  #failed(rows: readonly OutboxRow[], error: unknown): void {
    const now = Date.now();
    const line = errorLine(error);
    for (const row of rows) {
      const next = verdict(error, row.tries + 1, row.first_at ?? now, now, Math.random());
      const alone = next.kind === "dead" && rows.length > 1;
      const unsure = row.unsure === 1 || maybeHappened(error) ? 1 : 0;
      if (next.kind === "dead" && !alone) this.#bury(row, unsure, line, now);
      else {
        this.#sql.exec(
          "UPDATE outbox SET state = 'waiting', unsure = ?, next_at = ?, answer = ?, at = ? WHERE id = ?",
          unsure,
          next.kind === "again" ? next.at : now,
          alone ? `${ALONE}${line}` : line,
          now,
          row.id,
        );
      }
      const about = { delivery: row.guid, effect: row.id, outcome: alone ? "alone" : next.kind, error: line };
      console.warn(JSON.stringify({ message: "effect not sent", ...about }));
    }
  }

  #bury(row: OutboxRow, unsure: number, line: string, now: number): void {
    this.#sql.exec(
      "UPDATE outbox SET state = 'dead', unsure = ?, answer = ?, at = ? WHERE id = ?",
      unsure,
      line,
      now,
      row.id,
    );
    // It may stand there all the same: whoever maintains a comment here looks again.
    if (unsure === 1) this.#sql.exec("DELETE FROM fact WHERE key = 'adopted'");
  }

  count(guid: string): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM outbox WHERE guid = ?", guid).one().n;
  }

  views(guid: string): EffectView[] {
    const rows = this.#sql.exec<OutboxRow>("SELECT * FROM outbox WHERE guid = ? ORDER BY id", guid).toArray();
    return rows.map((row) => ({
      id: row.id,
      effect: stored<Effect>(row.effect),
      cause: stored<Cause>(row.cause),
      state: row.state,
      tries: row.tries,
      answer: row.answer,
      at: row.tries === 0 && row.state === "waiting" ? null : row.at,
      nextTryAt: row.state === "waiting" && row.next_at > 0 ? row.next_at : null,
    }));
  }

  /** Forgets what ended before a time, in milliseconds. */
  forget(before: number): void {
    this.#sql.exec("DELETE FROM outbox WHERE at < ? AND state IN ('done', 'noop', 'dead')", before);
  }

  #open(limit: number): OutboxRow[] {
    return this.#sql
      .exec<OutboxRow>("SELECT * FROM outbox WHERE state IN ('waiting', 'sending') ORDER BY id LIMIT ?", limit)
      .toArray();
  }
}

const ALONE = "refused together: ";

const effectOf = (row: OutboxRow): Effect => stored<Effect>(row.effect);
/** Maintained comments are nobody's: they are kept right, not hidden. */
const saidFor = (row: OutboxRow): string => (effectOf(row).kind === "comment" ? stored<Cause>(row.cause).plugin : "");
const isLabel = (row: OutboxRow): boolean => effectOf(row).kind === "addLabel";

async function carryOut(rows: readonly OutboxRow[], execution: Execution): Promise<Done> {
  const effects = rows.map(effectOf);
  const [first] = effects;
  const labels = effects.flatMap((effect) => (effect.kind === "addLabel" ? [effect.label] : []));
  if (labels.length > 1 || first === undefined) return await addLabels(labels, execution);
  return await execute(first, execution);
}
