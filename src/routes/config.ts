/** Configuration by hand: push an archive, see what became of it, confirm what was held back. */
import * as z from "zod";
import type { ConfigPaths } from "../config/tarball.ts";
import { createApp } from "./app.ts";
import { isAdmin, requireAdmin, viewerOf } from "./viewer.ts";

export const config = createApp();

const ARCHIVE_BYTES = 50 * 1024 * 1024;
const SUPPLEMENTS = 50;

const path = z
  .string()
  .min(1)
  .max(500)
  // oxlint-disable-next-line no-control-regex -- these are what is refused
  .regex(/^[^\u0000-\u001f\u007f]+$/, { error: "must hold no control characters" })
  .transform((value) => value.replace(/^(?:\.\/)+/, "").replace(/\/+$/, ""));
const suffix = z.string().min(1).max(100);

/** Where in the archive the configuration lies, by the names of Prow's own flags. Nothing given: as the settings say. */
const Layout = z
  .object({
    "config-path": path,
    "plugin-config": path,
    "job-config-path": path,
    "supplemental-prow-config-dir": z.array(path).max(SUPPLEMENTS),
    "supplemental-prow-configs-filename-suffix": suffix.default("_prowconfig.yaml"),
    "supplemental-plugin-config-dir": z.array(path).max(SUPPLEMENTS),
    "supplemental-plugin-configs-filename-suffix": suffix.default("_pluginconfig.yaml"),
  })
  .transform(
    (flags): ConfigPaths => ({
      prow: flags["config-path"],
      plugins: flags["plugin-config"],
      jobs: flags["job-config-path"],
      prowSupplements: {
        dirs: flags["supplemental-prow-config-dir"],
        suffix: flags["supplemental-prow-configs-filename-suffix"],
      },
      pluginsSupplements: {
        dirs: flags["supplemental-plugin-config-dir"],
        suffix: flags["supplemental-plugin-configs-filename-suffix"],
      },
    }),
  );

function layoutOf(url: string): { paths?: ConfigPaths } | { wrong: string } {
  const query = new URL(url).searchParams;
  if (query.size === 0) return {};
  const lists = ["supplemental-prow-config-dir", "supplemental-plugin-config-dir"];
  const given = Object.fromEntries([...query.keys()].map((key) => [key, query.get(key)]));
  const result = Layout.safeParse({ ...given, ...Object.fromEntries(lists.map((key) => [key, query.getAll(key)])) });
  if (result.success) return { paths: result.data };
  return { wrong: result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ") };
}

config.post("/api/config/push", requireAdmin, async (c) => {
  const size = Number(c.req.header("content-length") ?? Number.NaN);
  if (!Number.isInteger(size) || size <= 0)
    return c.json({ error: { code: "length-required", message: "Send a tar.gz archive with a Content-Length" } }, 411);
  if (size > ARCHIVE_BYTES)
    return c.json({ error: { code: "too-large", message: `At most ${ARCHIVE_BYTES} bytes` } }, 413);
  const layout = layoutOf(c.req.url);
  if ("wrong" in layout) return c.json({ error: { code: "bad-query", message: layout.wrong } }, 400);
  const key = `config/uploads/${crypto.randomUUID()}.tar.gz`;
  await c.env.ARTIFACTS.put(key, c.req.raw.body);
  const viewer = await viewerOf(c);
  const actor = viewer.kind === "anonymous" ? "" : viewer.login;
  const object = c.env.CONFIGURATION.getByName("installation");
  const { id } = await object.load(key, { kind: "push", actor, ...layout });
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
