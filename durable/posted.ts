import type { Posted } from "../src/chatops/execution.ts";

/** What the bot said in this conversation, as far as its object knows. */
export function posted(sql: SqlStorage): Posted {
  const put = (id: number, body: string): void => {
    sql.exec("INSERT OR REPLACE INTO posted (id, body) VALUES (?, ?)", id, body);
  };
  return {
    containing: (text) =>
      sql
        .exec<{ id: number; body: string }>("SELECT id, body FROM posted WHERE instr(body, ?) > 0 ORDER BY id", text)
        .toArray(),
    put,
    drop: (id) => {
      sql.exec("DELETE FROM posted WHERE id = ?", id);
    },
    adopted: () => sql.exec("SELECT 1 FROM fact WHERE key = 'adopted'").toArray().length > 0,
    adopt: (comments) => {
      sql.exec("DELETE FROM posted");
      for (const { id, body } of comments) put(id, body);
      sql.exec("INSERT OR REPLACE INTO fact (key, value) VALUES ('adopted', '1')");
    },
  };
}
