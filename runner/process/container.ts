/** One container's process: its output, its end, and nothing of it left behind. */
import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Socket } from "node:net";
import { constants as osConstants } from "node:os";
import { promisify } from "node:util";
import { sleep } from "../backoff.ts";
import type { LogStream } from "../executor.ts";
import { launch } from "./launch.ts";
import { type GroupIdentity, identify, killByEnvironment } from "./leftovers.ts";

export interface ContainerProcess {
  readonly identity: GroupIdentity | null;
  /** Signals its group; nothing once it has ended, since another process may have its number by then. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Exit code, 128 + n after signal n. Resolves when its output is all in the log. */
  readonly ended: Promise<number>;
}

/** How long output may stay open after the end of the process and its group, in milliseconds. */
const DRAIN_MS = 5000;

/**
 * Starts `argv`. Its stdout and stderr are one named pipe: order is kept, and /dev/stderr can be opened, which fails on
 * the sockets that Node would give. The process group is killed when its leader ends.
 */
export async function startContainer(options: {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly pipe: string;
  /** Its own temporary folder: by this what escaped from the group is found. */
  readonly tmp: string;
  readonly log: LogStream;
}): Promise<ContainerProcess | { readonly error: string }> {
  const [command = "", ...args] = options.argv;
  await promisify(execFile)("mkfifo", ["-m", "600", options.pipe]);
  const reading = openSync(options.pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(options.pipe, constants.O_WRONLY);
  const output = new Socket({ fd: reading, readable: true, writable: false });
  await rm(options.pipe, { force: true });
  const started = await launch(command, args, {
    cwd: options.cwd,
    env: Object.fromEntries(options.env),
    stdio: ["ignore", writing, writing],
  });
  closeSync(writing);
  const drained = drain(output, options.log);
  if (!started.ok) {
    output.destroy();
    await drained;
    return { error: started.error };
  }
  const { child, kill } = started;
  const exited = new Promise<number>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? osConstants.signals[signal] : 0)));
  });
  let over = false;
  const ended = (async () => {
    const code = await exited;
    kill("SIGKILL");
    over = true;
    if (!(await settles(drained, 200))) {
      await killByEnvironment(options.tmp);
      if (!(await settles(drained, DRAIN_MS))) output.destroy();
    }
    await drained;
    return code;
  })();
  ended.catch(() => kill("SIGKILL")); // The log cannot be written: whoever awaits `ended` says so.
  return { identity: await identify(started.pid), signal: (signal) => void (over || kill(signal)), ended };
}

async function drain(output: Socket, log: LogStream): Promise<void> {
  try {
    for await (const chunk of output) await log.write(chunk);
  } catch (error) {
    if (!output.destroyed || !isPremature(error)) throw error;
  } finally {
    output.destroy();
  }
  await log.end();
}

/** Our own destroy() shows as this error in the loop. */
function isPremature(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}

async function settles(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  const over = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const outcome = await Promise.race([settled, sleep(withinMs, over.signal).then(() => false)]);
  over.abort();
  return outcome;
}
