/** Migrations of an object's own tables: a list of statements, of which each runs once, in order. */

/** Rows of a table's description are billed too: a new object may take a shorter way to the same tables. Empty: nothing. */
export type Statement = string | { readonly fresh: string; readonly old: string };

/** Call in the constructor under blockConcurrencyWhile. Append to the list; never change what an old object runs. */
export function migrate(storage: DurableObjectStorage, statements: readonly Statement[]): void {
  storage.transactionSync(() => {
    storage.sql.exec("CREATE TABLE IF NOT EXISTS migration (version INTEGER NOT NULL)");
    const done = storage.sql.exec<{ version: number | null }>("SELECT max(version) AS version FROM migration").one();
    const from = done.version ?? 0;
    if (from >= statements.length) return;
    for (const statement of statements.slice(from)) {
      const text = typeof statement === "string" ? statement : done.version === null ? statement.fresh : statement.old;
      if (text !== "") storage.sql.exec(text);
    }
    if (done.version !== null) storage.sql.exec("DELETE FROM migration");
    storage.sql.exec("INSERT INTO migration (version) VALUES (?)", statements.length);
  });
}
