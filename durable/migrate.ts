/** Migrations of an object's own tables: a list of statements, of which each runs once, in order. */

/** Call in the constructor under blockConcurrencyWhile. Append to the list; never change what stands there. */
export function migrate(storage: DurableObjectStorage, statements: readonly string[]): void {
  storage.transactionSync(() => {
    storage.sql.exec("CREATE TABLE IF NOT EXISTS migration (version INTEGER NOT NULL)");
    const done = storage.sql.exec<{ version: number | null }>("SELECT max(version) AS version FROM migration").one();
    const from = done.version ?? 0;
    if (from >= statements.length) return;
    for (const statement of statements.slice(from)) storage.sql.exec(statement);
    storage.sql.exec("DELETE FROM migration");
    storage.sql.exec("INSERT INTO migration (version) VALUES (?)", statements.length);
  });
}
