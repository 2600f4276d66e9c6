/** `cutwater velodrome export`: what a worker has mirrored, and the points that it made, as files or to stdout. */
import { once } from "node:events";
import { mkdir, open, rename } from "node:fs/promises";
import path from "node:path";
import { defineCommand } from "citty";
import * as z from "zod";
import { saidPlainly } from "../mkpj.ts";
import { ask, WORKER_FLAGS, type WorkerAt, workerAt, WorkerError } from "../worker-client.ts";
import { type Kind, KINDS } from "./columns.ts";
import { workerRows } from "./sources.ts";
import { FORMATS, type Format, type Sink, tableOf } from "./tables.ts";

const TOLD_EVERY = 20_000;
const Mirrors = z.object({ mirrors: z.array(z.object({ repository: z.string() })) });
const Kinds = z.enum(["issues", "events", "comments", "points"]);

interface Job {
  readonly at: WorkerAt;
  readonly repositories: readonly string[];
  readonly format: Format;
  readonly progress: (line: string) => void;
}

/** All rows of a kind, repository after repository. Answers how many. */
async function written({ at, repositories, format, progress }: Job, kind: Kind, sink: Sink): Promise<number> {
  const { schema, columns } = KINDS[kind];
  const table = await tableOf(format, columns, sink);
  let count = 0;
  for (const repository of repositories)
    for await (const row of workerRows(at, repository, kind, schema)) {
      await table.add({ ...row });
      count += 1;
      if (count % TOLD_EVERY === 0) progress(`${kind}: ${count} rows ...`);
    }
  await table.end();
  return count;
}

async function toStdout(part: Uint8Array): Promise<void> {
  if (!process.stdout.write(part)) await once(process.stdout, "drain");
}

/** Under another name until it is whole. */
async function toFile(file: string, write: (sink: Sink) => Promise<number>): Promise<number> {
  const part = `${file}.part`;
  const handle = await open(part, "w").catch((error: Error) => {
    throw new WorkerError(`${part} cannot be written: ${error.message}`);
  });
  try {
    const count = await write(async (bytes) => void (await handle.write(bytes)));
    await rename(part, file);
    return count;
  } finally {
    await handle.close();
  }
}

/** Those that were asked for, of those that there are. */
async function repositoriesOf(at: WorkerAt, asked: string | undefined): Promise<readonly string[]> {
  const all = Mirrors.parse(await ask(at, "api/velodrome")).mirrors.map(({ repository }) => repository);
  if (all.length === 0) throw new WorkerError(`${at.base.origin} mirrors no repository: set VELODROME_REPOSITORIES`);
  if (asked === undefined) return all;
  const names = asked.split(",").map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new WorkerError(`${at.base.origin} does not mirror ${unknown}; it has ${all.join(", ")}`);
  return names;
}

export const exportCommand = defineCommand({
  meta: { name: "export", description: "Write a worker's mirror and points as NDJSON, CSV or Parquet" },
  args: {
    ...WORKER_FLAGS,
    repo: { type: "string", description: "org/repo, or several with commas; without it all" },
    what: { type: "string", default: "issues,events,comments,points", description: "What of it, with commas" },
    format: { type: "string", default: "ndjson", description: FORMATS.join(", ") },
    out: { type: "string", description: "Folder for <what>.<format>; without it stdout, for one of them" },
  },
  async run({ args }) {
    const progress = (line: string): void => console.error(line);
    try {
      const format = FORMATS.find((one) => one === args.format);
      if (!format) throw new WorkerError(`--format is ${FORMATS.join(", ")}, not "${args.format}"`);
      const kinds = z.array(Kinds).safeParse(args.what.split(",").map((one) => one.trim()));
      if (!kinds.success) throw new WorkerError(`--what is of ${Kinds.options.join(", ")}, not "${args.what}"`);
      const { out } = args;
      const [only, ...others] = kinds.data;
      if (out === undefined && others.length > 0)
        throw new WorkerError("Give --out DIR, or one of issues, events, comments and points with --what");
      const at = workerAt(args);
      const job: Job = { at, repositories: await repositoriesOf(at, args.repo), format, progress };
      if (out === undefined) {
        if (only) progress(`${only}: ${await written(job, only, toStdout)} rows`);
        return;
      }
      await mkdir(out, { recursive: true }).catch((error: Error) => {
        throw new WorkerError(`${out} cannot be made: ${error.message}`);
      });
      for (const kind of kinds.data) {
        const file = path.join(out, `${kind}.${format}`);
        progress(`${kind}: ${await toFile(file, (sink) => written(job, kind, sink))} rows in ${file}`);
      }
    } catch (error) {
      saidPlainly(error);
    }
  },
});
