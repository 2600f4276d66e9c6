/** Real servers of other people for tests: a program on loopback that tells its port as it starts. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Server {
  readonly url: string;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const STARTS_MS = 60_000;

/** `argumentsIn` gets a folder of its own; `listens` finds the address in what the program prints. */
export async function startServer(
  program: string,
  argumentsIn: (folder: string) => Promise<readonly string[]>,
  listens: RegExp,
): Promise<Server> {
  const folder = await mkdtemp(path.join(tmpdir(), `${path.basename(program)}-`));
  const child = spawn(program, await argumentsIn(folder), { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()).once("error", () => resolve()));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  let said = "";
  const address = Promise.withResolvers<string>();
  const look = (chunk: Buffer) => {
    if (said.length > 1 << 20) return;
    said += chunk.toString();
    const found = listens.exec(said)?.[1];
    if (found !== undefined) address.resolve(found);
  };
  child.stdout.on("data", look);
  child.stderr.on("data", look);
  const fails = (why: string) => () => address.reject(new Error(`${program} ${why}:\n${said.slice(-4000)}`));
  child.once("error", fails("cannot be started"));
  child.once("close", fails("ended at its start"));
  const timer = setTimeout(fails(`told no address in ${STARTS_MS / 1000} s`), STARTS_MS);
  try {
    return { url: `http://${await address.promise}`, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
