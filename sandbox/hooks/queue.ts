/** Webhook deliveries: recorded, sent in order per hook, never retried by themselves, redelivered when asked. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ApiError } from "../errors.ts";
import { type Delivery, type Hook, MAX_DELIVERIES } from "../state/model.ts";
import type { World } from "../world.ts";
import { headersFor, post } from "./send.ts";

/** Something that happened, for one hook. */
export interface Outgoing {
  readonly hook: Hook;
  readonly event: string;
  readonly action: string | null;
  readonly repo: string | null;
  readonly installation: number | null;
  readonly payload: unknown;
}

const PENDING = "pending";
/** A webhook held back for reordering goes out after this time even if no other follows. */
const REORDER_MS = 2000;

export class HookQueue {
  readonly #world: World;
  readonly #folder: string;
  readonly #bodies = new Map<number, string>();
  readonly #writes = new Set<Promise<unknown>>();
  readonly #lines = new Map<number, Promise<void>>();
  readonly #held = new Map<number, (() => void)[]>();
  readonly #stop = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  #underWay = 0;
  #idle: (() => void)[] = [];

  constructor(world: World) {
    this.#world = world;
    this.#folder = path.join(world.folder, "deliveries");
  }

  /** Takes up what was not sent when the sandbox stopped. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const delivery of this.#world.state.deliveries.filter((one) => one.status === PENDING)) this.#line(delivery);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all([...this.#lines.values(), ...this.#writes]);
  }

  /** Records a delivery and sends it when those before it are done. */
  enqueue(outgoing: Outgoing): void {
    const delivery = this.#record({
      guid: randomUUID(),
      hook: outgoing.hook.id,
      event: outgoing.event,
      action: outgoing.action,
      repo: outgoing.repo,
      installation: outgoing.installation,
      redelivery: false,
    });
    this.#keep(delivery, JSON.stringify(outgoing.payload));
    this.#withFault(delivery);
  }

  /** Sends a known delivery again, with the same GUID and body. Throws 404 when it is unknown. */
  async redeliver(id: number): Promise<Delivery> {
    const known = this.#world.state.deliveries.find((one) => one.id === id);
    if (!known) throw ApiError.notFound();
    const body = await this.body(id);
    const { guid, hook, event, action, repo, installation } = known;
    const delivery = this.#record({ guid, hook, event, action, repo, installation, redelivery: true });
    this.#keep(delivery, body);
    this.#line(delivery);
    return delivery;
  }

  /** What was sent. Throws 404 when it is no longer kept. */
  async body(id: number): Promise<string> {
    const kept = this.#bodies.get(id) ?? (await readFile(this.#file(id), "utf8").catch(() => null));
    if (kept === null) throw ApiError.notFound();
    return kept;
  }

  /** Resolves when nothing waits to be sent. */
  settled(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #file(id: number): string {
    return path.join(this.#folder, `${id}.json`);
  }

  #record(part: Omit<Delivery, "id" | "deliveredAt" | "statusCode" | "status" | "duration" | "answer">): Delivery {
    const { state } = this.#world;
    const id = this.#world.id();
    const deliveredAt = new Date().toISOString();
    const delivery: Delivery = { ...part, id, deliveredAt, statusCode: 0, status: PENDING, duration: 0, answer: "" };
    state.deliveries.push(delivery);
    for (const old of state.deliveries.splice(0, Math.max(0, state.deliveries.length - MAX_DELIVERIES)))
      void rm(this.#file(old.id), { force: true });
    this.#world.changed();
    return delivery;
  }

  /** Keeps the body in memory at once, so that the order of events is the order of calls, and on disk soon after. */
  #keep(delivery: Delivery, body: string): void {
    this.#bodies.set(delivery.id, body);
    const write = writeFile(this.#file(delivery.id), body).then(
      () => this.#bodies.delete(delivery.id),
      () => {}, // it stays in memory
    );
    this.#writes.add(write);
    void write.finally(() => this.#writes.delete(write));
  }

  #withFault(delivery: Delivery): void {
    const fault = this.#world.faults.forWebhook(delivery.event);
    if (fault?.kind === "drop") this.#finish(delivery, { statusCode: 0, status: "dropped", duration: 0, answer: "" });
    else if (fault?.kind === "delay") this.#later(fault.ms, () => this.#line(delivery));
    else if (fault?.kind === "reorder") this.#hold(delivery);
    else {
      this.#line(delivery);
      if (fault?.kind === "duplicate") this.#line(delivery);
      const held = this.#held.get(delivery.hook) ?? [];
      this.#held.delete(delivery.hook);
      for (const release of held) release();
    }
  }

  #later(ms: number, work: () => void): void {
    this.#begin();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
      this.#end();
    }, ms);
    this.#timers.add(timer);
  }

  #hold(delivery: Delivery): void {
    let done = false;
    const release = () => {
      if (done) return;
      done = true;
      this.#line(delivery);
    };
    this.#held.set(delivery.hook, [...(this.#held.get(delivery.hook) ?? []), release]);
    this.#later(REORDER_MS, release);
  }

  #line(delivery: Delivery): void {
    this.#begin();
    const before = this.#lines.get(delivery.hook) ?? Promise.resolve();
    this.#lines.set(
      delivery.hook,
      before.then(() => this.#send(delivery)).finally(() => this.#end()),
    );
  }

  async #send(delivery: Delivery): Promise<void> {
    if (this.#stop.signal.aborted) return; // stays pending, the next start sends it
    const hook = this.#world.state.hooks.find((one) => one.id === delivery.hook);
    const body = await this.body(delivery.id).catch(() => null);
    if (!hook?.active || !hook.url || body === null)
      return this.#finish(delivery, { statusCode: 0, status: "no hook", duration: 0, answer: "" });
    const headers = headersFor(this.#world, hook, delivery.event, delivery.guid, body);
    const outcome = await post(hook.url, headers, body, this.#stop.signal);
    if (!this.#stop.signal.aborted) this.#finish(delivery, outcome);
  }

  #finish(delivery: Delivery, outcome: Pick<Delivery, "statusCode" | "status" | "duration" | "answer">): void {
    Object.assign(delivery, outcome, { deliveredAt: new Date().toISOString() });
    this.#world.changed();
  }

  #begin(): void {
    this.#underWay += 1;
  }

  #end(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}
