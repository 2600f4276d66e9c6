/** Webhooks on their way to external plugins, apart from the outbox: one that does not answer holds nothing else up. */
import type { ExternalPlugin, Forwarded } from "../src/chatops/external.ts";
import type { ForwardView } from "../src/chatops/view.ts";

export const FORWARD_TABLE = `CREATE TABLE forward (
  guid TEXT NOT NULL, plugin TEXT NOT NULL, endpoint TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
  next_at INTEGER NOT NULL, answer TEXT NOT NULL, task TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (guid, plugin)) WITHOUT ROWID`;

export type ForwardRow = {
  guid: string;
  plugin: string;
  endpoint: string;
  state: "waiting" | "sending" | "done" | "dead";
  tries: number;
  next_at: number;
  answer: string;
  /** The runner's task, or empty. */
  task: string;
  at: number;
};

/** At most so many leave at once. */
const AT_ONCE = 6;

export class Forwards {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Part of the transaction that ends a delivery. The same delivery handled again is told again. */
  put(guid: string, told: readonly ExternalPlugin[], now: number): void {
    for (const { name, endpoint } of told) {
      this.#sql.exec(
        `INSERT OR REPLACE INTO forward (guid, plugin, endpoint, state, tries, next_at, answer, task, at)
         VALUES (?, ?, ?, 'waiting', 0, ?, '', '', ?)`,
        guid,
        name,
        endpoint,
        now,
        now,
      );
    }
  }

  /** Takes those that are due. Whoever is not heard of within `leaseMs` is due again. */
  take(now: number, leaseMs: number): ForwardRow[] {
    const rows = this.#sql
      .exec<ForwardRow>(
        "SELECT * FROM forward WHERE state IN ('waiting', 'sending') AND next_at <= ? ORDER BY at LIMIT ?",
        now,
        AT_ONCE,
      )
      .toArray();
    return rows.map((row) => {
      const taken = { ...row, state: "sending" as const, tries: row.tries + 1, next_at: now + leaseMs };
      this.#sql.exec(
        "UPDATE forward SET state = 'sending', tries = ?, next_at = ? WHERE guid = ? AND plugin = ?",
        taken.tries,
        taken.next_at,
        row.guid,
        row.plugin,
      );
      return taken;
    });
  }

  /** Time of the next that is due; null when none waits. */
  nextAt(): number | null {
    const query = "SELECT min(next_at) AS at FROM forward WHERE state IN ('waiting', 'sending')";
    return this.#sql.exec<{ at: number | null }>(query).one().at;
  }

  /** A runner has it; it may take until `until`. */
  handedOver({ guid, plugin, tries }: ForwardRow, task: string, until: number): void {
    this.#sql.exec(
      "UPDATE forward SET task = ?, next_at = ?, answer = 'handed to a runner' WHERE guid = ? AND plugin = ? AND tries = ?",
      task,
      until,
      guid,
      plugin,
      tries,
    );
  }

  ofTask(task: string): ForwardRow | undefined {
    return this.#sql.exec<ForwardRow>("SELECT * FROM forward WHERE task = ? AND state = 'sending'", task).toArray()[0];
  }

  /** How a try ended. An older try than the newest says nothing any more. */
  ended({ guid, plugin, tries }: ForwardRow, how: Forwarded, now: number): void {
    this.#sql.exec(
      "UPDATE forward SET state = ?, next_at = ?, answer = ?, task = '', at = ? WHERE guid = ? AND plugin = ? AND tries = ?",
      how.state === "again" ? "waiting" : how.state,
      how.state === "again" ? now + how.afterMs : 0,
      how.answer.slice(0, 500),
      now,
      guid,
      plugin,
      tries,
    );
  }

  views(guid: string): ForwardView[] {
    return this.#sql
      .exec<ForwardRow>("SELECT * FROM forward WHERE guid = ? ORDER BY plugin", guid)
      .toArray()
      .map(({ plugin, endpoint, state, tries, answer, next_at }) => ({
        plugin,
        endpoint,
        state,
        tries,
        answer,
        nextTryAt: state === "waiting" ? next_at : null,
      }));
  }

  /** Forgets what ended before a time, in milliseconds. */
  forget(before: number): void {
    this.#sql.exec("DELETE FROM forward WHERE at < ? AND state IN ('done', 'dead')", before);
  }
}
