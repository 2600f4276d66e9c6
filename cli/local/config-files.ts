/** A Prow configuration on disk. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { ConfigFile, ConfigFiles } from "../../src/config/load.ts";
import { isIgnored } from "../../src/config/prowignore.ts";

/** Any file of a configuration may be gzipped (spec jobs 1.1). */
async function read(file: string): Promise<ConfigFile> {
  const bytes = await readFile(file);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
  return { path: file, text };
}

/** Reads what the three flags name. Job files come in lexical order, without what .prowignore hides. */
export async function readConfigFiles(flags: { config: string; plugins: string; jobs: string }): Promise<ConfigFiles> {
  const [prow, plugins] = await Promise.all([read(flags.config), read(flags.plugins)]);
  if ((await stat(flags.jobs)).isFile()) return { prow, plugins, jobs: [await read(flags.jobs)] };
  const names = (await readdir(flags.jobs, { recursive: true }))
    .filter((name) => !name.split(path.sep).some((part) => part.startsWith("..")))
    .sort();
  const ignores = await Promise.all(
    names.filter((name) => path.basename(name) === ".prowignore").map((name) => read(path.join(flags.jobs, name))),
  );
  const wanted = names
    .map((name) => path.join(flags.jobs, name))
    .filter((file) => /\.ya?ml$/.test(file) && !isIgnored(file, ignores));
  return { prow, plugins, jobs: await Promise.all(wanted.map(read)) };
}
