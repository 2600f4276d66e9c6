/**
 * The worker as built, with every use of a billed resource counted. `product.js` beside it is the bundle; nothing of it is
 * changed but what its constructors and handlers are handed as `env`. `GET /bench/counts` answers what was used since the last time.
 */
import type { DurableObject } from "cloudflare:workers";
import * as product from "./product.js";

const counts: Record<string, number> = {};
const count = (what: string, by = 1) => {
  counts[what] = (counts[what] ?? 0) + by;
};
/** Cursors know what they used once they have been read, and hold on to their object's memory: they are asked soon. */
const CURSORS_KEPT = 4096;
type Cursor = { readonly rowsRead: number; readonly rowsWritten: number };
const cursors: Cursor[] = [];
let patched = false;

type Callable = (...rest: unknown[]) => unknown;

/** Whose they are nobody knows when several things happen at once. */
const d1Rows = (): number => (counts["d1 rows read"] ?? 0) + (counts["d1 rows written"] ?? 0);

/** What a property is, with calls of functions handed to `onCall` first. */
function watching<T extends object>(
  target: T,
  onCall: (name: string, call: () => unknown, rest: unknown[]) => unknown,
): T {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of);
      if (typeof value !== "function" || typeof name === "symbol") return value;
      return (...rest: unknown[]) => onCall(name, () => (of as Record<string, Callable>)[name]?.(...rest), rest);
    },
  });
}

interface Meta {
  readonly meta?: { readonly rows_read?: number; readonly rows_written?: number };
}
const ofResult = (result: unknown) => {
  for (const { meta } of (Array.isArray(result) ? result : [result]) as Meta[]) {
    count("d1 rows read", meta?.rows_read ?? 0);
    count("d1 rows written", meta?.rows_written ?? 0);
  }
  return result;
};

/** Statements that batch() must hand on as they are. */
const statements = new WeakMap<object, object>();
function statement(real: object): object {
  const watched: object = watching(real, (name, call) => {
    const made = call();
    if (name === "bind") return statement(made as object);
    count("d1 queries");
    return Promise.resolve(made).then(ofResult);
  });
  statements.set(watched, real);
  return watched;
}
const database = (real: object) =>
  watching(real, (name, call, rest) => {
    if (name === "prepare") return statement(call() as object);
    if (name !== "batch") return call();
    const given = rest[0] as object[];
    count("d1 queries", given.length);
    const batch = (real as { batch: (all: object[]) => Promise<unknown> }).batch.bind(real);
    return batch(given.map((one) => statements.get(one) ?? one)).then(ofResult);
  });
const namespace = (real: object, name: string) =>
  watching(real, (method, call) => {
    const made = call();
    if (method !== "getByName" && method !== "get") return made;
    return watching(made as object, (_rpc, send) => {
      count("object requests");
      count(`object requests to ${name}`);
      return send();
    });
  });
const CLASS_A = new Set(["put", "list", "createMultipartUpload", "resumeMultipartUpload"]);
const bucket = (real: object) =>
  watching(real, (name, call) => {
    if (name !== "delete") count(CLASS_A.has(name) ? "r2 class a" : "r2 class b");
    return call();
  });

const known = new WeakMap<object, Record<string, unknown>>();
function counted(env: Record<string, unknown>): Record<string, unknown> {
  const before = known.get(env);
  if (before) return before;
  const made = Object.fromEntries(
    Object.entries(env).map(([name, value]) => {
      if (name === "DB") return [name, database(value as object)];
      if (name === "ARTIFACTS") return [name, bucket(value as object)];
      const isNamespace = typeof value === "object" && value !== null && "getByName" in value;
      return [name, isNamespace ? namespace(value, name) : value];
    }),
  );
  known.set(env, made);
  return made;
}

/** Adds up what the oldest cursors used. */
function ask(oldest: number) {
  for (const { rowsRead, rowsWritten } of cursors.splice(0, oldest)) {
    count("object rows read", rowsRead);
    count("object rows written", rowsWritten);
  }
}

/** Every cursor tells at its end what it read and wrote. */
function patchSql(storage: DurableObjectStorage) {
  if (patched) return;
  patched = true;
  const prototype = Object.getPrototypeOf(storage.sql) as { exec: Callable };
  const exec = prototype.exec;
  prototype.exec = function (this: unknown, ...rest: unknown[]) {
    const cursor = exec.apply(this, rest);
    if (cursors.length >= CURSORS_KEPT) ask(CURSORS_KEPT / 2);
    cursors.push(cursor as Cursor);
    return cursor;
  };
}

type ObjectClass = new (context: DurableObjectState, env: Record<string, unknown>) => DurableObject;

function counting(Built: ObjectClass): ObjectClass {
  return class extends Built {
    constructor(context: DurableObjectState, env: Record<string, unknown>) {
      patchSql(context.storage);
      super(context, counted(env));
    }
    override async alarm(): Promise<void> {
      count("object requests");
      count("alarms");
      const before = d1Rows();
      await super.alarm?.();
      counts["most d1 rows of an alarm"] = Math.max(counts["most d1 rows of an alarm"] ?? 0, d1Rows() - before);
    }
  };
}

export const BuildCluster = counting(product.BuildCluster);
export const Configuration = counting(product.Configuration);
export const Conversation = counting(product.Conversation);
export const GitHubBudget = counting(product.GitHubBudget);
export const Horologium = counting(product.Horologium);
export const Job = counting(product.Job);
export const JobName = counting(product.JobName);
export const JobQueue = counting(product.JobQueue);
export const MergePool = counting(product.MergePool);
export const Mirror = counting(product.Mirror);
export const Repository = counting(product.Repository);

function taken(): Record<string, number> {
  ask(cursors.length);
  const all = { ...counts };
  for (const name of Object.keys(counts)) delete counts[name];
  return all;
}

interface Clusters {
  getByName(name: string): { status(): Promise<object> };
}

export default {
  async fetch(request: Request, env: Record<string, unknown>, context: ExecutionContext) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/counts") return Response.json(taken());
    if (pathname === "/bench/cluster")
      return Response.json(await (env["BUILD_CLUSTER"] as Clusters).getByName("default").status());
    count("worker requests");
    return product.default.fetch(request, counted(env), context);
  },
  scheduled: (controller: ScheduledController, env: Record<string, unknown>, context: ExecutionContext) =>
    product.default.scheduled(controller, counted(env), context),
};
