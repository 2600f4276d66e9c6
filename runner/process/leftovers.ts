/**
 * Finds processes that outlived what started them: in a pod they would die with it. A process id alone proves nothing,
 * since ids are used again: a group is ours when its leader has the start time that was recorded, or when its leader is
 * gone (its id is taken for as long as the group lives) and its processes are not older.
 */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { z } from "zod";
import { signalGroup } from "./launch.ts";

/** A process group, recognisable across a restart of the runner and of the machine. */
export const GroupIdentity = z.object({ pid: z.int().min(2), start: z.string() });
export type GroupIdentity = z.infer<typeof GroupIdentity>;

interface Stat {
  readonly group: number;
  readonly session: number;
  /** Clock ticks since boot. */
  readonly start: number;
  readonly zombie: boolean;
}

/** Fields of /proc/<pid>/stat; null when there is no such process (or no /proc). */
async function stat(pid: number | string): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields.length < 20) return null;
  return {
    zombie: fields[0] === "Z",
    group: Number(fields[2]),
    session: Number(fields[3]),
    start: Number(fields[19]),
  };
}

const bootId = (): Promise<string> =>
  readFile("/proc/sys/kernel/random/boot_id", "utf8").then(
    (text) => text.trim(),
    () => "",
  );

/** Where there is no /proc (macOS): the start time as ps prints it. */
function psStart(pid: number): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(
      "ps",
      ["-o", "lstart=", "-p", String(pid)],
      { env: { LC_ALL: "C", PATH: "/bin:/usr/bin" } },
      (error, out) => resolve(error || out.trim() === "" ? null : out.trim()),
    );
  });
}

/** The identity of a running process, or null when it has gone. */
export async function identify(pid: number): Promise<GroupIdentity | null> {
  const found = await stat(pid);
  if (found) return found.zombie ? null : { pid, start: `${await bootId()} ${found.start}` };
  if (await hasProc()) return null;
  const start = await psStart(pid);
  return start === null ? null : { pid, start };
}

const hasProc = async (): Promise<boolean> => (await stat("self")) !== null;

/** Whether the process of this identity runs now. */
export async function isAlive(identity: GroupIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.start === identity.start;
}

/** Kills the group of `identity` if anything of it is left, and nobody else's. Answers whether it found something. */
export async function killGroup(identity: GroupIdentity): Promise<boolean> {
  if (await isAlive(identity)) return signalGroup(identity.pid, "SIGKILL");
  const [boot, start] = identity.start.split(" ");
  if (!(await hasProc()) || boot !== (await bootId()) || (await identify(identity.pid)) !== null) return false;
  for (const pid of await pids()) {
    const member = await stat(pid);
    if (member?.group === identity.pid && member.session === identity.pid && member.start >= Number(start))
      return signalGroup(identity.pid, "SIGKILL");
  }
  return false;
}

/**
 * Kills every process with a variable that names `directory` or a path below it: what left its group (daemons), or was
 * started just before the runner died. Where there is no /proc it finds nothing.
 */
export async function killByEnvironment(directory: string): Promise<number> {
  const needles = [Buffer.from(`=${directory}/`), Buffer.from(`=${directory}\0`)];
  let killed = 0;
  for (const pid of await pids()) {
    if (pid === process.pid) continue;
    const environment = await readFile(`/proc/${pid}/environ`).catch(() => null);
    if (environment === null || !needles.some((needle) => environment.includes(needle))) continue;
    try {
      process.kill(pid, "SIGKILL");
      killed += 1;
    } catch {
      // It ended by itself.
    }
  }
  return killed;
}

async function pids(): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}
