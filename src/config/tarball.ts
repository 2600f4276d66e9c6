/** The configuration's files out of a tar.gz, one at a time: GitHub's tarball (with its top folder) or our own. */
import { createTarDecoder } from "modern-tar";

/** Where in an archive the configuration lies. */
export interface ConfigPaths {
  readonly prow: string;
  readonly plugins: string;
  /** A file or a folder. */
  readonly jobs: string;
  /** Folders whose files with this suffix add to config.yaml (spec jobs 1.1). */
  readonly prowSupplements?: { readonly dirs: readonly string[]; readonly suffix: string };
  readonly pluginsSupplements?: { readonly dirs: readonly string[]; readonly suffix: string };
}

export type FileKind = "prow" | "plugins" | "jobs" | "ignore" | "prow-supplement" | "plugins-supplement";

export interface TarFile {
  readonly kind: FileKind;
  readonly path: string;
  readonly text: string;
}

/** Bytes of one file: bounds what is parsed at once. A ConfigMap, where Prow keeps them, holds 1 MiB. */
export const FILE_BYTES = 4 * 1024 * 1024;
/** Bytes of all files of a configuration together; Kubernetes' has 6 MB. */
const CONFIG_BYTES = 128 * 1024 * 1024;
/** Bytes of the whole archive, unpacked: repositories hold much else. */
const ARCHIVE_BYTES = 4 * 1024 * 1024 * 1024;
const FILES = 20_000;

/** The archive itself is at fault: trying again does not help. */
export class TarballError extends Error {
  override readonly name = "TarballError";
}

const below = (path: string, folder: string): boolean => path.startsWith(`${folder.replace(/\/+$/, "")}/`);

/** What a path is to the configuration; null when nothing (spec jobs 1.1). */
export function kindOf(path: string, paths: ConfigPaths): FileKind | null {
  if (path === paths.prow) return "prow";
  if (path === paths.plugins) return "plugins";
  const parts = path.split("/");
  if (parts.some((part) => part.startsWith(".."))) return null;
  const supplement = (dirs: readonly string[] | undefined, suffix: string): boolean =>
    path.endsWith(suffix) && (dirs ?? []).some((dir) => below(path, dir));
  if (supplement(paths.prowSupplements?.dirs, paths.prowSupplements?.suffix ?? "")) return "prow-supplement";
  if (supplement(paths.pluginsSupplements?.dirs, paths.pluginsSupplements?.suffix ?? "")) return "plugins-supplement";
  if (path === paths.jobs) return "jobs";
  if (!below(path, paths.jobs)) return null;
  if (parts.at(-1) === ".prowignore") return "ignore";
  return /\.ya?ml$/.test(path) ? "jobs" : null;
}

/** Reads a stream whole. Throws {@link TarballError} beyond `limit` bytes. */
async function bytesOf(stream: ReadableStream<Uint8Array>, limit: number, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > limit) throw new TarballError(`${what} is larger than ${limit} bytes, the most that is read`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

const gunzip = (): ReadableWritablePair<Uint8Array, Uint8Array> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it takes more kinds of bytes than we give it
  new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>;

/** Text of a configuration file; those that begin as gzip does are unpacked first (spec jobs 1.1). */
export async function configText(bytes: Uint8Array, path: string): Promise<string> {
  let plain = bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const packed = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes);
        controller.close();
      },
    });
    try {
      plain = await bytesOf(packed.pipeThrough(gunzip()), FILE_BYTES, path);
    } catch (error) {
      if (error instanceof TarballError) throw error;
      throw new TarballError(`${path} begins as gzip does, but cannot be unpacked`);
    }
  }
  return new TextDecoder().decode(plain);
}

/** Counts what passes, and remembers whether the source itself failed: then the archive is not at fault. */
class Watch {
  failure: unknown = null;
  #unpacked = 0;

  source(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = stream.getReader();
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          this.failure = error;
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  unpacked(): TransformStream<Uint8Array, Uint8Array> {
    return new TransformStream({
      transform: (chunk, controller) => {
        this.#unpacked += chunk.byteLength;
        if (this.#unpacked > ARCHIVE_BYTES)
          controller.error(new TarballError("The archive is larger than 4 GiB unpacked"));
        else controller.enqueue(chunk);
      },
    });
  }
}

function fault(error: unknown, watch: Watch): unknown {
  if (watch.failure !== null) return watch.failure;
  if (error instanceof TarballError) return error;
  return new TarballError(`This is no tar.gz archive: ${error instanceof Error ? error.message : String(error)}`);
}

/**
 * Yields the files that matter, each in memory alone. Throws {@link TarballError} for what is no tar.gz or too large;
 * what the source throws passes as it is.
 */
export async function* configFiles(archive: ReadableStream<Uint8Array>, paths: ConfigPaths): AsyncGenerator<TarFile> {
  const watch = new Watch();
  const entries = watch
    .source(archive)
    .pipeThrough(gunzip())
    .pipeThrough(watch.unpacked())
    .pipeThrough(createTarDecoder())
    .getReader();
  let bytes = 0;
  let files = 0;
  try {
    for (;;) {
      const next = await entries.read();
      if (next.done) return;
      const { header, body } = next.value;
      const name = header.name.replace(/^\.\//, "");
      const path = [name, name.slice(name.indexOf("/") + 1)].find((one) => kindOf(one, paths) !== null);
      const kind = path === undefined ? null : kindOf(path, paths);
      const isFile = header.type === undefined || header.type === "file";
      if (!isFile || path === undefined || kind === null) {
        await body.cancel();
        continue;
      }
      const raw = await bytesOf(body, FILE_BYTES, path);
      bytes += raw.byteLength;
      files += 1;
      if (files > FILES) throw new TarballError(`The configuration has more than ${FILES} files`);
      if (bytes > CONFIG_BYTES) throw new TarballError(`The configuration has more than ${CONFIG_BYTES} bytes`);
      yield { kind, path, text: await configText(raw, path) };
    }
  } catch (error) {
    throw fault(error, watch);
  } finally {
    await entries.cancel().catch(() => undefined);
  }
}
