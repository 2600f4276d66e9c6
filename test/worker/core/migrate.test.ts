import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { JobLog, LEAN_LOG, LOG_TABLES } from "../../../durable/job-log.ts";
import { migrate, type Statement } from "../../../durable/migrate.ts";
import { LEAN_TODO, Todo, TODO_TABLE } from "../../../durable/todo.ts";

const LISTS: readonly (readonly [name: string, before: readonly Statement[], since: readonly Statement[]])[] = [
  ["todo", [TODO_TABLE], LEAN_TODO],
  ["log", LOG_TABLES, LEAN_LOG],
];

/** Storage of an object without any table. */
async function inEmpty<T>(name: string, work: (storage: DurableObjectStorage) => T | Promise<T>): Promise<T> {
  return runInDurableObject(env.JOB_QUEUE.getByName(name), async (_instance, { storage }) => {
    await storage.deleteAll();
    return await work(storage);
  });
}

/** An object of the time before: `since` was not on the list. */
function old(storage: DurableObjectStorage, before: readonly Statement[]): void {
  storage.sql.exec("CREATE TABLE migration (version INTEGER NOT NULL)");
  storage.sql.exec("INSERT INTO migration (version) VALUES (?)", before.length);
  for (const statement of before) storage.sql.exec(typeof statement === "string" ? statement : statement.old);
}

const shape = ({ sql }: DurableObjectStorage) =>
  sql
    .exec<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .toArray()
    .filter(({ name }) => !name.startsWith("_"))
    .map(({ name, sql: text }) => [name, text.replaceAll('"', "").replaceAll(/\s+/g, " ")]);

it.each(LISTS)("an old object's tables become those of a new one: %s", async (name, before, since) => {
  const list = [...before, ...since];
  const fresh = await inEmpty(`fresh ${name}`, (storage) => {
    migrate(storage, list);
    return shape(storage);
  });
  const upgraded = await inEmpty(`old ${name}`, (storage) => {
    old(storage, before);
    migrate(storage, list);
    migrate(storage, list);
    return shape(storage);
  });
  expect(upgraded).toEqual(fresh);
  expect(JSON.stringify(fresh)).toContain("WITHOUT ROWID");
});

it("an old object still does what it had to do, in order", async () => {
  const done = await inEmpty("old work", async (storage) => {
    old(storage, [TODO_TABLE]);
    for (const key of ["second", "first", "later"])
      storage.sql.exec(
        "INSERT INTO todo (key, due, asked, tries, error) VALUES (?, ?, 1, 0, '')",
        key,
        key === "later" ? Date.now() + 3600_000 : 1,
      );
    migrate(storage, [TODO_TABLE, ...LEAN_TODO]);
    const todo = new Todo(storage);
    todo.put("third", 1);
    const keys: string[] = [];
    await todo.drain(async (key) => {
      keys.push(key);
    });
    expect(todo.has("later")).toBe(true);
    await storage.deleteAlarm();
    return keys;
  });
  expect(done).toEqual(["second", "first", "third"]);
});

it("an old object still has its log", async () => {
  const read = await inEmpty("old log", (storage) => {
    old(storage, LOG_TABLES);
    storage.sql.exec("INSERT INTO log_block (attempt, n, bytes) VALUES (1, 0, ?)", new TextEncoder().encode("before "));
    migrate(storage, [...LOG_TABLES, ...LEAN_LOG]);
    const log = new JobLog(storage, env.ARTIFACTS, "x");
    log.append(1, new TextEncoder().encode("after"));
    return new TextDecoder().decode(log.tail(1, 0, 100).bytes);
  });
  expect(read).toBe("before after");
});
