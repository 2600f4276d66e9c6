/** The whole system on one machine: sandbox GitHub and worker in this process, the runner in its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { type Sandbox, startSandbox } from "../../sandbox/index.ts";
import { buildWorker, ROOT } from "./build.ts";
import { loadConfiguration } from "./load-configuration.ts";
import { digest, localSecrets, type Secrets } from "./secrets.ts";
import { type LocalWorker, startWorker } from "./worker.ts";

export interface SystemOptions {
  readonly host?: string;
  /** Of the worker; the sandbox GitHub takes the next one. 0: any free ports. */
  readonly port: number;
  readonly stateDir: string;
  /** Jobs that the runner runs at the same time; 0: no runner. */
  readonly capacity: number;
  /** Uses dist/worker as it lies there. */
  readonly prebuilt?: boolean;
  /** More settings of the worker. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Progress, for people. */
  readonly step: (line: string) => void;
  readonly log: (line: string) => void;
}

export interface System {
  readonly worker: LocalWorker;
  readonly github: Sandbox;
  readonly secrets: Secrets;
  /** The runner's process; null while there is none. */
  runner(): ChildProcess | null;
  startRunner(): void;
  stop(): Promise<void>;
}

const CLUSTER = "default";
const FIVE_MINUTES = 5 * 60 * 1000;
const HALF_A_MINUTE = 30_000;

/** Ports are needed before anybody listens: each side's settings name the other's address. */
export const freePort = (host: string): Promise<number> => tryPort(host, 0);

/** Listens for a moment. Rejects with the system's error. */
async function tryPort(host: string, port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port");
  return address.port;
}

/** Before anything is built or begun. Throws what to do when the worker's port or the sandbox's, the next, is taken. */
async function mustBeFree(host: string, port: number): Promise<void> {
  for (const wanted of [port, port + 1]) {
    try {
      await tryPort(host, wanted);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      const why = code === "EADDRINUSE" ? "is in use; does another Cutwater run?" : `cannot be listened on (${code}).`;
      const advice = `Choose others with --port: it and the next one are needed, e.g. --port ${port + 10}.`;
      throw new Error(`Port ${wanted} of ${host} ${why} ${advice}`, { cause: error });
    }
  }
}

function workerSettings(publicUrl: string, github: Sandbox, secrets: Secrets): Record<string, string> {
  return {
    PUBLIC_URL: publicUrl,
    GITHUB_URL: github.url,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_APP_ID: github.credentials.appId,
    GITHUB_APP_PRIVATE_KEY: github.credentials.privateKey,
    GITHUB_OAUTH_CLIENT_ID: github.credentials.clientId,
    GITHUB_OAUTH_CLIENT_SECRET: github.credentials.clientSecret,
    GITHUB_WEBHOOK_SECRETS: secrets.webhook,
    EXTERNAL_PLUGIN_SECRET: secrets.webhook,
    COOKIE_SECRET: secrets.cookie,
    ADMIN_TOKEN: secrets.admin,
    RUNNER_TOKENS: JSON.stringify({ [CLUSTER]: [digest(secrets.runner)] }),
    CONFIG_REPO: "cutwater-demo/config@main",
  };
}

function spawnRunner(url: string, options: SystemOptions, secrets: Secrets): ChildProcess {
  const command = ["--no-warnings", path.join(ROOT, "cli/main.ts"), "runner", "--url", url, "--cluster", CLUSTER];
  command.push(
    "--capacity",
    String(options.capacity),
    "--work-dir",
    path.join(options.stateDir, "runner"),
    "--executor",
    "process",
  );
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CUTWATER_RUNNER_TOKEN: secrets.runner },
    detached: true, // a terminal's Ctrl-C is ours to hand on, once
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => options.log(text.trimEnd()));
  }
  return child;
}

/** The first SIGINT lets a runner's jobs run on, the second ends them: a person who pressed Ctrl-C waits seconds. */
const ENDING = [
  { afterMs: 0, signal: "SIGINT" },
  { afterMs: 3_000, signal: "SIGINT" },
  { afterMs: 10_000, signal: "SIGKILL" },
] as const;

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  const timers = ENDING.map(({ afterMs, signal }) => setTimeout(() => child.kill(signal), afterMs));
  await exit;
  for (const timer of timers) clearTimeout(timer);
}

/** Starts everything. The state folder is found again by the next start; ports must then be the same. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const host = options.host ?? "127.0.0.1";
  if (options.port !== 0) await mustBeFree(host, options.port);
  await mkdir(options.stateDir, { recursive: true });
  const secrets = await localSecrets(options.stateDir);
  const port = options.port === 0 ? await freePort(host) : options.port;
  const publicUrl = `http://${host}:${port}`;
  if (!options.prebuilt) {
    options.step("Building pages and worker ...");
    await buildWorker();
  }
  options.step("Starting the sandbox GitHub ...");
  const github = await startSandbox({
    host,
    port: options.port === 0 ? await freePort(host) : port + 1,
    stateDir: path.join(options.stateDir, "github"),
    webhook: { url: `${publicUrl}/hook`, secret: secrets.webhook },
    log: options.log,
  });
  options.step("Starting the worker ...");
  const settings = { ...workerSettings(publicUrl, github, secrets), ...options.settings };
  const worker = await startWorker({
    host,
    port,
    stateDir: path.join(options.stateDir, "worker"),
    settings,
    log: options.log,
  });
  options.step("Loading the demo's Prow configuration ...");
  await loadConfiguration(publicUrl, secrets.admin, github, path.join(options.stateDir, "loaded-for"));
  let runner: ChildProcess | null = null;
  const startRunner = (): void => {
    runner = spawnRunner(publicUrl, options, secrets);
  };
  if (options.capacity > 0) {
    options.step("Starting a runner ...");
    startRunner();
  }
  // Cloudflare fires cron triggers; the local runtime does not.
  const fire = (cadence: string) => () => {
    worker.scheduled(cadence).catch((error: unknown) => options.log(`cron: ${String(error)}`));
  };
  const crons = [
    setInterval(fire("*/5 * * * *"), FIVE_MINUTES),
    setInterval(fire("4-59/5 * * * *"), FIVE_MINUTES),
    // Metrics of builds: sooner than deployed, for whoever looks at them right away.
    setInterval(fire("3-59/5 * * * *"), HALF_A_MINUTE),
  ];
  return {
    worker,
    github,
    secrets,
    runner: () => runner,
    startRunner,
    async stop() {
      for (const cron of crons) clearInterval(cron);
      if (runner) await ended(runner);
      await worker.stop();
      await github.stop();
    },
  };
}
