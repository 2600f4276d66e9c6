/** Rows of a mirror that was made elsewhere into ours, page by page (spec velodrome 1.2, 1.3): `cutwater velodrome import`. */
import { saveRepository } from "../store/delivery-rows.ts";
import { importedRows, ImportPage, ROWS_AN_IMPORT, strangeRow } from "../velodrome/mirror/import.ts";
import { saveFound } from "../velodrome/mirror/save.ts";
import { createApp } from "./app.ts";
import { readBody } from "./body.ts";
import { seenMirrors } from "./velodrome-sight.ts";
import { requireAdmin } from "./viewer.ts";

export const velodromeImport = createApp();

const MOST_BYTES = 8 * 1024 * 1024;
const FORM = '{"issues":[...],"events":[...],"comments":[...],"readAt":SECONDS,"ends":{...},"public":false}';

velodromeImport.post("/api/velodrome/:org/:repo/import", requireAdmin, async (c) => {
  const repository = `${c.req.param("org")}/${c.req.param("repo")}`.toLowerCase();
  const bad = (message: string) => c.json({ error: { code: "bad-request", message } }, 400);
  if (!(await seenMirrors(c)).includes(repository)) {
    const message = `${repository} is not mirrored: add it to VELODROME_REPOSITORIES`;
    return c.json({ error: { code: "not-found", message } }, 404);
  }
  const body = await readBody(c.req.raw, MOST_BYTES);
  if (body === null) return c.json({ error: { code: "too-large", message: `At most ${MOST_BYTES} bytes` } }, 413);
  const page = ImportPage.safeParse(jsonOf(body));
  if (!page.success) {
    const [issue] = page.error.issues;
    const where = issue && issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ` : "";
    return bad(`Send ${FORM} with at most ${ROWS_AN_IMPORT} rows; ${where}${issue?.message ?? "no such page"}`);
  }
  const strange = strangeRow(repository, page.data);
  if (strange !== null) return bad(strange);
  const used = await saveFound(c.env.DB, repository, importedRows(page.data));
  // From 1970: whatever a webhook says is newer.
  if (page.data.public) await saveRepository(c.env.DB, repository, false, 0);
  if (page.data.ends) await c.env.MIRROR.getByName(repository).imported(page.data.ends);
  return c.json({ used });
});

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}
