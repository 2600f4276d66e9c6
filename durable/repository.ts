import type { ChatEvent, PushEvent } from "../src/chatops/events.ts";
import type { RepositoryRpc } from "../src/chatops/rpc.ts";
import { type Env, settings } from "../src/env.ts";
import type { NonNullReportTo } from "../src/jobs/rpc.ts";
import { saveRepository } from "../src/store/delivery-rows.ts";
import { ChatObject } from "./chat-object.ts";
import type { InboxRow } from "./chat-tables.ts";

const HEADS_KEPT = 2_000;

/** One repository, named `owner/repo` (or `owner/` for an organisation): pushes and statuses, its conversations' heads. */
export class Repository extends ChatObject implements RepositoryRpc {
  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    void state.blockConcurrencyWhile(async () => {
      state.storage.sql.exec(
        "CREATE TABLE IF NOT EXISTS head (number INTEGER PRIMARY KEY, sha TEXT NOT NULL, seen INTEGER NOT NULL)",
      );
    });
  }

  async saw(number: number, headSha: string, isPrivate: boolean): Promise<void> {
    if (headSha !== "") {
      const { sql } = this.ctx.storage;
      sql.exec("INSERT OR REPLACE INTO head (number, sha, seen) VALUES (?, ?, ?)", number, headSha, Date.now());
      sql.exec(
        "DELETE FROM head WHERE number IN (SELECT number FROM head ORDER BY seen DESC LIMIT -1 OFFSET ?)",
        HEADS_KEPT,
      );
    }
    await this.#remember(isPrivate);
  }

  protected override reportTo(): NonNullReportTo {
    return { kind: "repository", name: this.ctx.id.name ?? "" };
  }

  protected override async observe(row: InboxRow, events: readonly ChatEvent[]): Promise<void> {
    if (row.repo !== "") await this.#remember(row.private === 1);
    for (const event of events) if (event.kind === "push") await this.#syncConfiguration(row, event);
  }

  async #remember(isPrivate: boolean): Promise<void> {
    const known = this.fact("private");
    if (known === String(isPrivate)) return;
    await saveRepository(this.env.DB, this.ctx.id.name ?? "", isPrivate, Date.now());
    this.remember("private", String(isPrivate));
  }

  /** A push to the configuration's branch loads it. */
  async #syncConfiguration(row: InboxRow, push: PushEvent): Promise<void> {
    const wanted = settings(this.env).CONFIG_REPO?.toLowerCase();
    const branch = push.ref.replace(/^refs\/heads\//, "");
    if (push.deleted || wanted !== `${row.owner}/${row.repo}@${branch}`.toLowerCase()) return;
    await this.env.CONFIGURATION.getByName("installation").sync(push.after, row.guid);
  }
}
