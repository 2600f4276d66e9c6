/** The files below $ARTIFACTS. Links are never followed: a job must not make the runner read what it cannot read itself. */
import type { BigIntStats, Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import path from "node:path";

export interface ArtifactFile {
  /** Path on disk. Bytes, since names need not be UTF-8. */
  readonly file: Buffer;
  /** Name below artifacts/, percent-encoded byte by byte: what the job chose, for the worker to judge. */
  readonly name: string;
  /** Regular files are uploaded, the rest is only counted as refused. */
  readonly kind: "file" | "other";
}

/** Tells one state of a file from every other: any write changes it, also one that sets the time of the contents back. */
export const signatureOf = ({ dev, ino, size, ctimeNs }: BigIntStats): string => `${dev} ${ino} ${size} ${ctimeNs}`;

const SAFE = /[A-Za-z0-9._~!$&'()*+,=:@-]/;

/** One path segment with everything else than plain characters as %XX. */
function encodeSegment(name: Uint8Array): string {
  return Array.from(name, (byte) => {
    const character = String.fromCharCode(byte);
    return byte < 0x80 && SAFE.test(character) ? character : `%${byte.toString(16).padStart(2, "0").toUpperCase()}`;
  }).join("");
}

/**
 * Walks the tree depth first, in the order of names. A folder that cannot be read, or a job's link in the place of the
 * whole tree, gives one `other`.
 */
export async function* walkArtifacts(directory: string): AsyncGenerator<ArtifactFile> {
  const walk = async function* (folder: Buffer, prefix: string): AsyncGenerator<ArtifactFile> {
    let entries: Dirent<Buffer>[];
    try {
      entries = await readdir(folder, { withFileTypes: true, encoding: "buffer" });
    } catch {
      if (prefix !== "") yield { file: folder, name: prefix.slice(0, -1), kind: "other" };
      return;
    }
    for (const entry of entries.toSorted((a, b) => Buffer.compare(a.name, b.name))) {
      const file = Buffer.concat([folder, Buffer.from(path.sep), entry.name]);
      const name = prefix + encodeSegment(entry.name);
      if (entry.isDirectory()) yield* walk(file, `${name}/`);
      else yield { file, name, kind: entry.isFile() ? "file" : "other" };
    }
  };
  const root = await lstat(directory).catch(() => null);
  if (root?.isDirectory()) yield* walk(Buffer.from(directory), "");
  else if (root) yield { file: Buffer.from(directory), name: ".", kind: "other" };
}
