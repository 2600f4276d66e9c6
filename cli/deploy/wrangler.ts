/** Runs the wrangler of node_modules, quietly and without questions. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "../local/build.ts";
import { WRANGLER_ENV } from "../local/wrangler-env.ts";

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** Both streams, without colours, in the order in which they came. */
  readonly output: string;
}

/** Never throws for a failing command: the caller knows what its failure means. */
export function wrangler(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const require = createRequire(import.meta.url);
  const program = path.join(path.dirname(require.resolve("wrangler/package.json")), "wrangler-dist/cli.js");
  // wrangler's [build] command says `node`, which must be the one that we run on.
  const PATH = [path.dirname(process.execPath), process.env["PATH"] ?? ""].join(path.delimiter);
  const child = spawn(process.execPath, ["--no-warnings", program, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...WRANGLER_ENV, FORCE_COLOR: "0", CI: "1", PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, output: stripVTControlCharacters(output) }));
  });
}
