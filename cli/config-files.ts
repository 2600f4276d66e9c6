/** Prow's configuration from disk: the same files that Prow would read, by the names the user gave (spec jobs 1.1). */
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { ConfigFile } from "../src/config/load.ts";
import { ignoredBy, type IgnoreFile } from "../src/config/prowignore.ts";
import { configText, FILE_BYTES, TarballError } from "../src/config/tarball.ts";

/** What the user asked for cannot be read: the message says what to do, and needs no stack. */
export class ConfigFilesError extends Error {
  override readonly name = "ConfigFilesError";
}

export interface RawFile {
  /** As the user would type it. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The text of a file, or of standard input for `-`. Throws {@link ConfigFilesError}. */
export async function readText(file: string): Promise<string> {
  if (file === "-") return text(process.stdin);
  return new TextDecoder().decode((await readRaw(file)).bytes);
}

export async function readRaw(file: string): Promise<RawFile> {
  try {
    return { path: file, bytes: await readFile(file) };
  } catch (error) {
    throw new ConfigFilesError(`${file} cannot be read: ${why(error)}`);
  }
}

/** Text of a file; what begins as gzip does is unpacked. */
export async function textOf({ path: file, bytes }: RawFile): Promise<ConfigFile> {
  if (bytes.byteLength > FILE_BYTES)
    throw new ConfigFilesError(
      `${file} has ${bytes.byteLength} bytes; a file may have at most ${FILE_BYTES}. Split it`,
    );
  try {
    return { path: file, text: await configText(bytes, file) };
  } catch (error) {
    if (error instanceof TarballError) throw new ConfigFilesError(error.message);
    throw error;
  }
}

/** Files below a folder, in lexical order, without those that begin with two dots (a ConfigMap's inside). */
async function* walk(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new ConfigFilesError(`${folder} cannot be read: ${why(error)}`);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith("..")) continue;
    const inner = path.join(folder, entry.name);
    // A ConfigMap's files are links; links to folders are not followed.
    if (entry.isDirectory()) yield* walk(inner);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isLinkToFile(inner)))) yield inner;
  }
}

const isLinkToFile = async (file: string): Promise<boolean> =>
  (await lstat(file)).isSymbolicLink() &&
  (await stat(file).then(
    (found) => found.isFile(),
    () => false,
  ));

/** The job files, and the .prowignore files that were followed. */
export async function readJobFiles(at: string): Promise<{ jobs: RawFile[]; ignores: RawFile[] }> {
  const found = await stat(at).catch((error: unknown) => {
    throw new ConfigFilesError(`${at} cannot be read: ${why(error)}`);
  });
  if (found.isFile()) return { jobs: [await readRaw(at)], ignores: [] };
  const jobs: string[] = [];
  const ignores: RawFile[] = [];
  for await (const file of walk(at)) {
    if (path.basename(file) === ".prowignore") ignores.push(await readRaw(file));
    else if (/\.ya?ml$/.test(file)) jobs.push(file);
  }
  const rules: IgnoreFile[] = await Promise.all(ignores.map(textOf));
  const ignored = ignoredBy(rules);
  return { jobs: await Promise.all(jobs.filter((file) => !ignored(file)).map(readRaw)), ignores };
}

/** Files of some folders that end in a suffix. */
export async function readSupplements(folders: readonly string[], suffix: string): Promise<RawFile[]> {
  const files: RawFile[] = [];
  for (const folder of folders)
    for await (const file of walk(folder)) if (file.endsWith(suffix)) files.push(await readRaw(file));
  return files;
}
