/** Deliveries of one object, in the order in which they came; each handled once. */
import type { Delivered, Delivery } from "../src/chatops/rpc.ts";
import type { DeliveryView, PluginRun } from "../src/chatops/view.ts";
import type { DeliveryIndexRow } from "../src/store/delivery-rows.ts";
import type { InboxRow } from "./chat-tables.ts";
import type { Outbox } from "./outbox.ts";

type RunRow = { plugin: string; handler: string; outcome: PluginRun["outcome"]; why: string; ms: number };

const DIRTY_ROWS = 50;
/** Bodies of handled deliveries are kept for the pages, the newest of them. */
const BODIES_KEPT = 200;

export class Inbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Keeps a delivery; the same guid again only counts. */
  put(delivery: Delivery): Delivered {
    const known = this.get(delivery.guid);
    if (known) {
      this.#sql.exec(
        "UPDATE inbox SET attempt = attempt + 1, version = version + 1, dirty = 1 WHERE guid = ?",
        delivery.guid,
      );
      return { attempt: known.attempt + 1 };
    }
    const { guid, event, action, receivedAt, owner, repo, number, sender, body, bodyKey } = delivery;
    this.#sql.exec(
      `INSERT INTO inbox (guid, seq, event, action, received_at, owner, repo, private, number, sender, body, body_key, attempt, round, state, tries, next_at, handled_at, config_version, summary, version, dirty)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1, 'waiting', 0, 0, NULL, '', '', 1, 1)`,
      ...[
        guid,
        this.#nextSeq(),
        event,
        action,
        receivedAt,
        owner,
        repo,
        delivery.private ? 1 : 0,
        number,
        sender,
        body,
        bodyKey,
      ],
    );
    return { attempt: 1 };
  }

  get(guid: string): InboxRow | null {
    return this.#sql.exec<InboxRow>("SELECT * FROM inbox WHERE guid = ?", guid).toArray()[0] ?? null;
  }

  /** The oldest that waits: nobody overtakes it. */
  next(): InboxRow | null {
    return (
      this.#sql.exec<InboxRow>("SELECT * FROM inbox WHERE state = 'waiting' ORDER BY seq LIMIT 1").toArray()[0] ?? null
    );
  }

  again(guid: string): boolean {
    const row = this.get(guid);
    if (!row || row.state === "waiting") return false;
    this.#sql.exec(
      "UPDATE inbox SET state = 'waiting', seq = ?, attempt = attempt + 1, round = round + 1, tries = 0, next_at = 0, version = version + 1, dirty = 1 WHERE guid = ?",
      this.#nextSeq(),
      guid,
    );
    return true;
  }

  later(guid: string, nextAt: number, why: string): void {
    this.#sql.exec(
      "UPDATE inbox SET tries = tries + 1, next_at = ?, summary = ?, version = version + 1, dirty = 1 WHERE guid = ?",
      nextAt,
      why,
      guid,
    );
  }

  /** Part of the transaction that writes what was decided. */
  end(
    row: InboxRow,
    state: "handled" | "failed",
    configVersion: string,
    summary: string,
    runs: readonly PluginRun[],
  ): void {
    this.#sql.exec("DELETE FROM run WHERE guid = ?", row.guid);
    runs.forEach((run, at) =>
      this.#sql.exec(
        "INSERT INTO run (guid, seq, plugin, handler, outcome, why, ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
        row.guid,
        at,
        run.plugin,
        run.handler,
        run.outcome,
        run.why.slice(0, 2000),
        Math.round(run.ms),
      ),
    );
    this.#sql.exec(
      "UPDATE inbox SET state = ?, handled_at = ?, config_version = ?, summary = ?, version = version + 1, dirty = 1 WHERE guid = ?",
      state,
      Date.now(),
      configVersion,
      summary.slice(0, 500),
      row.guid,
    );
    this.#sql.exec(
      "UPDATE inbox SET body = '' WHERE body <> '' AND state <> 'waiting' AND seq <= ?",
      row.seq - BODIES_KEPT,
    );
  }

  /** Rows that D1 does not have yet. */
  dirty(object: string, outbox: Outbox): DeliveryIndexRow[] {
    const rows = this.#sql
      .exec<InboxRow>("SELECT * FROM inbox WHERE dirty = 1 ORDER BY seq LIMIT ?", DIRTY_ROWS)
      .toArray();
    return rows.map((row) => ({
      guid: row.guid,
      version: row.version,
      object,
      event: row.event,
      action: row.action,
      org: row.owner,
      repo: row.repo,
      number: row.number,
      sender: row.sender,
      received_at: row.received_at,
      state: row.state,
      effects: outbox.count(row.guid),
      summary: row.summary,
    }));
  }

  clean(rows: readonly DeliveryIndexRow[]): boolean {
    for (const { guid, version } of rows)
      this.#sql.exec("UPDATE inbox SET dirty = 0 WHERE guid = ? AND version = ?", guid, version);
    return this.#sql.exec("SELECT 1 FROM inbox WHERE dirty = 1 LIMIT 1").toArray().length === 0;
  }

  view(guid: string, payload: (row: InboxRow) => Promise<string>, outbox: Outbox): Promise<DeliveryView | null> {
    const row = this.get(guid);
    return row ? this.#view(row, payload, outbox) : Promise.resolve(null);
  }

  async #view(row: InboxRow, payload: (row: InboxRow) => Promise<string>, outbox: Outbox): Promise<DeliveryView> {
    const runs = this.#sql
      .exec<RunRow>("SELECT plugin, handler, outcome, why, ms FROM run WHERE guid = ? ORDER BY seq", row.guid)
      .toArray();
    const effectList = outbox.views(row.guid);
    return {
      guid: row.guid,
      event: row.event,
      action: row.action,
      org: row.owner,
      repo: row.repo,
      number: row.number,
      sender: row.sender,
      receivedAt: row.received_at,
      state: row.state,
      effects: effectList.length,
      summary: row.summary,
      attempt: row.attempt,
      handledAt: row.handled_at,
      configVersion: row.config_version,
      payload: await payload(row),
      runs,
      effectList,
    };
  }

  #nextSeq(): number {
    return (this.#sql.exec<{ last: number | null }>("SELECT max(seq) AS last FROM inbox").one().last ?? 0) + 1;
  }
}
