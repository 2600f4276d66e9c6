/** Configuration by hand: push an archive, see what became of it, confirm what was held back. */
import type { Context } from "hono";
import * as z from "zod";
import type { ConfigPaths } from "../config/tarball.ts";
import { settings } from "../env.ts";
import type { AppEnv } from "./app.ts";
import { createApp } from "./app.ts";
import { candidate, candidateObject } from "./candidate.ts";
import { REPLAYED_AT_ONCE, ReplayRequest, replayDeliveries, replayed } from "./replay-data.ts";
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

/** Keeps an archive that is sent and has an object load it. Answers the load's id, or what is wrong. */
async function receive(c: Context<AppEnv>, object: string): Promise<{ readonly id: string } | Response> {
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
  return c.env.CONFIGURATION.getByName(object).load(key, { kind: "push", actor, ...layout });
}

config.post("/api/config/push", requireAdmin, async (c) => {
  const loading = await receive(c, "installation");
  return loading instanceof Response ? loading : c.json({ id: loading.id }, 202);
});

const notThere = (c: Context<AppEnv>) =>
  c.json(
    { error: { code: "not-found", message: "There is no such candidate (any more): they are kept for a day" } },
    404,
  );

/** Takes an archive as a candidate: loaded and judged as a push is, but never in use. */
config.post("/api/config/diff", requireAdmin, async (c) => {
  const id = crypto.randomUUID();
  const loading = await receive(c, candidateObject(id));
  if (loading instanceof Response) return loading;
  return c.json({ id, load: loading.id, url: `${settings(c.env).PUBLIC_URL}/config/diff/${id}` }, 202);
});

config.get("/api/config/diff/:id", requireAdmin, async (c) => {
  const found = await candidate(c.env, c.req.param("id"));
  if (found === null) return notThere(c);
  const { state } = found;
  return c.json({ ...state, replayed: state.version === "" ? [] : await replayed(c.env, state.version) });
});

/** Decides some recorded deliveries under the candidate and under what is in use. */
config.post("/api/config/diff/:id/replay", requireAdmin, async (c) => {
  const body: unknown = await c.req.json().catch(() => null);
  const request = ReplayRequest.safeParse(body);
  if (!request.success) {
    const message = `Send {"guids": [...]} with 1 to ${REPLAYED_AT_ONCE} delivery ids`;
    return c.json({ error: { code: "bad-request", message } }, 400);
  }
  const found = await candidate(c.env, c.req.param("id"));
  if (found === null) return notThere(c);
  const { version } = found.state;
  if (version === "")
    return c.json({ error: { code: "not-loaded", message: "The candidate is not loaded, or was refused" } }, 409);
  return c.json({ results: await replayDeliveries(c.env, version, request.data.guids) });
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
