/** `cutwater sandbox` (npm start): the whole system on this machine. */
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { defineCommand } from "citty";
import { ROOT } from "./local/build.ts";
import type { SampleData } from "./local/sample-data.ts";
import { wholeNumber } from "./whole-number.ts";

/** Deletes a state folder, and nothing that is none. */
async function forget(stateDir: string): Promise<void> {
  const names = await readdir(stateDir).catch((): string[] => []);
  if (names.length > 0 && !names.includes("secrets.json")) {
    throw new Error(
      `${stateDir} is not deleted: it is no state folder of the sandbox, there is no secrets.json in it.`,
    );
  }
  await rm(stateDir, { recursive: true, force: true });
}

export const sandbox = defineCommand({
  meta: {
    name: "sandbox",
    description:
      "Runs everything on this machine: the worker, a sandbox GitHub with a demo organisation, and a runner. Prints one URL. Ctrl-C stops it; the next start finds its state.",
  },
  args: {
    folder: {
      type: "positional",
      required: false,
      description: "With --sample-data: folder with issues, events and comments as .ndjson or .ndjson.gz",
    },
    "sample-data": {
      type: "boolean",
      description:
        "Fill velodrome's dashboards with the data set ../shared/data/velodrome, or a made-up one if it is not there",
      default: false,
    },
    port: {
      type: "string",
      description: "Port of the worker (dashboard, webhooks); the sandbox GitHub takes the next one. 0: any free ports",
      default: "8787",
    },
    host: { type: "string", description: "Address to listen on", default: "127.0.0.1" },
    state: {
      type: "string",
      description: "Folder that keeps databases, repositories, logs and secrets; relative to the checkout",
      default: ".state",
    },
    reset: { type: "boolean", description: "Delete the state folder first: begin anew", default: false },
    capacity: { type: "string", description: "Jobs that the runner runs at the same time", default: "4" },
    verbose: { type: "boolean", description: "Print what worker and runner log", default: false },
  },
  run: ({ args }) =>
    runSandbox(args).catch((error: unknown) => {
      console.error(error instanceof Error && !args.verbose ? error.message : error);
      process.exit(1);
    }),
});

interface SandboxArgs {
  readonly port: string;
  readonly host: string;
  readonly state: string;
  readonly reset: boolean;
  readonly capacity: string;
  readonly verbose: boolean;
  readonly "sample-data": boolean;
  readonly folder?: string | undefined;
}

/** Where its charts are: it may be years old. */
const chartsOf = (worker: string, { repositories, from, to }: SampleData): string =>
  `${worker}/velodrome/velocity?from=${from}&to=${to}${repositories.map((name) => `&repo=${encodeURIComponent(name)}`).join("")}`;

async function runSandbox(args: SandboxArgs): Promise<never> {
  const port = wholeNumber("port", args.port, 0, 65_534);
  const capacity = wholeNumber("capacity", args.capacity, 0);
  // These need a checkout: wrangler, miniflare, GitHub's description.
  const { startSystem } = await import("./local/system.ts");
  const { DEMO_MIRRORS, keepMetricsFresh } = await import("./local/demo-metrics.ts");
  const { bringIn, sampleData } = await import("./local/sample-data.ts");
  const stateDir = path.resolve(ROOT, args.state);
  if (args.reset) await forget(stateDir);
  if (args.folder !== undefined && !args["sample-data"])
    throw new Error(`What is ${args.folder}? A folder goes with --sample-data.`);
  const sample = args["sample-data"] ? await sampleData(args.folder ?? "", stateDir) : null;
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
  const system = await startSystem({
    host: args.host,
    port,
    stateDir,
    capacity,
    settings: { VELODROME_REPOSITORIES: [...DEMO_MIRRORS, ...(sample?.repositories ?? [])].join(",") },
    step: (line) => console.log(line),
    log: args.verbose ? (line) => console.log(line) : () => undefined,
  });
  const { admin } = system.secrets;
  const log = args.verbose ? (line: string) => console.log(line) : () => undefined;
  const endMetrics = keepMetricsFresh(system.worker.url, admin, log);
  if (sample !== null && !stopping.signal.aborted) {
    console.log("Bringing in the sample data ...");
    const bringing = bringIn(sample, system.worker.url, admin, path.join(stateDir, "sample-data-of"));
    const aborted = new Promise<void>((resolve) => stopping.signal.addEventListener("abort", () => resolve()));
    // After Ctrl-C nobody waits for it, nor minds that it fails; the next start goes on with it.
    await Promise.race([bringing, aborted.then(() => void bringing.catch(() => undefined))]);
  }
  if (!stopping.signal.aborted) {
    const secrets = path.relative(process.cwd(), path.join(stateDir, "secrets.json"));
    console.log(`\n  Open ${system.github.url}\n`);
    console.log("  Choose a pull request of cutwater-demo, comment /test all, and follow the links.");
    if (sample !== null) console.log(`  The sample data's charts: ${chartsOf(system.worker.url, sample)}\n`);
    console.log(`  The dashboard's admin token is in ${secrets}. Ctrl-C stops everything.\n`);
    await new Promise((resolve) => stopping.signal.addEventListener("abort", resolve));
  }
  console.log("Stopping ...");
  endMetrics();
  await system.stop();
  process.exit(0);
}
