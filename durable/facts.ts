/** Single values that an object remembers, in the table `fact`. */

/** Empty when there is none. */
export function factOf(sql: SqlStorage, key: string): string {
  return sql.exec<{ value: string }>("SELECT value FROM fact WHERE key = ?", key).toArray()[0]?.value ?? "";
}

/** Writes only what changes: rows written are the main price. */
export function putFact(sql: SqlStorage, key: string, value: string): void {
  if (factOf(sql, key) === value) return;
  sql.exec("INSERT OR REPLACE INTO fact (key, value) VALUES (?, ?)", key, value);
}
