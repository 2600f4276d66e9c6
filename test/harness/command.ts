/** `cutwater` as a person at a terminal runs it: what it prints, Ctrl-C, and what is left of it afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { eventually } from "./system.ts";

const LAUNCHER = path.resolve(import.meta.dirname, "../../bin/cutwater");

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since boot: with the pid it names one process for good. */
  readonly started: string;
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state = "Z", parent] = fields;
      return state === "Z" ? [] : [{ pid, parent: Number(parent), started: fields[19] ?? "" }];
    }),
  );
  return all.flat();
}

/** A process and all below it. */
export async function family(pid: number): Promise<Process[]> {
  const all = await processes();
  const found = all.filter((one) => one.pid === pid);
  for (const member of found) found.push(...all.filter(({ parent }) => parent === member.pid));
  return found;
}

/** Those that still run. */
export async function left(of: readonly Process[]): Promise<Process[]> {
  const now = new Map((await processes()).map(({ pid, started }) => [pid, started]));
  return of.filter(({ pid, started }) => now.get(pid) === started);
}

export interface Command {
  readonly pid: number;
  /** What it has printed. */
  output(): string;
  /** Its exit status, or the signal that ended it. */
  ended(): Promise<number | string>;
  /** Ctrl-C: the terminal signals the whole foreground group. */
  interrupt(): void;
}

/** Starts `bin/cutwater` in a process group of its own, as a shell does. */
export function cutwater(...args: readonly string[]): Command {
  const child: ChildProcess = spawn(process.execPath, [LAUNCHER, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${LAUNCHER} does not start`);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (more: string) => (text += more));
  const closed = new Promise<number | string>((resolve) =>
    child.once("close", (code, signal) => resolve(code ?? signal ?? "")),
  );
  return {
    pid,
    output: () => text,
    ended: () => closed,
    interrupt: () => process.kill(-pid, "SIGINT"),
  };
}

/** Waits until it has printed something. Rejects with all that it printed when that does not come. */
export function printed(command: Command, what: RegExp, seconds: number): Promise<RegExpExecArray> {
  return eventually(`prints ${what}`, () => what.exec(command.output()), seconds).catch((error: unknown) => {
    throw new Error(`${String(error)}. It printed:\n${command.output()}`, { cause: error });
  });
}
