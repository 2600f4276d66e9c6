/**
 * A stand-in for Cloudflare's REST API on loopback: the endpoints that `cutwater deploy` and its wrangler call, with
 * state. D1 is a real SQLite, so migrations really run. What it does not know it answers 404 and notes.
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

export const ACCOUNT = "0123456789abcdef0123456789abcdef";
export const TOKEN = "stand-in-api-token-that-nobody-may-print";

const Binding = z.looseObject({ type: z.string(), name: z.string() });
/** The metadata part of an upload, as far as the tests look at it. */
const ScriptMetadata = z.looseObject({
  main_module: z.string(),
  compatibility_date: z.string(),
  bindings: z.array(Binding),
  keep_bindings: z.array(z.string()).default([]),
  exports: z.record(z.string(), z.object({ type: z.string(), storage: z.string() })).default({}),
});
const Named = z.object({ name: z.string() });
const Sql = z.object({ sql: z.string() });
const Manifest = z.object({ manifest: z.record(z.string(), z.object({ hash: z.string() })) });
const Secret = z.object({ name: z.string(), text: z.string(), type: z.literal("secret_text") });
const Enabled = z.object({ enabled: z.boolean() });
const Crons = z.array(z.object({ cron: z.string() }));

export interface Script {
  uploads: number;
  metadata: z.infer<typeof ScriptMetadata>;
  modules: string[];
  readonly variables: Map<string, string>;
  readonly secrets: Map<string, string>;
  crons: string[];
  workersDev: boolean;
}

export interface Failure {
  readonly method: string;
  readonly path: RegExp;
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ok = (result: unknown, more: object = {}): Answer => ({
  status: 200,
  body: { success: true, errors: [], messages: [], result, ...more },
});
const fail = (status: number, code: number, message: string): Answer => ({
  status,
  body: { success: false, errors: [{ code, message }], messages: [], result: null },
});

const parse = <T>(schema: z.ZodType<T>, body: Buffer): T => schema.parse(JSON.parse(body.toString()));

async function bodyOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request.iterator()) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function formOf(request: IncomingMessage, body: Buffer<ArrayBuffer>): Promise<FormData> {
  return new Response(body, { headers: { "Content-Type": request.headers["content-type"] ?? "" } }).formData();
}

export class CloudflareStandIn {
  readonly databases = new Map<string, { readonly name: string; readonly sqlite: DatabaseSync }>();
  readonly buckets = new Set<string>();
  readonly scripts = new Map<string, Script>();
  /** Hashes of the assets that were uploaded. */
  readonly assets = new Set<string>();
  /** `METHOD path`, below the account, in order. */
  readonly requests: string[] = [];
  readonly unknown: string[] = [];
  subdomain: string | null = "acme";
  failure: Failure | null = null;
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ status, body }) =>
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body)),
    );
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the stand-in has no port");
    return `http://127.0.0.1:${address.port}/client/v4`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    for (const { sqlite } of this.databases.values()) sqlite.close();
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    try {
      return await this.#serve(request);
    } catch (error) {
      this.unknown.push(`${request.method} ${request.url}: ${String(error)}`);
      return fail(400, 10001, String(error));
    }
  }

  async #serve(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const body = await bodyOf(request);
    const method = request.method ?? "GET";
    const prefix = `/client/v4/accounts/${ACCOUNT}`;
    const path = url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : url.pathname;
    this.requests.push(`${method} ${path}`);
    const assetUpload = path === "/workers/assets/upload"; // it has a credential of its own, checked there
    if (!assetUpload && request.headers.authorization !== `Bearer ${TOKEN}`)
      return fail(401, 10000, "Authentication error");
    const { failure } = this;
    if (failure && failure.method === method && failure.path.test(path))
      return fail(failure.status, failure.code, failure.message);
    const answer =
      this.#storage(method, path, url, body) ??
      (await this.#upload(method, path, request, body)) ??
      this.#workers(method, path, body);
    if (answer) return answer;
    this.unknown.push(`${method} ${path}`);
    return fail(404, 10000, `the stand-in does not know ${method} ${path}`);
  }

  #storage(method: string, path: string, url: URL, body: Buffer): Answer | null {
    if (path === "/client/v4/accounts") return ok([{ id: ACCOUNT, name: "Acme" }]);
    if (path === "/d1/database" && method === "GET") {
      const part = url.searchParams.get("name") ?? "";
      const found = [...this.databases].filter(([, { name }]) => name.includes(part));
      return ok(found.map(([uuid, { name }]) => ({ uuid, name, version: "production" })));
    }
    if (path === "/d1/database" && method === "POST") {
      const { name } = parse(Named, body);
      if ([...this.databases.values()].some((database) => database.name === name)) {
        return fail(400, 7502, `database with name '${name}' already exists`);
      }
      const uuid = randomUUID();
      this.databases.set(uuid, { name, sqlite: new DatabaseSync(":memory:") });
      return ok({ uuid, name, version: "production" });
    }
    const [, uuid, query] = /^\/d1\/database\/([^/]+)(\/query)?$/.exec(path) ?? [];
    const database = uuid === undefined ? undefined : this.databases.get(uuid);
    if (uuid !== undefined && !database) return fail(404, 7404, "database not found");
    if (database && !query) return ok({ uuid, name: database.name, version: "production" });
    if (database) return this.#query(database.sqlite, parse(Sql, body).sql);
    if (path === "/r2/buckets" && method === "POST") {
      const { name } = parse(Named, body);
      this.buckets.add(name);
      return ok({ name });
    }
    const [, bucket] = /^\/r2\/buckets\/([^/]+)$/.exec(path) ?? [];
    if (bucket === undefined) return null;
    return this.buckets.has(bucket) ? ok({ name: bucket }) : fail(404, 10006, "The specified bucket does not exist.");
  }

  #query(sqlite: DatabaseSync, sql: string): Answer {
    try {
      const results = /^\s*(select|pragma)/i.test(sql) ? sqlite.prepare(sql).all() : (sqlite.exec(sql), []);
      return ok([{ results, success: true, meta: { duration: 1, changes: 0, rows_read: 0, rows_written: 0 } }]);
    } catch (error) {
      return fail(400, 7500, String(error));
    }
  }

  /** The assets' session and buckets, and the script itself. */
  async #upload(
    method: string,
    path: string,
    request: IncomingMessage,
    body: Buffer<ArrayBuffer>,
  ): Promise<Answer | null> {
    if (path.endsWith("/assets-upload-session")) {
      const { manifest } = parse(Manifest, body);
      const missing = [...new Set(Object.values(manifest).map(({ hash }) => hash))].filter(
        (hash) => !this.assets.has(hash),
      );
      return ok({ jwt: missing.length > 0 ? "session" : "complete", buckets: missing.length > 0 ? [missing] : [] });
    }
    if (path === "/workers/assets/upload") {
      if (request.headers.authorization !== "Bearer session") return fail(401, 10000, "Authentication error");
      for (const hash of (await formOf(request, body)).keys()) this.assets.add(hash);
      return { ...ok({ jwt: "complete" }), status: 201 };
    }
    const [, name] = /^\/workers\/scripts\/([^/]+)$/.exec(path) ?? [];
    if (method !== "PUT" || name === undefined) return null;
    const form = await formOf(request, body);
    const part = form.get("metadata");
    const metadata = ScriptMetadata.parse(JSON.parse(part instanceof Blob ? await part.text() : (part ?? "")));
    const old = this.scripts.get(name);
    const variables = new Map(metadata.keep_bindings.includes("plain_text") ? old?.variables : []);
    for (const binding of metadata.bindings) {
      if (binding.type === "plain_text") variables.set(binding.name, String(binding["text"]));
    }
    this.scripts.set(name, {
      crons: [],
      workersDev: false,
      ...old,
      uploads: (old?.uploads ?? 0) + 1,
      metadata,
      modules: [...form.keys()].filter((key) => key !== "metadata"),
      variables,
      secrets: old?.secrets ?? new Map<string, string>(),
    });
    const etag = createHash("sha256").update(body).digest("hex");
    return ok({
      id: name,
      etag,
      pipeline_hash: "p",
      mutable_pipeline_id: "m",
      deployment_id: randomUUID(),
      startup_time_ms: 9,
    });
  }

  #workers(method: string, path: string, body: Buffer): Answer | null {
    if (path === "/workers/subdomain") {
      return this.subdomain ? ok({ subdomain: this.subdomain }) : fail(404, 10007, "workers.api.error.no_subdomain");
    }
    if (path === "/client/v4/user/tokens/verify") return ok({ id: "token", status: "active" });
    const [, worker] = /^\/workers\/workers\/([^/]+)$/.exec(path) ?? [];
    const state = worker === undefined ? undefined : this.scripts.get(worker);
    if (worker !== undefined && method === "GET") {
      const subdomain = { enabled: state?.workersDev ?? false, previews_enabled: state?.workersDev ?? false };
      return state ? ok({ name: worker, subdomain }) : fail(404, 10007, "This Worker does not exist on your account.");
    }
    const [, service] = /^\/workers\/services\/([^/]+)$/.exec(path) ?? [];
    if (service !== undefined) {
      if (!this.scripts.has(service)) return fail(404, 10090, "This Worker does not exist on your account.");
      const environment = { environment: "production", script: { last_deployed_from: "wrangler", tag: "t", tags: [] } };
      return ok({ default_environment: environment });
    }
    const [, name, rest = ""] = /^\/workers\/scripts\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (name === undefined) return null;
    const script = this.scripts.get(name);
    if (!script) return fail(404, 10007, "This Worker does not exist on your account.");
    switch (`${method} ${rest}`) {
      case "GET settings":
        return ok({
          bindings: [
            ...script.metadata.bindings.filter((binding) => binding.type !== "plain_text"),
            ...[...script.variables].map(([key, text]) => ({ type: "plain_text", name: key, text })),
            ...[...script.secrets.keys()].map((key) => ({ type: "secret_text", name: key })),
          ],
          compatibility_date: script.metadata.compatibility_date,
        });
      case "GET secrets":
        return ok([...script.secrets.keys()].map((key) => ({ name: key, type: "secret_text" })));
      case "PUT secrets": {
        const secret = parse(Secret, body);
        script.secrets.set(secret.name, secret.text);
        return ok({ name: secret.name, type: "secret_text" });
      }
      case "GET deployments":
        return ok({ deployments: [] });
      case "GET subdomain":
        return ok({ enabled: script.workersDev, previews_enabled: script.workersDev });
      case "POST subdomain":
        script.workersDev = parse(Enabled, body).enabled;
        return ok({ enabled: script.workersDev, previews_enabled: script.workersDev });
      case "PUT schedules":
        script.crons = parse(Crons, body).map(({ cron }) => cron);
        return ok({ schedules: script.crons.map((cron) => ({ cron })) });
      default:
        return null;
    }
  }
}
