/** A job's log and files, for whoever may see the job; as hostile content, since jobs wrote it (design 10, Web). */
import type { Context } from "hono";
import { settings } from "../env.ts";
import { decodedPath } from "../jobs/artifact-path.ts";
import { contentTypeOf, servedAs } from "../jobs/content-type.ts";
import type { ArtifactRow, JobView } from "../jobs/view.ts";
import { createApp } from "./app.ts";
import type { AppEnv } from "./app.ts";
import { isSigned, signedQuery } from "./artifact-link.ts";
import { parseByteRange } from "./byte-range.ts";
import { visibleJob } from "./job-data.ts";
import { logPieces } from "./job-log.ts";
import { viewerOf } from "./viewer.ts";

const LISTED = 1_000;
const SECURITY = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'self'",
  "cross-origin-resource-policy": "same-site",
  "referrer-policy": "no-referrer",
};

export const artifacts = createApp();

/** The log from a Range or from `?offset=`; `x-log-size` and `x-log-complete` say where it stands. */
artifacts.get("/jobs/:id/log", async (c) => {
  const job = await visibleJob(c.env, await viewerOf(c), c.req.param("id"));
  return job === null ? notFound(c) : serveLog(c, job);
});

/** The whole log, or the part that a Range or `?offset=` names. */
export async function serveLog(c: Context<AppEnv>, job: JobView): Promise<Response> {
  const { size, complete } = job.log;
  const offset = c.req.query("offset");
  if (offset !== undefined && !/^\d{1,15}$/.test(offset)) return c.text("?offset= is a number of bytes.", 400);
  const range = offset === undefined ? parseByteRange(c.req.header("range"), size) : null;
  const headers: Record<string, string> = {
    ...SECURITY,
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "private, no-store",
    "accept-ranges": "bytes",
    "x-log-size": String(size),
    "x-log-complete": String(complete),
  };
  if (range?.kind === "unsatisfiable") return c.body(null, 416, { ...headers, "content-range": `bytes */${size}` });
  const from = range?.kind === "part" ? range.from : Math.min(Number(offset ?? "0"), size);
  const to = range?.kind === "part" ? range.to : size;
  if (range?.kind === "part") headers["content-range"] = `bytes ${from}-${to - 1}/${size}`;
  const body = streamOf(logPieces(c.env, job.id, from, to), to - from);
  return new Response(body, { status: range?.kind === "part" ? 206 : 200, headers });
}

/** The live log: see LogStreamMessage. */
artifacts.get("/jobs/:id/log/stream", async (c) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return c.text("Open a WebSocket here.", 426);
  const origin = c.req.header("origin");
  const own = [new URL(c.req.url).origin, new URL(settings(c.env).PUBLIC_URL).origin];
  if (origin !== undefined && !own.includes(origin)) return c.text("Pages of other origins may not listen.", 403);
  const job = await visibleJob(c.env, await viewerOf(c), c.req.param("id"));
  if (job === null) return notFound(c);
  return c.env.JOB.getByName(`job:${job.id}`).fetch(c.req.raw);
});

/** `{ artifacts: ArtifactRow[], cursor }`: the files of the build, up to 1,000; `?cursor=` goes on. */
artifacts.get("/jobs/:id/artifacts/", async (c) => {
  const job = await visibleJob(c.env, await viewerOf(c), c.req.param("id"));
  if (job === null) return notFound(c);
  const headers = { "cache-control": "private, no-store" };
  if (job.storagePath === "") return c.json({ artifacts: [], cursor: null }, 200, headers);
  const prefix = `${job.storagePath}/`;
  const cursor = c.req.query("cursor");
  const found = await c.env.ARTIFACTS.list({
    prefix,
    limit: LISTED,
    include: ["httpMetadata"],
    ...(cursor === undefined ? {} : { cursor }),
  });
  const rows: ArtifactRow[] = found.objects.map((object) => ({
    path: object.key.slice(prefix.length),
    size: object.size,
    contentType: object.httpMetadata?.contentType ?? "application/octet-stream",
  }));
  return c.json({ artifacts: rows, cursor: found.truncated ? found.cursor : null }, 200, headers);
});

/** One file of the build, by its path below the build's folder, e.g. `artifacts/junit.xml`. */
artifacts.get("/jobs/:id/artifacts/*", async (c) => {
  const url = new URL(c.req.url);
  const { ARTIFACTS_ORIGIN, COOKIE_SECRET } = settings(c.env);
  const isOwnOrigin = ARTIFACTS_ORIGIN !== undefined && url.origin === new URL(ARTIFACTS_ORIGIN).origin;
  const isGranted =
    isOwnOrigin &&
    COOKIE_SECRET !== undefined &&
    (await isSigned(COOKIE_SECRET, url.pathname, url.searchParams, Date.now()));
  const job = isGranted
    ? await c.env.JOB.getByName(`job:${c.req.param("id")}`).view()
    : await visibleJob(c.env, await viewerOf(c), c.req.param("id"));
  if (job === null || job.storagePath === "") return notFound(c);
  if (ARTIFACTS_ORIGIN !== undefined && !isOwnOrigin) {
    const query = COOKIE_SECRET === undefined ? "" : `?${await signedQuery(COOKIE_SECRET, url.pathname, Date.now())}`;
    const headers = { location: `${ARTIFACTS_ORIGIN}${url.pathname}${query}`, "cache-control": "private, no-store" };
    return c.body(null, 302, headers);
  }
  return serve(c, job, url.pathname.slice(url.pathname.indexOf("/artifacts/") + "/artifacts/".length));
});

async function serve(c: Context<AppEnv>, job: JobView, encoded: string): Promise<Response> {
  const path = safePath(encoded);
  if (path === null) return notFound(c);
  const key = `${job.storagePath}/${path}`;
  const head = await c.env.ARTIFACTS.head(key);
  if (head === null) return notFound(c);
  const { type, inline } = servedAs(head.httpMetadata?.contentType ?? contentTypeOf(path));
  const headers: Record<string, string> = {
    ...SECURITY,
    "content-type": type,
    "content-disposition": disposition(inline, path),
    "cache-control": "private, no-cache",
    "accept-ranges": "bytes",
    etag: head.httpEtag,
  };
  if (c.req.header("if-none-match") === head.httpEtag) return c.body(null, 304, headers);
  const range = parseByteRange(c.req.header("range"), head.size);
  if (range.kind === "unsatisfiable") return c.body(null, 416, { ...headers, "content-range": `bytes */${head.size}` });
  const options = range.kind === "part" ? { range: { offset: range.from, length: range.to - range.from } } : {};
  const object = await c.env.ARTIFACTS.get(key, options);
  if (object === null) return notFound(c);
  const { from, to } = range.kind === "part" ? range : { from: 0, to: object.size };
  if (range.kind === "part") headers["content-range"] = `bytes ${from}-${to - 1}/${object.size}`;
  headers["content-length"] = String(to - from);
  return new Response(object.body, { status: range.kind === "part" ? 206 : 200, headers });
}

/** The path below the build's folder, or null when it would leave it. */
function safePath(encoded: string): string | null {
  try {
    const path = decodedPath(encoded);
    return path.split("/").some((segment) => ["", ".", ".."].includes(segment)) ? null : path;
  } catch {
    return null;
  }
}

function disposition(inline: boolean, path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const plain = name.replace(/[^\w.-]/g, "_");
  return `${inline ? "inline" : "attachment"}; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

/** A body of known length, read piece by piece as it is sent. */
function streamOf(pieces: AsyncIterator<Uint8Array>, length: number): ReadableStream {
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await pieces.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await pieces.return?.();
    },
  });
  return source.pipeThrough(new FixedLengthStream(length));
}

function notFound(c: Context<AppEnv>): Response {
  return c.json({ error: { code: "not-found", message: "There is nothing here that you may see." } }, 404);
}
