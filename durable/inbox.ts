/** Deliveries of one object, in the order in which they came; each handled once. */
import type { Delivered, Delivery } from "../src/chatops/rpc.ts";
import type { DeliveryView, PluginRun } from "../src/chatops/view.ts";
import type { DeliveryIndexRow } from "../src/store/delivery-rows.ts";
import type { InboxRow } from "./chat-tables.ts";
import type { Outbox } from "./outbox.ts";

type RunRow = { plugin: string; handler: string; outcome: PluginRun["outcome"]; why: string; ms: number };

const DIRTY_ROWS = 50;
/** Bodies of the newest deliveries are kept for the pages and for redelivery. */
const BODIES_KEPT = 200;
const PAYLOAD_SHOWN = 1024 * 1024;
const KEPT_MS = 90 * 24 * 3600_000;
const FORGOTTEN_AT_ONCE = 200;

export class Inbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Keeps a delivery. The same guid again only counts, unless it failed: then it is handled once more. */
  put(delivery: Delivery): Delivered {
    const known = this.get(delivery.guid);
    if (known) {
      if (known.state === "failed") this.#requeue(known, "");
      else
        this.#sql.exec(
          "UPDATE inbox SET attempt = attempt + 1, version = version + 1, dirty = 1 WHERE guid = ?",
          known.guid,
        );
      return { attempt: known.attempt + 1 };
    }
    const { guid, event, action, receivedAt, owner, repo, number, sender, body, bodyKey } = delivery;
    this.#sql.exec(
      `INSERT INTO inbox (seq, guid, event, action, received_at, owner, repo, private, number, sender, body, body_key,
         attempt, round, asked_by, state, tries, next_at, handled_at, config_version, summary, version, dirty, headers)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1, '', 'waiting', 0, 0, NULL, '', '', 1, 1, ?)`,
      this.#nextSeq(),
      guid,
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
      JSON.stringify(delivery.headers),
    );
    return { attempt: 1 };
  }

  get(guid: string): InboxRow | null {
    return this.#sql.exec<InboxRow>("SELECT * FROM inbox WHERE guid = ?", guid).toArray()[0] ?? null;
  }

  /** The oldest that waits: nobody overtakes it. */
  next(): InboxRow | null {
    const rows = this.#sql.exec<InboxRow>("SELECT * FROM inbox WHERE state = 'waiting' ORDER BY seq LIMIT 1");
    return rows.toArray()[0] ?? null;
  }

  /** Has a delivery handled once more. False when it is unknown or its payload is not kept any more. */
  again(guid: string, by: string): boolean {
    const row = this.get(guid);
    if (!row || (row.body === "" && row.body_key === "")) return false;
    if (row.state !== "waiting") this.#requeue(row, by);
    return true;
  }

  #requeue({ guid }: InboxRow, by: string): void {
    this.#sql.exec(
      `UPDATE inbox SET state = 'waiting', seq = ?, attempt = attempt + 1, round = round + 1, asked_by = ?, tries = 0,
         next_at = 0, version = version + 1, dirty = 1 WHERE guid = ?`,
      this.#nextSeq(),
      by,
      guid,
    );
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
  end(row: InboxRow, state: "handled" | "failed", configVersion: string, summary: string, runs: readonly PluginRun[]) {
    const by = row.asked_by;
    const asked = { plugin: "*", handler: "redelivery", outcome: "nothing", why: `asked for by ${by}`, ms: 0 } as const;
    const all = by === "" ? runs : [asked, ...runs];
    this.#sql.exec("DELETE FROM run WHERE guid = ?", row.guid);
    this.#sql.exec(
      `INSERT INTO run (guid, seq, plugin, handler, outcome, why, ms)
       SELECT ?, key, value->>'plugin', value->>'handler', value->>'outcome', substr(value->>'why', 1, 2000),
         round(value->>'ms') FROM json_each(?)`,
      row.guid,
      JSON.stringify(all),
    );
    this.#sql.exec(
      `UPDATE inbox SET state = ?, handled_at = ?, config_version = ?, summary = ?, version = version + 1, dirty = 1
       WHERE guid = ?`,
      state,
      Date.now(),
      configVersion,
      summary.slice(0, 500),
      row.guid,
    );
    const old = row.seq - BODIES_KEPT;
    this.#sql.exec(
      `UPDATE inbox SET body = '' WHERE seq BETWEEN ? AND ? AND body <> '' AND state <> 'waiting' AND NOT EXISTS
         (SELECT 1 FROM forward WHERE forward.guid = inbox.guid AND forward.state IN ('waiting', 'sending'))`,
      old - 10,
      old,
    );
  }

  /** Rows that D1 does not have yet, the oldest of them. */
  dirty(object: string, outbox: Outbox): DeliveryIndexRow[] {
    const rows = this.#sql.exec<InboxRow>("SELECT * FROM inbox WHERE dirty = 1 ORDER BY seq LIMIT ?", DIRTY_ROWS);
    return rows.toArray().map((row) => ({
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

  /** D1 has these versions. True when it has all. */
  clean(rows: readonly DeliveryIndexRow[]): boolean {
    for (const { guid, version } of rows) {
      this.#sql.exec("UPDATE inbox SET dirty = 0 WHERE guid = ? AND version = ?", guid, version);
    }
    return this.#sql.exec("SELECT 1 FROM inbox WHERE dirty = 1 LIMIT 1").toArray().length === 0;
  }

  /** Forgets what is older than 90 days. Answers R2 keys to delete, and when to come again (null: nothing is left). */
  forget(now: number, outbox: Outbox): { keys: string[]; nextAt: number | null } {
    const old = this.#sql
      .exec<{ guid: string; body_key: string }>(
        "SELECT guid, body_key FROM inbox WHERE received_at < ? AND state <> 'waiting' ORDER BY seq LIMIT ?",
        now - KEPT_MS,
        FORGOTTEN_AT_ONCE,
      )
      .toArray();
    for (const { guid } of old) {
      this.#sql.exec("DELETE FROM run WHERE guid = ?", guid);
      this.#sql.exec("DELETE FROM inbox WHERE guid = ?", guid);
    }
    outbox.forget(now - KEPT_MS);
    const keys = old.flatMap(({ body_key }) => (body_key === "" ? [] : [body_key]));
    if (old.length === FORGOTTEN_AT_ONCE) return { keys, nextAt: now };
    const oldest = this.#sql.exec<{ at: number | null }>("SELECT min(received_at) AS at FROM inbox").one().at;
    return { keys, nextAt: oldest === null ? null : oldest + KEPT_MS + 3600_000 };
  }

  async view(
    guid: string,
    bodyOf: (row: InboxRow) => Promise<string>,
    outbox: Outbox,
  ): Promise<Omit<DeliveryView, "forwards"> | null> {
    const row = this.get(guid);
    if (!row) return null;
    const runs = this.#sql
      .exec<RunRow>("SELECT plugin, handler, outcome, why, ms FROM run WHERE guid = ? ORDER BY seq", guid)
      .toArray();
    const effectList = outbox.views(guid);
    return {
      guid,
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
      payload: (await bodyOf(row)).slice(0, PAYLOAD_SHOWN),
      runs,
      effectList,
    };
  }

  #nextSeq(): number {
    return (this.#sql.exec<{ last: number | null }>("SELECT max(seq) AS last FROM inbox").one().last ?? 0) + 1;
  }
}
