/** What the runner keeps on disk of each job that it holds, so that a later life can answer for it. */
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { JsonObject } from "../src/config/model.ts";
import { FinishReport, type Assignment } from "../src/jobs/protocol.ts";
import { Assigned } from "./messages.ts";

const Written = z.object({ assignment: Assigned, startedAt: z.int(), life: z.int().min(1) });
const Trace = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

export interface RunFolder {
  readonly assignment: Assignment;
  readonly startedAt: number;
  /** 1 for the life of the runner that began the job, then one more with each restart. */
  readonly life: number;
  readonly logDirectory: string;
  trace(): Promise<JsonObject | null>;
  remember(trace: JsonObject): Promise<void>;
  /** The evidence, once there is one: only its delivery is left. */
  finish(): Promise<FinishReport | null>;
  saveFinish(report: FinishReport): Promise<void>;
  remove(): Promise<void>;
}

/** Puts a new job on record. Resolves once it is on disk. */
export async function createRunFolder(root: string, assignment: Assignment): Promise<RunFolder> {
  const directory = path.join(root, keyOf(assignment));
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const written = { assignment, startedAt: Date.now(), life: 1 };
  await writeJson(path.join(directory, "run.json"), written);
  return folderAt(directory, written);
}

/** The jobs that an earlier life left, each with its life counted on. Unreadable ones are removed and named to `say`. */
export async function openRunFolders(root: string, say: (line: string) => void): Promise<RunFolder[]> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const folders: RunFolder[] = [];
  for (const name of (await readdir(root)).toSorted()) {
    const directory = path.join(root, name);
    const written = Written.safeParse(await readJson(path.join(directory, "run.json")));
    if (!written.success) {
      say(`${name}: nothing usable is left of this job: removed`);
      await rm(directory, { recursive: true, force: true });
      continue;
    }
    const next = { ...written.data, life: written.data.life + 1 };
    await writeJson(path.join(directory, "run.json"), next);
    folders.push(folderAt(directory, next));
  }
  return folders;
}

export function keyOf({
  job,
  attempt,
  epoch,
}: {
  readonly job: string;
  readonly attempt: number;
  readonly epoch: number;
}) {
  return `${job}-${attempt}-${epoch}`;
}

function folderAt(directory: string, written: { assignment: Assignment; startedAt: number; life: number }): RunFolder {
  const at = (name: string) => path.join(directory, name);
  return {
    ...written,
    logDirectory: at("log"),
    async trace() {
      return Trace.safeParse(await readJson(at("trace.json"))).data ?? null;
    },
    remember: (trace) => writeJson(at("trace.json"), trace),
    async finish() {
      return FinishReport.safeParse(await readJson(at("finish.json"))).data ?? null;
    },
    saveFinish: (report) => writeJson(at("finish.json"), report),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return null;
  }
}

/** Whole or not at all, readable by the runner's user only: it holds the job's credential. */
async function writeJson(file: string, value: object): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(JSON.stringify(value));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
