/** Configuration by hand: push an archive, see what became of it, confirm what was held back. */
import { createApp } from "./app.ts";
import { isAdmin, requireAdmin, viewerOf } from "./viewer.ts";

export const config = createApp();

const ARCHIVE_BYTES = 50 * 1024 * 1024;

config.post("/api/config/push", requireAdmin, async (c) => {
  const size = Number(c.req.header("content-length") ?? Number.NaN);
  if (!Number.isInteger(size) || size <= 0)
    return c.json({ error: { code: "length-required", message: "Send a tar.gz archive with a Content-Length" } }, 411);
  if (size > ARCHIVE_BYTES)
    return c.json({ error: { code: "too-large", message: `At most ${ARCHIVE_BYTES} bytes` } }, 413);
  const key = `config/uploads/${crypto.randomUUID()}.tar.gz`;
  await c.env.ARTIFACTS.put(key, c.req.raw.body);
  const viewer = await viewerOf(c);
  const actor = viewer.kind === "anonymous" ? "" : viewer.login;
  const { id } = await c.env.CONFIGURATION.getByName("installation").load(key, { kind: "push", actor });
  return c.json({ id }, 202);
});

config.get("/api/config", async (c) => {
  const state = await c.env.CONFIGURATION.getByName("installation").state();
  if (isAdmin(c.env, await viewerOf(c))) return c.json(state);
  // The names of private repositories stay private: others see the size only.
  return c.json({ version: state.version, counts: state.index?.counts ?? null });
});

config.post("/api/config/confirm/:id", requireAdmin, async (c) => {
  const done = await c.env.CONFIGURATION.getByName("installation").confirm(c.req.param("id"));
  if (done) return c.json({ ok: true });
  return c.json({ error: { code: "not-found", message: "No load of that id waits for confirmation" } }, 404);
});
