/** The measures of one repository (spec velodrome 1.12 rule 7, 8.3): step by step, each bounded, resumable at each. */
import type { Env } from "../src/env.ts";
import { stored } from "../src/store/stored.ts";
import { factOf as measure } from "../src/velodrome/measures/fact.ts";
import { GAUGING, type Gauging, gaugeSome } from "../src/velodrome/measures/gauges.ts";
import { nextItems, type Walk } from "../src/velodrome/measures/items.ts";
import { keepFacts } from "../src/velodrome/measures/keep.ts";
import { forgetMeasures, markAll, MEASURES, runUntil } from "../src/velodrome/measures/run.ts";
import { nextDirty, redo } from "../src/velodrome/measures/week.ts";
import { factOf, putFact } from "./facts.ts";
import type { Worked } from "./mirror-transform.ts";

/** Raised when a definition changes: then all is made anew. */
const VERSION = "1";
const EVERY_MS = 30 * 60_000;
/** What changes without GitHub saying that the issue did: deletions, labels with new names, rows that came late. */
const ALL_MS = 24 * 3600_000;
/** Of what is about to come by webhook. Seconds. */
const MARGIN_S = 3600;
/** Issues of a step, at first. */
const AT_ONCE = 20;

export class MirrorMeasures {
  readonly #env: Env;
  readonly #storage: DurableObjectStorage;
  readonly #repository: string;

  constructor(env: Env, storage: DurableObjectStorage, repository: string) {
    this.#env = env;
    this.#storage = storage;
    this.#repository = repository;
  }

  /** Whether to go on, now that everything up to `startedAt` (milliseconds) was read. `atOnce`: however short ago it last did. */
  due(startedAt: number, atOnce = false): boolean {
    const until = Number(this.#fact("until"));
    // One that is under way comes to its end first: what is new since then is for the next one.
    if ((!atOnce && startedAt < until * 1000 + EVERY_MS) || this.#fact("walk") !== "") return false;
    const all = this.#fact("version") !== VERSION || startedAt > Number(this.#fact("all")) + ALL_MS;
    this.#begin(startedAt, all ? null : until - MARGIN_S);
    return true;
  }

  /** Rows came otherwise, of whatever age: looks at all of them. `now`: milliseconds. */
  wake(now: number): void {
    this.#begin(now, null);
  }

  /** `since`: seconds; null: all. */
  #begin(startedAt: number, since: number | null): void {
    const by = since === null ? "number" : "updated";
    const walk: Walk = { by, updated: since ?? 0, number: 0, count: AT_ONCE };
    if (since === null) this.#keep("all", String(startedAt));
    if (this.#fact("version") !== VERSION) this.#keep("anew", MEASURES.join(" "));
    this.#keep("version", VERSION);
    this.#keep("walk", JSON.stringify(walk));
    this.#keep("gauge", JSON.stringify(GAUGING));
    this.#keep("until", String(Math.floor(startedAt / 1000)));
  }

  /** The next piece of work, if there is any: facts, then the weeks that they touch, then what is open. */
  async work(): Promise<Worked> {
    const { DB: db } = this.#env;
    const walk = this.#fact("walk");
    if (walk !== "") return await this.#derive(walk);
    const [name, ...others] = this.#fact("anew").split(" ");
    if (name) {
      const used = await markAll(db, this.#repository, name, Number(this.#fact("until")));
      this.#keep("anew", others.join(" "));
      return { used, more: true };
    }
    const dirty = await nextDirty(db, this.#repository);
    if (dirty) return { used: 1 + (await redo(db, this.#repository, dirty)), more: true };
    const gauge = this.#fact("gauge");
    const until = Number(this.#fact("until"));
    if (gauge === "") return { used: 1 + (await runUntil(db, this.#repository, until)), more: false };
    const { next, used } = await gaugeSome(db, this.#repository, stored<Gauging>(gauge), until);
    this.#advance("gauge", gauge, next === null ? "" : JSON.stringify(next));
    return { used, more: true };
  }

  /** The repository has another name now, under which all of it is made anew. */
  async forget(): Promise<Worked> {
    return await forgetMeasures(this.#env.DB, this.#repository);
  }

  async #derive(walk: string): Promise<Worked> {
    const { DB: db } = this.#env;
    const found = await nextItems(db, this.#repository, stored<Walk>(walk));
    const used = await keepFacts(db, this.#repository, found.items.map(measure), found.gone);
    this.#advance("walk", walk, found.more ? JSON.stringify(found.walk) : "");
    return { used: found.used + used, more: true };
  }

  /** Unless somebody began anew meanwhile. */
  #advance(key: string, from: string, to: string): void {
    if (this.#fact(key) === from) this.#keep(key, to);
  }

  #fact(key: string): string {
    return factOf(this.#storage.sql, `measures ${key}`);
  }

  #keep(key: string, value: string): void {
    putFact(this.#storage.sql, `measures ${key}`, value);
  }
}
