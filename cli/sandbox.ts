/** `cutwater sandbox` (npm start): the whole system on this machine. */
import { rm } from "node:fs/promises";
import path from "node:path";
import { defineCommand } from "citty";
import { ROOT } from "./local/build.ts";

export const sandbox = defineCommand({
  meta: {
    name: "sandbox",
    description:
      "Runs everything on this machine: the worker, a sandbox GitHub with a demo organisation, and a runner. Prints one URL. Ctrl-C stops it; the next start finds its state.",
  },
  args: {
    port: {
      type: "string",
      description: "Port of the worker (dashboard, webhooks); the sandbox GitHub takes the next one. 0: any free ports",
      default: "8787",
    },
    host: { type: "string", description: "Address to listen on", default: "127.0.0.1" },
    state: {
      type: "string",
      description: "Folder that keeps databases, repositories, logs and secrets",
      default: ".state",
    },
    reset: { type: "boolean", description: "Forget the state folder first", default: false },
    capacity: { type: "string", description: "Jobs that the runner runs at the same time", default: "4" },
    verbose: { type: "boolean", description: "Print what worker and runner log", default: false },
  },
  async run({ args }) {
    const { startSystem } = await import("./local/system.ts"); // needs a checkout: wrangler, miniflare, GitHub's description
    const stateDir = path.resolve(ROOT, args.state);
    if (args.reset) await rm(stateDir, { recursive: true, force: true });
    const stopping = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
    const system = await startSystem({
      host: args.host,
      port: Number(args.port),
      stateDir,
      capacity: Number(args.capacity),
      step: (line) => console.log(line),
      log: args.verbose ? (line) => console.log(line) : () => undefined,
    });
    if (!stopping.signal.aborted) {
      console.log(
        `\n  Open ${system.github.url}\n\n  Choose a pull request of cutwater-demo, comment /test all, and follow the links.`,
      );
      console.log(
        `  Dashboard: ${system.worker.url}   admin token: ${path.relative(process.cwd(), path.join(stateDir, "secrets.json"))}\n  Ctrl-C stops everything.\n`,
      );
      await new Promise((resolve) => stopping.signal.addEventListener("abort", resolve));
    }
    console.log("Stopping ...");
    await system.stop();
    process.exit(0);
  },
});
