/**
 * What a Conversation and a Repository share: inbox, ordered handling, outbox, reports of jobs. One alarm drains all
 * of it in order: what was decided is sent before the next event is looked at, so that no view is older than our own
 * effects.
 */
import { DurableObject } from "cloudflare:workers";
import { dispatch } from "../src/chatops/dispatch.ts";
import type { Effect } from "../src/chatops/effects.ts";
import type { ChatEvent } from "../src/chatops/events.ts";
import { parseEvent, PayloadError } from "../src/chatops/parse.ts";
import { errorLine, verdict } from "../src/chatops/retry.ts";
import type { Delivered, Delivery } from "../src/chatops/rpc.ts";
import type { DeliveryView, PluginRun } from "../src/chatops/view.ts";
import { createView } from "../src/chatops/world.ts";
import { currentConfig } from "../src/config/current.ts";
import type { Env } from "../src/env.ts";
import { GitHubError, githubClient } from "../src/github/index.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import type { JobSummary, ReportTo } from "../src/jobs/rpc.ts";
import { saveDeliveryRows } from "../src/store/delivery-rows.ts";
import { CHAT_MIGRATIONS, type InboxRow } from "./chat-tables.ts";
import { Inbox } from "./inbox.ts";
import { ChatJobs } from "./chat-jobs.ts";
import { migrate } from "./migrate.ts";
import { isReset, Outbox } from "./outbox.ts";
import { Todo } from "./todo.ts";

/** After this many tries an event is decided with the answers that GitHub gives, or fails. */
const EVENT_TRIES = 12;

export abstract class ChatObject extends DurableObject<Env> {
  protected readonly todo: Todo;
  protected readonly inbox: Inbox;
  protected readonly outbox: Outbox;
  protected readonly jobs: ChatJobs;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.todo = new Todo(state.storage);
    this.inbox = new Inbox(state.storage.sql);
    this.outbox = new Outbox(state.storage);
    this.jobs = new ChatJobs(state.storage.sql, env);
    void state.blockConcurrencyWhile(async () => migrate(state.storage, CHAT_MIGRATIONS));
  }

  protected abstract reportTo(row: { owner: string; repo: string }): NonNullable<ReportTo>;
  /** What a subclass does with a delivery beside its plugins, before it is marked handled. */
  protected abstract observe(row: InboxRow, events: readonly ChatEvent[]): Promise<void>;

  async deliver(delivery: Delivery): Promise<Delivered> {
    this.#place(delivery.owner, delivery.repo, delivery.number);
    const delivered = this.inbox.put(delivery);
    this.todo.by("drain", Date.now());
    this.todo.by("rows", Date.now() + 500);
    await this.todo.arm();
    return delivered;
  }

  async redeliver(guid: string, by: string): Promise<boolean> {
    if (!this.inbox.again(guid)) return false;
    console.log(JSON.stringify({ message: "redelivered", delivery: guid, by }));
    await this.#wake();
    return true;
  }

  async delivery(guid: string): Promise<DeliveryView | null> {
    return this.inbox.view(guid, (row) => this.#body(row), this.outbox);
  }

  async jobChanged(summary: JobSummary): Promise<void> {
    if (!this.jobs.put(summary)) return;
    this.todo.by("drain", Date.now());
    await this.todo.arm();
  }

  async startJob(prowjob: string, by: string): Promise<void> {
    const job = JSON.parse(prowjob) as ProwJob;
    const guid = `rerun:${job.metadata.name}`;
    this.#place(job.spec.refs?.org ?? "", job.spec.refs?.repo ?? "", job.spec.refs?.pulls?.[0]?.number ?? 0);
    if (this.outbox.count(guid) > 0) return;
    const cause = { delivery: guid, plugin: "dashboard", rule: "rerun", actor: { kind: "user", login: by } } as const;
    this.outbox.put(guid, [{ effect: { kind: "startJobs", jobs: [job] }, cause }], false);
    await this.#wake();
  }

  async enqueue(delivery: string, rule: string, effects: readonly Effect[]): Promise<void> {
    const guid = `${delivery}:${rule}`;
    if (this.outbox.count(guid) > 0) return;
    const cause = { delivery, plugin: rule, rule, actor: { kind: "system" } } as const;
    this.outbox.put(
      guid,
      effects.map((effect) => ({ effect, cause })),
      false,
    );
    await this.#wake();
  }

  override async alarm(): Promise<void> {
    await this.todo.drain((key) => (key === "rows" ? this.#saveRows() : this.#drain()));
  }

  async #wake(): Promise<void> {
    this.todo.by("drain", Date.now());
    this.todo.by("rows", Date.now() + 500);
    await this.todo.arm();
  }

  /** A slice of the work: what is decided goes out, then reports, then the next event. */
  async #drain(): Promise<number | void> {
    const end = Date.now() + 10_000;
    while (Date.now() < end) {
      const due = this.outbox.due();
      if (due !== null) {
        if (due > Date.now()) return due;
        await this.outbox.send((row) => this.#execution(row));
        this.todo.by("rows", Date.now() + 500);
        continue;
      }
      if (await this.#report()) continue;
      const row = this.inbox.next();
      if (!row) return;
      if (row.next_at > Date.now()) return row.next_at;
      await this.#handle(row);
    }
    return Date.now();
  }

  async #handle(row: InboxRow): Promise<void> {
    try {
      const payload: unknown = JSON.parse(await this.#body(row));
      const { repository, events } = parseEvent(row.event, payload, row.guid);
      await this.observe(row, events);
      if (!repository || events.length === 0)
        return this.#end(
          row,
          "handled",
          "",
          `${row.event}${row.action ? ` ${row.action}` : ""} means nothing to any plugin`,
          [],
          [],
        );
      const config = await currentConfig(this.env, row.owner, row.repo);
      if (!config) return this.#end(row, "handled", "", `No configuration speaks of ${row.owner}/${row.repo}`, [], []);
      const view = createView(this.env, { repository, number: row.number, config, guid: row.guid, now: Date.now() });
      const dispatched = await dispatch(events, view);
      const passing = dispatched.errors.find((error) => error instanceof GitHubError && error.passing);
      if (passing !== undefined && row.tries < EVENT_TRIES) throw passing;
      this.#end(
        row,
        "handled",
        config.version,
        summaryOf(dispatched.runs, dispatched.effects.length),
        dispatched.runs,
        dispatched.effects,
      );
    } catch (error) {
      this.#failed(row, error);
    }
  }

  #end(
    row: InboxRow,
    state: "handled" | "failed",
    version: string,
    summary: string,
    runs: readonly PluginRun[],
    effects: Parameters<Outbox["put"]>[1],
  ): void {
    this.ctx.storage.transactionSync(() => {
      this.inbox.end(row, state, version, summary, runs);
      this.outbox.put(row.guid, effects, row.round > 1);
    });
    this.todo.by("rows", Date.now() + 500);
  }

  #failed(row: InboxRow, error: unknown): void {
    if (isReset(error)) throw error;
    if (error instanceof PayloadError || error instanceof SyntaxError)
      return this.#end(row, "failed", "", error.message, [], []);
    const next = verdict(error, row.tries + 1, row.received_at, Date.now(), Math.random());
    if (next.kind === "dead" || row.tries >= EVENT_TRIES) return this.#end(row, "failed", "", errorLine(error), [], []);
    console.warn(JSON.stringify({ message: "event not handled yet", delivery: row.guid, error: errorLine(error) }));
    this.inbox.later(row.guid, next.at, errorLine(error));
  }

  async #body(row: InboxRow): Promise<string> {
    if (row.body_key === "") return row.body;
    return (await (await this.env.ARTIFACTS.get(row.body_key))?.text()) ?? "";
  }

  async #saveRows(): Promise<number | void> {
    const rows = this.inbox.dirty(this.ctx.id.name ?? "", this.outbox);
    await saveDeliveryRows(this.env.DB, rows);
    if (!this.inbox.clean(rows)) return Date.now();
  }

  /** Decides what a changed job says; true when there was one. */
  async #report(): Promise<boolean> {
    const job = this.jobs.unsaid();
    if (!job) return false;
    const { owner, repo, number } = this.place();
    const config = await currentConfig(this.env, owner, repo);
    const effects = config
      ? this.jobs.reports(job, config, { author: this.fact("author"), number, env: this.env })
      : [];
    const cause = {
      delivery: `job:${job.id}`,
      plugin: "report",
      rule: job.state,
      actor: { kind: "job", id: job.id },
    } as const;
    this.ctx.storage.transactionSync(() => {
      this.outbox.put(
        `job:${job.id}:${job.version}`,
        effects.map((effect) => ({ effect, cause })),
        false,
      );
      this.jobs.said(job);
    });
    return true;
  }

  async #execution(row: { guid: string; marker: string; again: boolean }) {
    const { owner, repo, number } = this.place();
    const client = githubClient(this.env, { owner, repo, delivery: row.guid, consumer: "outbox" });
    return {
      client,
      owner,
      repo,
      number,
      marker: row.marker,
      again: row.again,
      posted: this.outbox.posted(),
      botLogin: () => client.botLogin(),
      startJob: (job: ProwJob) => this.jobs.start(job, this.reportTo({ owner, repo })),
      abortJobs: (effect: Extract<Effect, { kind: "abortJobs" }>) => this.jobs.abortAll(effect.type, effect.reason),
    };
  }

  /** Owner, repository and number, as GitHub spells them. */
  protected place(): { owner: string; repo: string; number: number } {
    const [owner = "", repo = "", number = "0"] = this.fact("place").split("/");
    return { owner, repo, number: Number(number) };
  }

  #place(owner: string, repo: string, number: number): void {
    this.remember("place", `${owner}/${repo}/${number}`);
  }

  protected fact(key: string): string {
    return (
      this.ctx.storage.sql.exec<{ value: string }>("SELECT value FROM fact WHERE key = ?", key).toArray()[0]?.value ??
      ""
    );
  }

  /** Writes only what changes: rows written are the main price. */
  protected remember(key: string, value: string): boolean {
    if (this.fact(key) === value) return false;
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO fact (key, value) VALUES (?, ?)", key, value);
    return true;
  }
}

/** One sentence for the list: what was done, or why nothing was. */
function summaryOf(runs: readonly PluginRun[], effects: number): string {
  const acting = runs.filter((run) => run.outcome === "effects");
  if (effects > 0) return `${acting.map((run) => run.plugin).join(", ")}: ${acting[0]?.why ?? ""}`;
  const failed = runs.find((run) => run.outcome === "error" || run.outcome === "timeout");
  if (failed) return `${failed.plugin} failed: ${failed.why}`;
  return acting[0]?.why ?? runs.find((run) => run.why !== "")?.why ?? "No plugin of this repository handles it";
}
