/** Programs of the cluster: started with their output in a file, ended with all that they started. */
import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import path from "node:path";

export interface Running {
  readonly name: string;
  readonly logFile: string;
  /** SIGTERM, then SIGKILL after five seconds. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
}

export function start(
  folder: string,
  name: string,
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Running {
  const logFile = path.join(folder, `${name}.log`);
  const log = createWriteStream(logFile, { flags: "a" });
  const child = spawn(command, [...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    detached: true,
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const signal = async (which: NodeJS.Signals): Promise<void> => {
    send(child, which);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000).unref())]);
    send(child, "SIGKILL");
    await ended;
  };
  return { name, logFile, stop: () => signal("SIGTERM"), kill: () => signal("SIGKILL") };
}

function send(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
}

/** Waits until `ready` is true; throws with the end of the program's log after `seconds`. */
export async function until(
  what: string,
  ready: () => Promise<boolean>,
  seconds: number,
  logFile?: string,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (await ready().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const tail = logFile ? readFileSync(logFile, "utf8").split("\n").slice(-30).join("\n") : "";
  throw new Error(`${what} is not ready after ${seconds} s\n${tail}`);
}
