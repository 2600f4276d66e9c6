/** One runner per folder: a second one would take the first one's jobs for leftovers and kill them. */
import { mkdir, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { GroupIdentity, identify, isAlive } from "./process/leftovers.ts";

/** Takes the folder; answers how to give it back. Throws when a living runner has it. */
export async function takeFolder(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, "runner.lock");
  const own = await identify(process.pid);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const handle = await open(file, "wx", 0o600);
      await handle.writeFile(JSON.stringify(own));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error) || error.code !== "EEXIST" || attempt > 3) throw error;
      const holder = await readHolder(file);
      if (holder && (await isAlive(holder)))
        throw new Error(
          `The folder ${directory} is used by another runner (process ${holder.pid}). Stop it, or give this one a --work-dir of its own.`,
          { cause: error },
        );
      await rm(file, { force: true });
    }
  }
}

async function readHolder(file: string): Promise<GroupIdentity | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  return (
    z.preprocess((value) => JSON.parse(String(value) || "null"), GroupIdentity.nullable()).safeParse(text).data ?? null
  );
}
