/** Keeps the state in one JSON file: written atomically, a moment after the last change, and at the end. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { emptyState, type State } from "./model.ts";

const DELAY_MS = 250;

/** We wrote it ourselves; what changes is its version. */
const Saved = z.custom<State>((value) => z.looseObject({ version: z.literal(1) }).safeParse(value).success);

export interface Store {
  readonly state: State;
  /** True when the folder held no state. */
  readonly fresh: boolean;
  /** Says that the state changed; it is on disk about a quarter of a second later. */
  touch(): void;
  /** Resolves when everything is on disk. */
  flush(): Promise<void>;
}

async function read(file: string): Promise<State | null> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  const saved = Saved.safeParse(JSON.parse(text));
  if (!saved.success) throw new Error(`${file} is of another version of the sandbox. Remove its folder.`);
  // What the sandbox learnt since then was empty.
  return { ...emptyState(), ...saved.data };
}

/** Opens the state of a folder. */
export async function openStore(folder: string): Promise<Store> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "state.json");
  const known = await read(file);
  const state = known ?? emptyState();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  const save = async (before: Promise<void>) => {
    await before;
    await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  const write = () => {
    timer = null;
    writing = save(writing);
    return writing;
  };
  return {
    state,
    fresh: known === null,
    touch() {
      timer ??= setTimeout(() => void write(), DELAY_MS);
    },
    async flush() {
      if (timer) clearTimeout(timer);
      await write();
    },
  };
}
