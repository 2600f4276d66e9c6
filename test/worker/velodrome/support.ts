/** Mirrors that ring when a test says so, and what they wrote. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Mirror } from "../../../durable/mirror.ts";
import type { Env } from "../../../src/env.ts";
import type { MirrorRpc } from "../../../src/velodrome/rpc.ts";
import type { MirrorProgress } from "../../../src/velodrome/view.ts";
import { API, withSettings } from "../github/harness.ts";
import type { FakeRepo } from "./github.ts";

/** Rows of D1 that were read and written since they were last asked for. */
let used = 0;

/** The rows since this was asked the last time. */
export function usedRows(): number {
  const rows = used;
  used = 0;
  return rows;
}

export function counted(db: D1Database): D1Database {
  const real = new WeakMap<object, D1PreparedStatement>();
  const add = <T extends D1Result>(result: T): T => {
    used += result.meta.rows_read + result.meta.rows_written;
    return result;
  };
  const statement = (made: D1PreparedStatement): D1PreparedStatement => {
    const watched = Object.create(made, {
      bind: { value: (...values: unknown[]) => statement(made.bind(...values)) },
      all: { value: async () => add(await made.all()) },
      run: { value: async () => add(await made.run()) },
      first: {
        value: async (column?: string) => {
          const [row] = add(await made.all()).results;
          return row === undefined ? null : column === undefined ? row : row[column];
        },
      },
    }) as D1PreparedStatement;
    real.set(watched, made);
    return watched;
  };
  return Object.create(db, {
    prepare: { value: (query: string) => statement(db.prepare(query)) },
    batch: {
      value: async (all: D1PreparedStatement[]) =>
        (await db.batch(all.map((one) => real.get(one) ?? one))).map((result) => add(result)),
    },
  }) as D1Database;
}

export interface TestMirror {
  /** Rings until nothing is due. `atEach`: after each ring, with the rows of D1 that it used. */
  run(atEach?: (rows: number, ring: number) => void): Promise<void>;
  ring(): Promise<void>;
  call<T>(ask: (mirror: MirrorRpc) => Promise<T>): Promise<T>;
  progress(): Promise<MirrorProgress>;
  /** Makes whatever waits due. */
  hurry(): Promise<void>;
  /** As if it had been away for so long. */
  age(ms: number): Promise<void>;
}

const mirrors = new Map<string, Mirror>();

/** `restart`: a new object each time, as after a deploy. */
export function testMirror(name: string, restart = false): TestMirror {
  const { env: with_ } = withSettings({ GITHUB_API_URL: API, GITHUB_TOKEN: `token-of-${name}` });
  const mine: Env = Object.assign(with_, {
    DB: counted(env.DB),
    MIRROR: { getByName: (other: string) => remote(other) },
  });
  const within = <T>(of: string, ask: (mirror: Mirror, state: DurableObjectState) => Promise<T>): Promise<T> =>
    runInDurableObject(env.MIRROR.getByName(of), async (_instance, state) => {
      // The object itself has no settings: it is not to ring by itself.
      state.storage.setAlarm = async () => undefined;
      const mirror = (restart ? undefined : mirrors.get(of)) ?? new Mirror(state, mine);
      mirrors.set(of, mirror);
      return await ask(mirror, state);
    });
  const remote = (of: string): MirrorRpc =>
    new Proxy(Object.create(Mirror.prototype), {
      get: (_target, method) =>
        method === "then"
          ? undefined
          : (...args: unknown[]) =>
              within(of, (mirror) =>
                Promise.resolve<unknown>(Reflect.apply(Reflect.get(mirror, method), mirror, args)),
              ),
    });
  const due = () =>
    within(name, async (_mirror, { storage }) => {
      const rows = storage.sql.exec<{ due: number }>("SELECT due FROM todo ORDER BY due LIMIT 1").toArray();
      return rows[0]?.due ?? null;
    });
  const self: TestMirror = {
    ring: () => within(name, (mirror) => mirror.alarm()),
    async run(atEach) {
      for (let ring = 0; (await due()) !== null; ring += 1) {
        if (ring > 300) throw new Error(`it never ends: ${JSON.stringify(await self.progress())}`);
        await self.hurry();
        used = 0;
        await self.ring();
        atEach?.(used, ring);
      }
    },
    call: (ask) => within(name, (mirror) => ask(mirror)),
    progress: () => within(name, (mirror) => mirror.progress()),
    hurry: () => within(name, async (_mirror, { storage }) => void storage.sql.exec("UPDATE todo SET due = 0")),
    age: (ms) =>
      within(name, async (_mirror, { storage }) => {
        storage.sql.exec(
          "UPDATE stream SET cursor = json_set(cursor, '$.endedAt', cursor ->> '$.endedAt' - ?) WHERE name = 'sweep'",
          ms,
        );
      }),
  };
  return self;
}

const all = async (query: string, ...bound: unknown[]) =>
  (
    await env.DB.prepare(query)
      .bind(...bound)
      .all()
  ).results;

/** The rows of a repository without what differs from run to run. */
export async function rowsOf(name: string) {
  return {
    issues: await all(
      "SELECT number, is_pr, title, labels, created, updated, gone FROM mirror_issue WHERE repository = ? ORDER BY number",
      name,
    ),
    comments: await all(
      "SELECT review, id, issue, user, body, at, updated, gone FROM mirror_comment WHERE repository = ? ORDER BY review, id",
      name,
    ),
    events: await all(
      "SELECT id, issue, actor, event, label, at FROM mirror_event WHERE repository = ? ORDER BY id",
      name,
    ),
    reviews: await all("SELECT id, issue, user, state, at FROM mirror_review WHERE repository = ? ORDER BY id", name),
    pulls: await all(
      "SELECT number, merged, merged_by, changed_files FROM mirror_pull WHERE repository = ? ORDER BY number",
      name,
    ),
  };
}

/** What the mirror of a repository has to hold. */
export function expectedOf(repo: FakeRepo) {
  return {
    issues: repo.issues.map(({ number, is_pr, title, labels, created, updated }) => ({
      number,
      is_pr: is_pr ? 1 : 0,
      title,
      labels: JSON.stringify(labels),
      created,
      updated,
      gone: 0,
    })),
    comments: repo.comments
      .map(({ review, id, issue, body, at, updated }) => ({
        review: review ? 1 : 0,
        id,
        issue,
        user: "",
        body,
        at,
        updated,
        gone: 0,
      }))
      .toSorted((a, b) => a.review - b.review || a.id - b.id),
    events: repo.events.map(({ id, issue, event, label, at }) => ({ id, issue, actor: "ada", event, label, at })),
    reviews: repo.reviews.map(({ id, issue, state, at }) => ({ id, issue, user: "ben", state, at })),
    pulls: repo.issues
      .filter((one) => one.is_pr)
      .map(({ number, updated }) => ({ number, merged: updated, merged_by: "cutter[bot]", changed_files: 3 })),
  };
}
