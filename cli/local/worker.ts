/**
 * The built worker under the local Workers runtime, with kept state. The one place that knows Miniflare's own
 * option shape, which is not stable between its betas (spec platform c).
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Miniflare } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { z } from "zod";
import { BUNDLE, ROOT } from "./build.ts";
import { migrate } from "./migrate.ts";

export interface LocalWorker {
  readonly url: string;
  /** Fires a cron trigger, as Cloudflare would. */
  scheduled(cron: string, time?: Date): Promise<void>;
  /** SIGKILL to the Workers runtime; it comes back by itself on the same port and state. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalWorkerOptions {
  readonly host?: string;
  readonly port: number;
  readonly stateDir: string;
  /** Settings and secrets, by their names in src/settings.ts. */
  readonly settings: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
  /** Folder of the bundle; without it {@link BUNDLE}. */
  readonly bundle?: string;
}

/** What we read of wrangler.toml. */
const WranglerConfig = z.object({
  name: z.string(),
  compatibility_date: z.string(),
  durable_objects: z.object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) }),
  d1_databases: z.array(z.object({ binding: z.string(), database_name: z.string() })),
  r2_buckets: z.array(z.object({ binding: z.string(), bucket_name: z.string() })),
  assets: z.object({ run_worker_first: z.union([z.boolean(), z.array(z.string())]) }),
});

type ModuleMap = Record<string, { type: "esm" | "text"; contents: string }>;

async function bundleModules(bundle: string): Promise<ModuleMap> {
  const names = (await readdir(bundle)).filter((name) => /\.(js|sql|txt)$/.test(name));
  const entries = await Promise.all(
    names.map(async (name) => {
      const contents = await readFile(path.join(bundle, name), "utf8");
      return [name, { type: name.endsWith(".js") ? "esm" : "text", contents }] as const;
    }),
  );
  return Object.fromEntries(entries);
}

async function runtimeOptions(options: LocalWorkerOptions): Promise<ConstructorParameters<typeof Miniflare>[0]> {
  const config = WranglerConfig.parse(
    unstable_readConfig({ config: path.join(ROOT, "wrangler.toml") }, { hideWarnings: true }),
  );
  const objects = config.durable_objects.bindings;
  const { name } = config;
  const env: Record<string, unknown> = Object.fromEntries([
    ...objects.map((binding) => [
      binding.name,
      { type: "durable-object", worker: name, exportName: binding.class_name },
    ]),
    ...config.d1_databases.map((binding) => [binding.binding, { type: "d1", id: binding.database_name }]),
    ...config.r2_buckets.map((binding) => [binding.binding, { type: "r2", name: binding.bucket_name }]),
    ...Object.entries(options.settings).map(([key, value]) => [key, { type: "text", value }]),
    ["ASSETS", { type: "assets" }],
  ]);
  const exports = Object.fromEntries(
    objects.map((binding) => [binding.class_name, { type: "durable-object", storage: "sqlite" }]),
  );
  const worker = {
    config: {
      name,
      compatibilityDate: config.compatibility_date,
      manifest: { mainModule: "worker.js", modules: await bundleModules(options.bundle ?? BUNDLE) },
      exports,
      env,
      assets: {
        directory: path.join(ROOT, "dist/ui"),
        hasUserWorker: true,
        runWorkerFirst: config.assets.run_worker_first,
      },
    },
  };
  const runtime = {
    host: options.host ?? "127.0.0.1",
    port: options.port,
    cf: false,
    telemetry: { enabled: false },
    resourcePersistencePath: options.stateDir,
    handleStructuredLogs: ({ message }: { message: string }) => options.log?.(message),
    workers: [worker],
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the beta's published type lags behind what it accepts (2026-10)
  return runtime as never;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Whoever listens for a signal already decides what it does: Miniflare would end this process in the middle of it. */
function startRuntime(options: ConstructorParameters<typeof Miniflare>[0]): Miniflare {
  const before = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  const runtime = new Miniflare(options);
  for (const [index, signal] of SIGNALS.entries()) {
    const known = before[index];
    if (!known || known.size === 0) continue;
    for (const listener of process.listeners(signal)) if (!known.has(listener)) process.off(signal, listener);
  }
  return runtime;
}

/** Process ids of the Workers runtimes that this process started. */
async function runtimePids(): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const own = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      const [, command, , parent] = /^\d+ \((.*)\) (\S) (\d+)/.exec(stat) ?? [];
      return command === "workerd" && Number(parent) === process.pid ? [pid] : [];
    }),
  );
  return own.flat();
}

/** Starts the bundle of {@link buildWorker} and applies D1's migrations. */
export async function startWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  const before = new Set(await runtimePids());
  const runtime = startRuntime(await runtimeOptions(options));
  const url = (await runtime.ready).href.replace(/\/$/, "");
  await migrate(await runtime.getD1Database("DB"), path.join(ROOT, "migrations"));
  let mine = (await runtimePids()).filter((pid) => !before.has(pid));
  return {
    url,
    async scheduled(cron, time = new Date()) {
      const worker = await runtime.getWorker();
      await worker.scheduled({ cron, scheduledTime: time });
    },
    async crash() {
      for (const pid of mine) process.kill(pid, "SIGKILL");
      const answers = () =>
        fetch(`${url}/healthz`).then(
          (answer) => answer.ok,
          () => false,
        );
      for (let tries = 0; !(await answers()); tries += 1) {
        if (tries > 200) throw new Error("The Workers runtime did not come back within 20 s");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      mine = (await runtimePids()).filter((pid) => !before.has(pid));
    },
    stop: () => runtime.dispose(),
  };
}
