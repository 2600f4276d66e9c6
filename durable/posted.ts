import type { Posted } from "../src/chatops/execution.ts";

/** What the bot said in this conversation, as far as its object knows. `plugin`: for whom it speaks now; empty: nobody. */
export function posted(sql: SqlStorage, plugin: string): Posted {
  const put = (id: number, body: string, saidFor = plugin): void => {
    sql.exec("INSERT OR REPLACE INTO posted (id, body, plugin) VALUES (?, ?, ?)", id, body, saidFor);
  };
  return {
    containing: (text) =>
      sql
        .exec<{ id: number; body: string }>("SELECT id, body FROM posted WHERE instr(body, ?) > 0 ORDER BY id", text)
        .toArray(),
    put: (id, body) => put(id, body),
    saidFor: (plugin) =>
      sql
        .exec<{ id: number }>("SELECT id FROM posted WHERE plugin = ? ORDER BY id", plugin)
        .toArray()
        .map(({ id }) => id),
    hidden: (id) => {
      sql.exec("UPDATE posted SET plugin = '' WHERE id = ?", id);
    },
    drop: (id) => {
      sql.exec("DELETE FROM posted WHERE id = ?", id);
    },
    adopted: () => sql.exec("SELECT 1 FROM fact WHERE key = 'adopted'").toArray().length > 0,
    adopt: (comments) => {
      const rows = sql
        .exec<{ id: number; plugin: string }>("SELECT id, plugin FROM posted WHERE plugin <> ''")
        .toArray();
      const saidFor = new Map(rows.map((row) => [row.id, row.plugin]));
      sql.exec("DELETE FROM posted");
      for (const { id, body } of comments) put(id, body, saidFor.get(id) ?? "");
      sql.exec("INSERT OR REPLACE INTO fact (key, value) VALUES ('adopted', '1')");
    },
  };
}
