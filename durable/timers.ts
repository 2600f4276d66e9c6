/** What plugins of one object asked to look at again later; each wakes its plugin by an inbox row of its own. */
import type { Effect } from "../src/chatops/effects.ts";
import type { RepoRef, TimerEvent } from "../src/chatops/events.ts";
import type { Delivery } from "../src/chatops/rpc.ts";

export const TIMER_TABLE = `CREATE TABLE timer (
  plugin TEXT NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL, guid TEXT NOT NULL,
  PRIMARY KEY (plugin, note)) WITHOUT ROWID`;

/** Of inbox rows that are no webhook. */
export const OWN_EVENT = "cutwater";

/** A timer's inbox row holds this as its body. */
export interface TimerBody {
  readonly plugin: string;
  readonly note: string;
  readonly repository: RepoRef;
}

type TimerRow = { plugin: string; note: string; at: number; guid: string };

export class Timers {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The same plugin and note again: the later wish counts. `guid` is the delivery that caused it. */
  put(
    { plugin, note, afterMs }: Pick<Extract<Effect, { kind: "lookAgain" }>, "plugin" | "note" | "afterMs">,
    guid: string,
  ): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO timer (plugin, note, at, guid) VALUES (?, ?, ?, ?)",
      plugin,
      note,
      Math.trunc(Date.now() + afterMs),
      guid,
    );
  }

  /** Milliseconds of the next one; null when none waits. */
  next(): number | null {
    return this.#sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM timer").one().at;
  }

  /** Those that are due, as deliveries of this object; they are forgotten here in the same turn. */
  due(repository: RepoRef, number: number): Delivery[] {
    const now = Date.now();
    const rows = this.#sql.exec<TimerRow>("SELECT * FROM timer WHERE at <= ? ORDER BY at", now).toArray();
    this.#sql.exec("DELETE FROM timer WHERE at <= ?", now);
    return rows.map(({ plugin, note, guid, at }) => ({
      guid: `${guid}:${plugin}:${at}`,
      event: OWN_EVENT,
      action: "timer",
      receivedAt: now,
      owner: repository.owner,
      repo: repository.repo,
      private: repository.private,
      number,
      sender: OWN_EVENT,
      body: JSON.stringify({ plugin, note, repository } satisfies TimerBody),
      bodyKey: "",
    }));
  }
}

export const timerEvent = ({ plugin, note }: TimerBody, guid: string): TimerEvent => ({
  kind: "timer",
  guid,
  sender: { login: OWN_EVENT, type: "Bot" },
  plugin,
  note,
});
