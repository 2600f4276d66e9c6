/** What one object will hear of later: timers of its plugins, and git tasks under way. */
import type { Effect } from "../src/chatops/effects.ts";
import { ownDelivery, type OwnPlace } from "../src/chatops/own-events.ts";
import type { Delivery, Wake } from "../src/chatops/rpc.ts";
import type { GitTask, GitTaskOutcome } from "../src/jobs/git-task.ts";
import { stored } from "../src/store/stored.ts";

type TaskRow = { id: string; plugin: string; task: string; place: string };

export class ChatLater {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Sets a timer. Of the same plugin and note there is one: this, or the earlier when it is to be kept. */
  wake(timer: Wake): void {
    this.#sql.exec(
      `INSERT OR ${timer.keep ? "IGNORE" : "REPLACE"} INTO timer (plugin, note, at, guid, wake) VALUES (?, ?, ?, ?, ?)`,
      timer.plugin,
      timer.note,
      Math.trunc(Date.now() + Math.max(0, timer.afterMs)),
      timer.guid,
      JSON.stringify(timer),
    );
  }

  /** Time of the next timer, in milliseconds; null when there is none. */
  nextAt(): number | null {
    return this.#sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM timer").one().at;
  }

  /** Takes the timers that are due off the table, as deliveries. Part of the transaction that keeps those. */
  takeDue(now: number): Delivery[] {
    const rows = this.#sql.exec<{ wake: string }>("SELECT wake FROM timer WHERE at <= ? ORDER BY at", now).toArray();
    this.#sql.exec("DELETE FROM timer WHERE at <= ?", now);
    return rows.map(({ wake }) => {
      const { guid, plugin, note, repository, number, sender } = stored<Wake>(wake);
      return ownDelivery(guid, { kind: "timer", plugin, note }, { repository, number, sender }, now);
    });
  }

  /** Remembers who asked for a task. */
  ask({ id, plugin, task }: Extract<Effect, { kind: "gitTask" }>, place: OwnPlace): void {
    this.#sql.exec(
      "INSERT OR IGNORE INTO task (id, plugin, task, place) VALUES (?, ?, ?, ?)",
      id,
      plugin,
      JSON.stringify(task),
      JSON.stringify(place),
    );
  }

  /** Takes a task off the table, as the delivery of its end; null when nobody waits for it (any more). */
  taskEnded(id: string, outcome: GitTaskOutcome, now: number): Delivery | null {
    const row = this.#sql.exec<TaskRow>("SELECT * FROM task WHERE id = ?", id).toArray()[0];
    if (!row) return null;
    this.#sql.exec("DELETE FROM task WHERE id = ?", id);
    const task = stored<GitTask>(row.task);
    const event = { kind: "task", plugin: row.plugin, id, task, outcome } as const;
    return ownDelivery(`task-${id}`, event, stored<OwnPlace>(row.place), now);
  }
}
