/** What the local Workers runtime takes: the children of this process that are workerd. */
import { readdir, readFile } from "node:fs/promises";

/** Of the kernel's clock, on Linux. */
const TICK_MS = 10;

export interface Taken {
  /** Resident bytes. */
  readonly memory: number;
  /** Milliseconds of a processor. */
  readonly busy: number;
}

/** The sum over all of them. */
export async function runtimeTakes(): Promise<Taken> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const all = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      const [, name, rest = ""] = /^\d+ \((.*)\) (.*)/s.exec(stat) ?? [];
      // From the third field on: state, parent, ...
      const field = (n: number) => Number(rest.split(" ")[n - 3]);
      if (name !== "workerd" || field(4) !== process.pid) return { memory: 0, busy: 0 };
      return { memory: field(24) * 4096, busy: (field(14) + field(15)) * TICK_MS };
    }),
  );
  return { memory: all.reduce((sum, one) => sum + one.memory, 0), busy: all.reduce((sum, one) => sum + one.busy, 0) };
}
