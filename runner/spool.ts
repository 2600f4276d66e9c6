/**
 * A job's log on disk until the worker has it for good (design 10, Logs). It lies in segments named by the offset of their
 * first byte; those below the durable offset are removed, so a long log takes little room.
 */
import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

export interface SpoolOptions {
  /** Cap of the whole log in bytes. */
  readonly limit: number;
  readonly segmentBytes?: number;
}

const SEGMENT_BYTES = 8 * 1024 * 1024;
/** Kept free below the cap for the runner's own lines. */
const RESERVED_BYTES = 16 * 1024;

interface Segment {
  readonly start: number;
  length: number;
}

export class Spool {
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #limit: number;
  readonly #segments: Segment[];
  #handle: FileHandle | null = null;
  #queue: Promise<void> = Promise.resolve();
  #cut = false;
  #size: number;
  #waiting: (() => void)[] = [];

  private constructor(directory: string, segments: Segment[], options: SpoolOptions) {
    this.#directory = directory;
    this.#segments = segments;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#limit = options.limit;
    const last = segments.at(-1);
    this.#size = last ? last.start + last.length : 0;
  }

  /** Opens the spool of a folder, with what an earlier life of the runner left there. */
  static async open(directory: string, options: SpoolOptions): Promise<Spool> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const names = (await readdir(directory)).filter((name) => /^\d{16}$/.test(name)).toSorted();
    const segments: Segment[] = [];
    for (const name of names)
      segments.push({ start: Number(name), length: (await stat(path.join(directory, name))).size });
    return new Spool(directory, segments, options);
  }

  /** Bytes of the log so far. */
  get size(): number {
    return this.#size;
  }

  /** Lowest offset that can still be read. */
  get start(): number {
    return this.#segments[0]?.start ?? this.#size;
  }

  /** Appends output of the job. What is over the cap is dropped, and a line in the log says so. */
  append(bytes: Uint8Array): Promise<void> {
    return this.#enqueue(async () => {
      const room = Math.max(0, this.#limit - Math.min(RESERVED_BYTES, this.#limit / 4) - this.#size);
      if (bytes.length <= room) return this.#write(bytes);
      if (this.#cut) return;
      this.#cut = true;
      await this.#write(bytes.subarray(0, room));
      await this.#write(Buffer.from(`\nThe log is over its cap of ${this.#limit} bytes: the rest is left out.\n`));
    });
  }

  /** Appends a line of the runner's own. */
  note(line: string): Promise<void> {
    return this.#enqueue(() => {
      const bytes = Buffer.from(`${line}\n`);
      return this.#write(bytes.subarray(0, Math.max(0, this.#limit - this.#size)));
    });
  }

  /** Up to `length` bytes from `offset`; empty at the end. */
  async read(offset: number, length: number): Promise<Buffer<ArrayBuffer>> {
    const segment = this.#segments.find((one) => offset >= one.start && offset < one.start + one.length);
    if (!segment) return Buffer.alloc(0);
    const wanted = Math.min(length, segment.start + segment.length - offset);
    const handle = await open(this.#file(segment), "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, offset - segment.start);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  /** The worker has all bytes below `offset` for good. */
  async forget(offset: number): Promise<void> {
    for (let [first, second] = this.#segments; first && second; [first, second] = this.#segments) {
      if (second.start > offset) return;
      this.#segments.shift();
      await rm(this.#file(first), { force: true });
    }
  }

  /** Resolves at the next append. */
  grown(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    await this.#queue.catch(() => {});
    await this.#handle?.close();
    this.#handle = null;
  }

  #file(segment: Segment): string {
    return path.join(this.#directory, String(segment.start).padStart(16, "0"));
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    let current = this.#segments.at(-1);
    if (!current || current.length >= this.#segmentBytes) {
      await this.#handle?.close();
      this.#handle = null;
      current = { start: this.#size, length: 0 };
      this.#segments.push(current);
    }
    this.#handle ??= await open(this.#file(current), "a", 0o600);
    for (let at = 0; at < bytes.length; ) at += (await this.#handle.write(bytes, at)).bytesWritten;
    current.length += bytes.length;
    this.#size += bytes.length;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
