/** `npm start -- --sample-data`: a mirror's files in the local worker, beside the demo's own repositories. */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeMirrorFiles } from "../../sandbox/demo/mirror-files.ts";
import { IssueRow } from "../../src/velodrome/rows.ts";
import { importMirror } from "../velodrome/import-mirror.ts";
import { findNdjson, MirrorError, rowsOf } from "../velodrome/ndjson.ts";
import { ROOT } from "./build.ts";
import { localSecrets } from "./secrets.ts";

/** Where a checkout's data set lies, when there is one. */
const DATA_SET = path.resolve(ROOT, "../shared/data/velodrome");
const YEAR_S = 365 * 86_400;

export interface SampleData {
  readonly folder: string;
  /** `org/repo`s in lower case. */
  readonly repositories: readonly string[];
  /** When it begins and ends. Unix seconds. */
  readonly from: number;
  readonly to: number;
}

/** The files of `given`, else the data set beside the checkout, else made-up ones in the state folder. Throws {@link MirrorError}. */
export async function sampleData(given: string, stateDir: string): Promise<SampleData> {
  if (given !== "") return await looked(path.resolve(given));
  if ((await findNdjson(DATA_SET, "issues")) !== null) return await looked(DATA_SET);
  const folder = path.join(stateDir, "sample-data");
  if ((await findNdjson(folder, "issues")) === null) {
    // From now on it is a state folder, which --reset may delete.
    await localSecrets(stateDir);
    await mkdir(folder, { recursive: true });
    const to = Math.floor(Date.now() / 1000);
    const size = { issues: 1500, events: 13_000, comments: 6500 };
    await writeMirrorFiles(folder, { repository: "sample/harbor", ...size, from: to - YEAR_S, to });
  }
  return await looked(folder);
}

async function looked(folder: string): Promise<SampleData> {
  const file = await findNdjson(folder, "issues");
  if (file === null) throw new MirrorError(`${folder} holds neither issues.ndjson nor issues.ndjson.gz`);
  const repositories = new Set<string>();
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for await (const { repository, created, updated } of rowsOf(file, IssueRow)) {
    repositories.add(repository);
    from = Math.min(from, created);
    to = Math.max(to, updated ?? created);
  }
  if (repositories.size === 0) throw new MirrorError(`${file} has no rows`);
  return { folder, repositories: [...repositories], from, to };
}

/** Brings it in, unless `memory`, a file, says that these files were. */
export async function bringIn(data: SampleData, url: string, token: string, memory: string): Promise<void> {
  const file = (await findNdjson(data.folder, "issues")) ?? data.folder;
  const version = `${file} ${(await stat(file)).mtimeMs}`;
  if ((await readFile(memory, "utf8").catch(() => "")) === version) return;
  const at = { base: new URL(`${url}/`), token };
  await importMirror(at, data.folder, { pause: true, public: true, progress: () => undefined });
  await writeFile(memory, version);
}
