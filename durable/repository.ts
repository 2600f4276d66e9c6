import type { ChatEvent, CheckEvent, PushEvent, StatusEvent } from "../src/chatops/events.ts";
import type { RepositoryRpc } from "../src/chatops/rpc.ts";
import { type Env, settings } from "../src/env.ts";
import type { NonNullReportTo } from "../src/jobs/rpc.ts";
import { checkState } from "../src/tide/ground.ts";
import type { PoolNews } from "../src/tide/rpc.ts";
import { saveRepository } from "../src/store/delivery-rows.ts";
import { ChatObject } from "./chat-object.ts";
import { tellPool } from "./pool-door.ts";
import type { InboxRow } from "./chat-tables.ts";

const TABLES = [
  "CREATE TABLE IF NOT EXISTS conversation (number INTEGER PRIMARY KEY, head TEXT NOT NULL, seen INTEGER NOT NULL)",
  "CREATE INDEX IF NOT EXISTS conversation_head ON conversation (head) WHERE head <> ''",
  "CREATE TABLE IF NOT EXISTS pull_base (number INTEGER PRIMARY KEY, base TEXT NOT NULL)",
];
const NUMBERS_SHOWN = 20;

/** One repository, named `owner/repo` (or `owner/` for an organisation): pushes and statuses, its conversations and heads. */
export class Repository extends ChatObject implements RepositoryRpc {
  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    void state.blockConcurrencyWhile(async () => {
      for (const table of TABLES) state.storage.sql.exec(table);
    });
  }

  async saw(number: number, headSha: string, isPrivate: boolean, base: string): Promise<void> {
    if (base !== "")
      this.ctx.storage.sql.exec("INSERT OR REPLACE INTO pull_base (number, base) VALUES (?, ?)", number, base);
    this.ctx.storage.sql.exec(
      `INSERT INTO conversation (number, head, seen) VALUES (?, ?, ?)
       ON CONFLICT (number) DO UPDATE SET head = iif(excluded.head = '', head, excluded.head), seen = excluded.seen`,
      number,
      headSha,
      Date.now(),
    );
    this.#visible(isPrivate);
    await this.todo.arm();
  }

  protected override reportTo(): NonNullReportTo {
    return { kind: "repository", name: this.ctx.id.name ?? "" };
  }

  protected override async observe(row: InboxRow, events: readonly ChatEvent[]): Promise<string> {
    if (row.repo !== "") this.#visible(row.private === 1);
    let told = "";
    for (const event of events) {
      if (event.kind === "push") told = await this.#pushed(row, event);
      if (event.kind === "status") told = await this.#statusOf(row, event);
      if (event.kind === "check") told = await this.#checkOf(row, event);
    }
    return told;
  }

  /** Branches that pull requests of a head are for; without a head, of any. */
  #bases(sha: string | null): readonly string[] {
    const rows = this.ctx.storage.sql.exec<{ base: string }>(
      `SELECT DISTINCT base FROM pull_base JOIN conversation USING (number) WHERE ? IS NULL OR head = ? LIMIT 50`,
      sha,
      sha,
    );
    return rows.toArray().map(({ base }) => base);
  }

  protected override async work(key: string): Promise<number | void> {
    if (key !== "visibility") return await super.work(key);
    await saveRepository(this.env.DB, this.ctx.id.name ?? "", this.fact("private") !== "false", Date.now());
  }

  /** D1 is told behind: who may see pages is known there. */
  #visible(isPrivate: boolean): void {
    if (this.fact("private") === String(isPrivate)) return;
    this.remember("private", String(isPrivate));
    this.todo.put("visibility", Date.now());
  }

  /** A push to the configuration's branch loads it. */
  async #pushed(row: InboxRow, push: PushEvent): Promise<string> {
    const wanted = settings(this.env).CONFIG_REPO?.toLowerCase();
    const branch = push.ref.replace(/^refs\/heads\//, "");
    // Most branches are nobody's base: they need no pool.
    const { sql } = this.ctx.storage;
    const isBase = sql.exec("SELECT 1 FROM pull_base WHERE base = ? LIMIT 1", branch).toArray().length > 0;
    if (branch !== push.ref && isBase)
      await tellPool(this.env, row.owner, row.repo, branch, { kind: "base", sha: push.after });
    if (push.deleted || wanted !== `${row.owner}/${row.repo}@${branch}`.toLowerCase()) return "";
    await this.env.CONFIGURATION.getByName("installation").sync(push.after, row.guid);
    return `Loads the configuration at ${push.after.slice(0, 7)}`;
  }

  async #checkOf({ owner, repo }: InboxRow, { sha, name, status, conclusion, url }: CheckEvent): Promise<string> {
    const state = checkState(status, conclusion);
    const news = { kind: "context", sha, context: name, state, description: "", url, source: "check" } as const;
    for (const base of this.#bases(sha)) await tellPool(this.env, owner, repo, base, news);
    return `${name} is ${conclusion || status} on ${sha.slice(0, 7)}`;
  }

  async tellPools(news: PoolNews): Promise<void> {
    const { owner, repo } = this.place();
    for (const base of this.#bases(null)) await tellPool(this.env, owner, repo, base, news);
  }

  /** Applied by the pools of its pull requests as it is, without a read. */
  async #statusOf({ owner, repo }: InboxRow, { sha, context, state, description }: StatusEvent): Promise<string> {
    const found = (["SUCCESS", "PENDING", "FAILURE", "ERROR"] as const).find((one) => one === state.toUpperCase());
    if (found && context !== "tide") {
      const news = { kind: "context", sha, context, state: found, description, url: "", source: "status" } as const;
      for (const base of this.#bases(sha)) await tellPool(this.env, owner, repo, base, news);
    }
    const rows = this.ctx.storage.sql.exec<{ number: number }>(
      "SELECT number FROM conversation WHERE head = ? AND head <> '' ORDER BY number LIMIT ?",
      sha,
      NUMBERS_SHOWN,
    );
    const numbers = rows.toArray().map(({ number }) => `#${number}`);
    const whose = numbers.length > 0 ? `the head of ${numbers.join(", ")}` : "no head that we know";
    return `${context} is ${state} on ${sha.slice(0, 7)}, ${whose}`;
  }
}
