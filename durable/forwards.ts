/** Webhooks on their way to external plugins, apart from the outbox: one that does not answer holds nothing else up. */
import type { ExternalPlugin, Forwarded } from "../src/chatops/external.ts";
import type { ForwardView } from "../src/chatops/view.ts";

export const FORWARD_TABLE = `CREATE TABLE forward (
  guid TEXT NOT NULL, plugin TEXT NOT NULL, endpoint TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
  next_at INTEGER NOT NULL, answer TEXT NOT NULL, task TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (guid, plugin)) WITHOUT ROWID`;
export const FORWARD_ORDER = [
  "DROP INDEX forward_open",
  "ALTER TABLE forward ADD COLUMN seq INTEGER NOT NULL DEFAULT 0",
  "CREATE INDEX forward_heads ON forward (plugin, seq) WHERE state IN ('waiting', 'sending')",
  "CREATE INDEX forward_task ON forward (task) WHERE task <> ''",
];

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
  /** Order within a plugin: the time when it was to be sent, in milliseconds, made unique there. */
  seq: number;
};

const OPEN = "state IN ('waiting', 'sending')";

export class Forwards {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Part of the transaction that ends a delivery. The same delivery handled again is told again. */
  put(guid: string, told: readonly ExternalPlugin[], now: number): void {
    for (const { name, endpoint } of told) {
      this.#sql.exec(
        `INSERT OR REPLACE INTO forward (guid, plugin, endpoint, state, tries, next_at, answer, task, at, seq)
         VALUES (?, ?, ?, 'waiting', 0, ?, '', '', ?, ?)`,
        guid,
        name,
        endpoint,
        now,
        now,
        this.#nextSeq(name, now),
      );
    }
  }

  #nextSeq(plugin: string, now: number): number {
    const query = `SELECT max(seq) AS last FROM forward WHERE ${OPEN} AND plugin = ?`;
    const { last } = this.#sql.exec<{ last: number | null }>(query, plugin).one();
    return Math.max(now, (last ?? 0) + 1);
  }

  /** GitHub sent a delivery again: what was given up is tried anew. True when something was. */
  again(guid: string, now: number): boolean {
    const dead = this.#sql
      .exec<ForwardRow>("SELECT * FROM forward WHERE guid = ? AND state = 'dead'", guid)
      .toArray()
      .map(({ plugin: name, endpoint }) => ({ name, endpoint, events: [] }));
    this.put(guid, dead, now);
    return dead.length > 0;
  }

  /** The oldest of each plugin: nobody overtakes it. */
  #heads(): ForwardRow[] {
    const query = `SELECT * FROM forward WHERE ${OPEN} AND plugin > ? ORDER BY plugin, seq LIMIT 1`;
    const heads: ForwardRow[] = [];
    for (;;) {
      const [head] = this.#sql.exec<ForwardRow>(query, heads.at(-1)?.plugin ?? "").toArray();
      if (!head) return heads;
      heads.push(head);
    }
  }

  /** Takes those that are due, of each plugin one at most. Whoever is not heard of within `leaseMs` is due again. */
  take(now: number, leaseMs: number): ForwardRow[] {
    const rows = this.#heads().filter(({ next_at }) => next_at <= now);
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
    const times = this.#heads().map(({ next_at }) => next_at);
    return times.length === 0 ? null : Math.min(...times);
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
    const query = "SELECT * FROM forward WHERE task = ? AND task <> '' AND state = 'sending'";
    return this.#sql.exec<ForwardRow>(query, task).toArray()[0];
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
