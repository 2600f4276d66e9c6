/** `cutwater config push`: hands a configuration to a worker, and waits for its verdict. */
import path from "node:path";
import { gzipSync } from "node:zlib";
import { defineCommand } from "citty";
import { packTar } from "modern-tar";
import { z } from "zod";
import { problemLine } from "./checkconfig.ts";
import { ConfigFilesError, type RawFile } from "./config-files.ts";
import { ask, WORKER_FLAGS, workerAt, type WorkerAt, WorkerError } from "./worker-client.ts";
import { CONFIG_FLAGS, type ConfigFlags, type RawConfig, readConfig, repeatable } from "./config-flags.ts";

const POLL_MS = 300;
const PATIENCE_MS = 15 * 60_000;

const ProblemSchema = z.object({
  severity: z.enum(["error", "warning"]),
  file: z.string(),
  line: z.number(),
  path: z.string(),
  message: z.string(),
  code: z.string(),
});
const State = z.object({
  index: z
    .object({ counts: z.object({ presubmits: z.number(), postsubmits: z.number(), periodics: z.number() }) })
    .nullable(),
  loads: z.array(
    z.object({
      id: z.string(),
      state: z.enum(["loading", "current", "refused", "superseded", "needs-confirmation"]),
      filesDone: z.number(),
      filesTotal: z.number(),
      problems: z.array(ProblemSchema),
    }),
  ),
});

/** The deepest folder that holds all the files: names in the archive stand below it, since none may climb out. */
function commonFolder(files: readonly string[]): string {
  const [first = [], ...others] = files.map((file) => path.resolve(path.dirname(file)).split(path.sep));
  let depth = first.length;
  for (const parts of others)
    while (depth > 0 && first.slice(0, depth).join() !== parts.slice(0, depth).join()) depth -= 1;
  return first.slice(0, depth).join(path.sep) || path.sep;
}

/** The archive, the query that says what lies where in it, and how to name its files as the user does. */
export async function packConfig(
  raw: RawConfig,
  flags: ConfigFlags,
  rawArgs: readonly string[],
): Promise<{ archive: Uint8Array<ArrayBuffer>; query: URLSearchParams; spoken: (name: string) => string }> {
  const { plugins } = raw;
  if (!plugins) throw new ConfigFilesError("Give --plugin-config FILE: without plugins nothing would run");
  const jobs = flags["job-config-path"];
  if (!jobs) throw new ConfigFilesError("Give --job-config-path FILE or FOLDER");
  const folders = ["supplemental-prow-config-dir", "supplemental-plugin-config-dir"] as const;
  const files: readonly RawFile[] = [
    raw.prow,
    plugins,
    ...raw.jobs,
    ...raw.ignores,
    ...raw.prowSupplements,
    ...raw.pluginsSupplements,
  ];
  const base = commonFolder([...files.map((file) => file.path), path.join(jobs, "job")]);
  const inside = (file: string): string => path.relative(base, path.resolve(file)).split(path.sep).join("/") || ".";
  const query = new URLSearchParams({
    "config-path": inside(flags["config-path"]),
    "plugin-config": inside(plugins.path),
    "job-config-path": inside(jobs),
  });
  for (const flag of folders) for (const folder of repeatable(rawArgs, flag)) query.append(flag, inside(folder));
  query.set("supplemental-prow-configs-filename-suffix", flags["supplemental-prow-configs-filename-suffix"]);
  query.set("supplemental-plugin-configs-filename-suffix", flags["supplemental-plugin-configs-filename-suffix"]);
  const names = new Map(files.map((file) => [inside(file.path), file.path]));
  const entries = files.map(({ path: file, bytes }) => ({
    header: { name: inside(file), size: bytes.byteLength, mode: 0o644, mtime: new Date(0) },
    body: bytes,
  }));
  const archive = new Uint8Array(gzipSync(await packTar(entries)));
  return { archive, query, spoken: (name) => names.get(name) ?? name };
}

type Loaded = z.infer<typeof State>["loads"][number];

/** Waits until the load that a path tells of is over. `progress` is told what changes. */
export async function verdict(
  at: WorkerAt,
  path: string,
  id: string,
  progress: (line: string) => void,
): Promise<Loaded> {
  const deadline = Date.now() + PATIENCE_MS;
  let last = "";
  while (Date.now() < deadline) {
    const state = State.parse(await ask(at, path));
    const load = state.loads.find((one) => one.id === id);
    if (!load) throw new WorkerError("The worker forgot this load: too many others came after it");
    if (load.state !== "loading") return load;
    const line = load.filesTotal === 0 ? "unpacking" : `${load.filesDone} of ${load.filesTotal} files`;
    if (line !== last) progress(line);
    last = line;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new WorkerError("The worker did not finish loading within 15 minutes; look at its /config page");
}

const SAID: Readonly<Record<Loaded["state"], string>> = {
  loading: "is loading",
  current: "is in use",
  refused: "was refused: the one before stays in use",
  superseded: "was superseded by a later one",
  "needs-confirmation": "waits for confirmation: the one before stays in use",
};

const push = defineCommand({
  meta: { name: "push", description: "Hand a configuration to a worker and wait until it is in use" },
  args: {
    ...CONFIG_FLAGS,
    ...WORKER_FLAGS,
  },
  async run({ args, rawArgs }) {
    const flags: ConfigFlags = args;
    try {
      const at = workerAt(args);
      const { archive, query, spoken } = await packConfig(await readConfig(flags, rawArgs), flags, rawArgs);
      console.error(`Pushing ${(archive.byteLength / 1024).toFixed(0)} KiB to ${at.base.origin} ...`);
      const headers = { "content-type": "application/gzip" };
      const answer = await ask(at, `api/config/push?${query.toString()}`, { method: "POST", headers, body: archive });
      const { id } = z.object({ id: z.string() }).parse(answer);
      const load = await verdict(at, "api/config", id, (line) => console.error(`  ${line}`));
      for (const problem of load.problems) console.log(problemLine({ ...problem, file: spoken(problem.file) }));
      console.log(`The configuration ${SAID[load.state]} (${id})`);
      if (load.state !== "current") process.exitCode = 1;
    } catch (error) {
      if (!(error instanceof ConfigFilesError || error instanceof WorkerError)) throw error;
      console.error(`error: ${error.message}`);
      process.exitCode = 1;
    }
  },
});

export const config = defineCommand({
  meta: { name: "config", description: "The configuration of a worker" },
  subCommands: { push, diff: () => import("./config-diff.ts").then((module) => module.diff) },
});
