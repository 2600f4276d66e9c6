/**
 * What a Conversation and a Repository share: inbox, ordered handling, outbox, reports of jobs. One alarm drains all
 * of it in order: what was decided is sent before the next event is looked at, so that no view is older than our own
 * effects.
 */
import { DurableObject } from "cloudflare:workers";
import type { Decided } from "../src/chatops/coalesce.ts";
import { dispatch } from "../src/chatops/dispatch.ts";
import type { Cause, Effect } from "../src/chatops/effects.ts";
import type { ChatEvent, RepoRef } from "../src/chatops/events.ts";
import { type ExternalPlugin, toldOf } from "../src/chatops/external.ts";
import { type Handled, outcomeOf, passingError, unhandled } from "../src/chatops/handled.ts";
import type { PullState } from "../src/chatops/messages-summary.ts";
import { OWN_EVENT, type OwnPlace, parseOwnEvent } from "../src/chatops/own-events.ts";
import { parseEvent, PayloadError } from "../src/chatops/parse.ts";
import { errorLine, isReset, verdict } from "../src/chatops/retry.ts";
import type { View } from "../src/chatops/plugin.ts";
import { REGISTRY } from "../src/chatops/registry.ts";
import { repositoryOf } from "../src/chatops/repository.ts";
import type { Delivered, Delivery, Wake } from "../src/chatops/rpc.ts";
import { readOutside } from "../src/chatops/outside.ts";
import type { OutsideRequest } from "../src/chatops/reads.ts";
import { callService, type ServiceCall } from "../src/chatops/service.ts";
import { pullStateOf } from "../src/chatops/summary.ts";
import type { DeliveryView } from "../src/chatops/view.ts";
import { createView } from "../src/chatops/world.ts";
import { currentConfig } from "../src/config/current.ts";
import { type Env, settings } from "../src/env.ts";
import { flushUsage, githubClient, GitHubError } from "../src/github/index.ts";
import { GitTaskOutcome } from "../src/jobs/git-task.ts";
import { gitTaskJob } from "../src/jobs/git-task-job.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import type { JobSummary, ReportTo } from "../src/jobs/rpc.ts";
import { uuidV5 } from "../src/jobs/uuid.ts";
import { saveDeliveryRows } from "../src/store/delivery-rows.ts";
import { stored } from "../src/store/stored.ts";
import { ChatJobs } from "./chat-jobs.ts";
import { ChatLater } from "./chat-later.ts";
import { CHAT_MIGRATIONS, type InboxRow, type OutboxRow } from "./chat-tables.ts";
import { factOf, putFact } from "./facts.ts";
import { Forwards } from "./forwards.ts";
import { forwardDue, forwardEnded, type Surroundings as ForwardSurroundings } from "./forwarder.ts";
import { Inbox } from "./inbox.ts";
import { migrate } from "./migrate.ts";
import { mirrorLive } from "./mirror-live.ts";
import { Outbox } from "./outbox.ts";
import { quieted } from "./quiet.ts";
import { Todo } from "./todo.ts";

/** After this many tries an event is decided with the answers that GitHub gives, or fails: about half an hour. */
const EVENT_TRIES = 12;
const SLICE_MS = 10_000;
/** D1 is written behind, several changes at once. */
const ROWS_MS = 500;
const FORGET_MS = 90 * 24 * 3600_000;

type Of<Kind extends Effect["kind"]> = Extract<Effect, { kind: Kind }>;

export abstract class ChatObject extends DurableObject<Env> {
  protected readonly todo: Todo;
  protected readonly inbox: Inbox;
  protected readonly outbox: Outbox;
  protected readonly jobs: ChatJobs;
  protected readonly later: ChatLater;
  readonly #forwards: Forwards;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.todo = new Todo(state.storage);
    this.inbox = new Inbox(state.storage.sql);
    this.outbox = new Outbox(state.storage);
    this.jobs = new ChatJobs(state.storage.sql, env);
    this.later = new ChatLater(state.storage.sql);
    this.#forwards = new Forwards(state.storage.sql);
    void state.blockConcurrencyWhile(async () => migrate(state.storage, CHAT_MIGRATIONS));
  }

  protected abstract reportTo(): NonNullable<ReportTo>;
  /** What a subclass does with a delivery beside its plugins. Answers what is worth telling of it, or nothing. */
  protected abstract observe(row: InboxRow, events: readonly ChatEvent[]): Promise<string>;

  async deliver(delivery: Delivery): Promise<Delivered> {
    const delivered = this.#keep(delivery);
    await this.todo.arm();
    return delivered;
  }

  async wake(timer: Wake): Promise<void> {
    this.later.wake(timer);
    this.todo.put("timer", this.later.nextAt() ?? Date.now());
    await this.todo.arm();
  }

  async taskDone(id: string, outcome: string): Promise<void> {
    const parsed = GitTaskOutcome.parse(JSON.parse(outcome));
    if (await forwardEnded(id, parsed, this.#forwarding())) return;
    this.ctx.storage.transactionSync(() => {
      const delivery = this.later.taskEnded(id, parsed, Date.now());
      if (delivery) this.#keep(delivery);
    });
    await this.todo.arm();
  }

  #keep(delivery: Delivery): Delivered {
    this.#place(delivery.owner, delivery.repo, delivery.number);
    const delivered = this.inbox.put(delivery);
    const now = Date.now();
    if (delivered.attempt > 1 && this.#forwards.again(delivery.guid, now)) this.todo.by("forward", now);
    if (!this.todo.has("forget")) this.todo.put("forget", Date.now() + FORGET_MS);
    this.todo.by("drain", Date.now());
    return delivered;
  }

  async redeliver(guid: string, by: string): Promise<boolean> {
    if (!this.inbox.again(guid, by)) return false;
    await this.#wake();
    return true;
  }

  async delivery(guid: string): Promise<DeliveryView | null> {
    const view = await this.inbox.view(guid, (row) => this.#body(row), this.outbox);
    return view && { ...view, forwards: this.#forwards.views(guid) };
  }

  async jobChanged(summary: JobSummary): Promise<void> {
    if (this.jobs.put(summary)) await this.#wake();
  }

  async startJob(prowjob: string, by: string): Promise<void> {
    const job = stored<ProwJob>(prowjob);
    const guid = `rerun:${job.metadata.name}`;
    const [pull] = job.spec.refs?.pulls ?? [];
    this.#place(job.spec.refs?.org ?? "", job.spec.refs?.repo ?? "", pull?.number ?? 0);
    if (pull && this.fact("author") === "") this.remember("author", pull.author);
    const cause = { delivery: guid, plugin: "dashboard", rule: "rerun", actor: { kind: "user", login: by } } as const;
    await this.#enqueue(guid, [{ effect: { kind: "startJobs", jobs: [job] }, cause }]);
  }

  async enqueue(delivery: string, rule: string, effects: readonly Effect[]): Promise<void> {
    const cause = { delivery, plugin: rule, rule, actor: { kind: "system" } } as const;
    const decided = effects.map((effect) => ({ effect, cause }));
    await this.#enqueue(`${delivery}:${rule}`, decided);
  }

  /** The same `guid` again: nothing happens. */
  async #enqueue(guid: string, decided: readonly Decided[]): Promise<void> {
    if (this.outbox.count(guid) > 0) return;
    this.outbox.put(guid, decided);
    await this.#wake();
  }

  async #wake(): Promise<void> {
    this.todo.by("drain", Date.now());
    await this.todo.arm();
  }

  override async alarm(): Promise<void> {
    await this.todo.drain((key) => this.work(key));
    await flushUsage(this.env);
  }

  /** Work of the todo table; a subclass adds its own keys. */
  protected async work(key: string): Promise<number | void> {
    if (key === "drain") return await this.#drain();
    if (key === "timer") return this.#timersDue();
    if (key === "rows") return await this.#saveRows();
    if (key === "forward") return forwardDue(this.#forwarding());
    if (key === "forget") return await this.#forget();
  }

  #timersDue(): number | void {
    this.ctx.storage.transactionSync(() => {
      for (const delivery of this.later.takeDue(Date.now())) this.#keep(delivery);
    });
    return this.later.nextAt() ?? undefined;
  }

  /** A slice of the work: what is decided goes out, then reports, then the next event. */
  async #drain(): Promise<number | void> {
    const end = Date.now() + SLICE_MS;
    this.todo.by("rows", Date.now() + ROWS_MS);
    while (Date.now() < end) {
      const due = this.outbox.due();
      if (due !== null && due > Date.now()) return due;
      if (due !== null) await this.outbox.send((row) => this.#surroundings(row));
      else if (!(await this.#report())) {
        const row = this.inbox.next();
        if (!row) return;
        if (row.next_at > Date.now()) return row.next_at;
        await this.#handle(row);
      }
    }
    return Date.now();
  }

  async #handle(row: InboxRow): Promise<void> {
    try {
      const handled = await this.#decide(row);
      if (handled.passing !== null && row.tries + 1 < EVENT_TRIES) throw handled.passing;
      this.#end(row, "handled", handled, await this.#told(row));
    } catch (error) {
      await this.#failed(row, error);
    }
  }

  /** External plugins that want to hear of an event. */
  async #told(row: InboxRow): Promise<readonly ExternalPlugin[]> {
    if (row.event === OWN_EVENT) return [];
    const config = await currentConfig(this.env, row.owner, row.repo);
    return config ? toldOf(row.event, config, REGISTRY) : [];
  }

  #forwarding(): ForwardSurroundings {
    return {
      env: this.env,
      forwards: this.#forwards,
      reportTo: this.reportTo(),
      delivery: async (guid) => {
        const row = this.inbox.get(guid);
        const body = row ? await this.#body(row) : "";
        return row && body !== "" ? { row, body } : null;
      },
      lookAgain: async () => {
        this.todo.put("forward", this.#forwards.nextAt() ?? Date.now());
        await this.todo.arm();
      },
      waitUntil: (work) => this.ctx.waitUntil(work),
    };
  }

  async #decide(row: InboxRow): Promise<Handled> {
    const body = await this.#body(row);
    if (body === "") throw new PayloadGone();
    const payload: unknown = JSON.parse(body);
    const isOwn = row.event === OWN_EVENT;
    const { repository, events } = isOwn ? parseOwnEvent(payload, row.guid) : parseEvent(row.event, payload, row.guid);
    if (repository) this.remember("repository", JSON.stringify(repository));
    const told = await this.observe(row, events);
    const what = row.action === "" ? row.event : `${row.event} ${row.action}`;
    if (!repository || events.length === 0) return unhandled(told || `${what} means nothing to any plugin`);
    const config = await currentConfig(this.env, row.owner, row.repo);
    if (!config) return unhandled(`No configuration speaks of ${row.owner}/${row.repo}`);
    const view = createView(this.env, { repository, number: row.number, config, guid: row.guid, now: Date.now() });
    const dispatched = await dispatch(events, view);
    const reset = dispatched.errors.find(isReset);
    if (reset !== undefined) throw reset;
    const pull = await this.#pullState(events, dispatched.effects, view);
    const passing = passingError(dispatched.errors);
    const quieting = { config, events, pull };
    return { ...outcomeOf(dispatched, told), configVersion: config.version, quieting, passing };
  }

  /** For the summary; null where none is kept, or when GitHub cannot be read just now. */
  async #pullState(events: readonly ChatEvent[], effects: readonly Decided[], view: View): Promise<PullState | null> {
    if (!view.config.settings.cutwater.summary_comment) return null;
    try {
      return await pullStateOf(events, effects, view);
    } catch (error) {
      if (error instanceof GitHubError) return null;
      throw error;
    }
  }

  #end(row: InboxRow, state: "handled" | "failed", handled: Handled, told: readonly ExternalPlugin[]): void {
    const { configVersion, summary, runs, effects, quieting } = handled;
    this.ctx.storage.transactionSync(() => {
      this.inbox.end(row, state, configVersion, summary, runs);
      this.#forwards.put(row.guid, told, Date.now());
      if (told.length > 0) this.todo.by("forward", Date.now());
      this.outbox.put(row.guid, quieting ? quieted(this.ctx.storage.sql, effects, quieting, row.guid) : effects);
    });
  }

  async #failed(row: InboxRow, error: unknown): Promise<void> {
    if (isReset(error)) throw error;
    const line = errorLine(error);
    const lasting = error instanceof PayloadError || error instanceof SyntaxError || error instanceof PayloadGone;
    const now = Date.now();
    const next = verdict(error, row.tries + 1, now, now, Math.random());
    if (lasting || next.kind === "dead" || row.tries + 1 >= EVENT_TRIES) {
      this.#end(row, "failed", unhandled(line), await this.#told(row));
      return;
    }
    console.warn(JSON.stringify({ message: "event not handled yet", delivery: row.guid, error: line }));
    this.inbox.later(row.guid, next.at, line);
  }

  async #body(row: InboxRow): Promise<string> {
    if (row.body_key === "") return row.body;
    return (await (await this.env.ARTIFACTS.get(row.body_key))?.text()) ?? "";
  }

  async #saveRows(): Promise<number | void> {
    const rows = this.inbox.dirty(this.ctx.id.name ?? "", this.outbox);
    await saveDeliveryRows(this.env.DB, rows);
    await mirrorLive(this.env, rows, async (guid) => {
      const row = this.inbox.get(guid);
      return row ? await this.#body(row) : "";
    });
    if (!this.inbox.clean(rows)) return Date.now();
  }

  async #forget(): Promise<number | void> {
    const { keys, nextAt } = this.inbox.forget(Date.now(), this.outbox);
    if (keys.length > 0) await this.env.ARTIFACTS.delete(keys);
    this.#forwards.forget(Date.now() - FORGET_MS);
    if (nextAt !== null) return nextAt;
  }

  /** Decides what a changed job says; true when there was one. */
  async #report(): Promise<boolean> {
    const job = this.jobs.unsaid();
    if (!job) return false;
    const { owner, repo, number } = this.place();
    const config = await currentConfig(this.env, owner, repo);
    const effects = this.jobs.reports(job, config, { author: this.fact("author"), number });
    const delivery = `job:${job.id}`;
    const cause = { delivery, plugin: "report", rule: job.state, actor: { kind: "job", id: job.id } } as const;
    const decided = effects.map((effect) => ({ effect, cause }));
    this.ctx.storage.transactionSync(() => {
      const quieting = config && { config, events: [], pull: null };
      this.outbox.put(delivery, quieting ? quieted(this.ctx.storage.sql, decided, quieting, delivery) : decided);
      this.jobs.said(job, effects);
    });
    return true;
  }

  #surroundings(row: OutboxRow) {
    const place = this.place();
    return {
      ...place,
      client: githubClient(this.env, { ...place, delivery: row.guid, consumer: "outbox" }),
      startJob: (job: ProwJob) => this.jobs.start(job, this.reportTo()),
      recordJob: (job: ProwJob) => this.jobs.record(job),
      lookAgain: (effect: Of<"lookAgain">) => this.#lookAgain(effect, row),
      gitTask: (effect: Of<"gitTask">) => this.#gitTask(effect, row),
      reportAgain: async () => this.jobs.sayAgain(this.fact("head")),
      service: (call: ServiceCall) => callService(this.env, call),
      outside: (request: OutsideRequest) => readOutside(this.env, request),
      abortJobs: (effect: Of<"abortJobs">) => this.jobs.abortAll(effect.type, effect.reason),
    };
  }

  /** A timer here or in another conversation of this repository. The same row of the outbox sets the same timer. */
  async #lookAgain({ plugin, note, afterMs, number, keep }: Of<"lookAgain">, row: OutboxRow): Promise<void> {
    const own = await this.#ownPlace(row);
    const guid = `timer-${await uuidV5(row.marker)}`;
    const timer = { ...own, number: number ?? own.number, plugin, note, afterMs, guid, ...(keep ? { keep } : {}) };
    if (timer.number === own.number) return await this.wake(timer);
    const { owner, repo } = own.repository;
    await this.env.CONVERSATION.getByName(`${owner}/${repo}#${timer.number}`.toLowerCase()).wake(timer);
  }

  async #gitTask(effect: Of<"gitTask">, row: OutboxRow): Promise<boolean> {
    if (this.inbox.get(`task-${effect.id}`)) return false;
    this.later.ask(effect, await this.#ownPlace(row));
    const { GIT_TASKS_CLUSTER: cluster, PUBLIC_URL: publicUrl } = settings(this.env);
    const job = gitTaskJob(effect.id, effect.task, { cluster, publicUrl, now: Date.now() });
    return (await this.env.JOB.getByName(`job:${effect.id}`).start(JSON.stringify(job), this.reportTo())).created;
  }

  async #ownPlace({ guid, cause }: OutboxRow): Promise<OwnPlace> {
    const { owner, repo, number } = this.place();
    const { actor } = stored<Cause>(cause);
    const known = this.fact("repository");
    const repository = known === "" ? await repositoryOf(this.env, owner, repo, guid) : stored<RepoRef>(known);
    return { repository, number, sender: actor.kind === "user" ? actor.login : "" };
  }

  /** Owner, repository and number, as GitHub spells them. */
  protected place(): { owner: string; repo: string; number: number } {
    // Nobody has told yet: then the object's own name does, in lower case.
    const known = this.fact("place") || (this.ctx.id.name ?? "").replace("#", "/");
    const [owner = "", repo = "", number = "0"] = known.split("/");
    return { owner, repo, number: Number(number) };
  }

  #place(owner: string, repo: string, number: number): void {
    this.remember("place", `${owner}/${repo}/${number}`);
  }

  protected fact(key: string): string {
    return factOf(this.ctx.storage.sql, key);
  }

  protected remember(key: string, value: string): void {
    putFact(this.ctx.storage.sql, key, value);
  }
}

class PayloadGone extends Error {
  override readonly name = "PayloadGone";
  constructor() {
    super("the payload is not kept any more: redeliver it from GitHub");
  }
}
