/** Where the rows of an issue mirror come from: files, or a running worker's mirror. */
import * as z from "zod";
import { ask, patiently, type WorkerAt, workerAt, WorkerError } from "../worker-client.ts";
import { findNdjson, MirrorError, rowsOf } from "./ndjson.ts";

export interface MirrorSource {
  /** Rows of a kind, with what to call their place; null when there are none of it. */
  rows<Schema extends z.ZodType>(
    kind: "issues" | "events" | "comments",
    schema: Schema,
  ): Promise<{ readonly place: string; readonly rows: AsyncIterable<z.output<Schema>> } | null>;
}

/** A folder, or the address of a worker, for which `token` (or CUTWATER_ADMIN_TOKEN) is needed. Throws {@link WorkerError}. */
export function mirrorSource(place: string, token: string | undefined): MirrorSource {
  return /^https?:\/\//.test(place) ? ofWorker(workerAt({ url: place, token })) : ofFolder(place);
}

const ofFolder = (folder: string): MirrorSource => ({
  async rows(kind, schema) {
    const file = await findNdjson(folder, kind);
    if (file !== null) return { place: file, rows: rowsOf(file, schema) };
    if (kind === "issues") throw new MirrorError(`${folder} holds neither issues.ndjson nor issues.ndjson.gz`);
    return null;
  },
});

const Mirrors = z.object({ mirrors: z.array(z.object({ repository: z.string(), completedAt: z.number() })) });
const Page = z.object({ rows: z.array(z.unknown()), next: z.string().nullable() });

/** Of every repository that it mirrors. One that was never read to its end would give other points later. */
const ofWorker = (at: WorkerAt): MirrorSource => ({
  async rows(kind, schema) {
    const { mirrors } = Mirrors.parse(await ask(at, "api/velodrome"));
    if (mirrors.length === 0)
      throw new WorkerError(`${at.base.origin} mirrors no repository: set VELODROME_REPOSITORIES`);
    for (const { repository, completedAt } of mirrors)
      if (completedAt === 0)
        throw new WorkerError(`${repository} is not mirrored to its end yet: cutwater velodrome fetch --watch`);
    const rows = async function* () {
      for (const { repository } of mirrors) yield* workerRows(at, repository, kind, schema);
    };
    return { place: `${kind} of ${at.base.origin}`, rows: rows() };
  },
});

/** What a worker has of a repository, page by page. Throws {@link WorkerError}. */
export async function* workerRows<Schema extends z.ZodType>(
  at: WorkerAt,
  repository: string,
  kind: "issues" | "events" | "comments" | "points",
  schema: Schema,
): AsyncGenerator<z.output<Schema>> {
  for (let after: string | null = ""; after !== null; ) {
    const path = `api/velodrome/${repository}/${kind}?after=${encodeURIComponent(after)}`;
    const page: z.output<typeof Page> = Page.parse(await patiently(() => ask(at, path)));
    for (const row of page.rows) yield schema.parse(row);
    after = page.next;
  }
}
