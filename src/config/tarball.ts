/** The configuration's files out of a tar.gz, one at a time: GitHub's tarball (with its top folder) or our own. */
import { createTarDecoder } from "modern-tar";

export interface ConfigPaths {
  readonly prow: string;
  readonly plugins: string;
  /** A file or a folder. */
  readonly jobs: string;
}

export interface TarFile {
  readonly kind: "prow" | "plugins" | "jobs" | "ignore";
  readonly path: string;
  readonly text: string;
}

/** A ConfigMap's own limit is 1 MiB; generated job files are larger. */
const FILE_BYTES = 8 * 1024 * 1024;

export class TarballError extends Error {
  override readonly name = "TarballError";
}

/** What a path is to the configuration; null when nothing. */
export function kindOf(path: string, paths: ConfigPaths): TarFile["kind"] | null {
  if (path === paths.prow) return "prow";
  if (path === paths.plugins) return "plugins";
  const folder = `${paths.jobs.replace(/\/+$/, "")}/`;
  if (path !== paths.jobs && !path.startsWith(folder)) return null;
  const parts = path.split("/");
  if (parts.some((part) => part.startsWith(".."))) return null;
  if (parts.at(-1) === ".prowignore") return "ignore";
  return /\.ya?ml$/.test(path) ? "jobs" : null;
}

async function gunzipped(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Yields the files that matter. Throws {@link TarballError} for what is no tar.gz, or a file over 8 MiB. */
export async function* configFiles(archive: ReadableStream<Uint8Array>, paths: ConfigPaths): AsyncGenerator<TarFile> {
  const tar = archive
    .pipeThrough(new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>)
    .pipeThrough(createTarDecoder());
  const reader = tar.getReader();
  for (;;) {
    const next = await reader.read().catch((error: unknown) => {
      throw new TarballError(`This is no tar.gz archive: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (next.done) return;
    const { header, body } = next.value;
    const name = header.name.replace(/^\.\//, "");
    const inner = name.slice(name.indexOf("/") + 1);
    const path = [name, inner].find((one) => kindOf(one, paths) !== null);
    const kind = path === undefined ? null : kindOf(path, paths);
    if (header.type === "directory" || path === undefined || kind === null) {
      await body.cancel();
      continue;
    }
    if (header.size > FILE_BYTES)
      throw new TarballError(`${path} has ${header.size} bytes; at most ${FILE_BYTES} are read`);
    const raw = new Uint8Array(await new Response(body).arrayBuffer());
    const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? await gunzipped(raw) : raw;
    yield { kind, path, text: new TextDecoder().decode(bytes) };
  }
}
