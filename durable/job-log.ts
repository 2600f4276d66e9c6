/**
 * The log of a job's attempts (design 10, Logs): blocks of 256 KiB in the object, of which 32 become one segment in
 * R2, and at the end one build-log.txt. Offsets are bytes. Memory stays at one segment, however long the log is.
 */
import type { LogParts } from "../src/jobs/rpc.ts";

const BLOCK = 256 * 1024;
/** R2 wants parts of one size, 5 MiB or more. */
const SEGMENT = 32 * BLOCK;
/** At most this many bytes inline in one answer of {@link JobLog.parts}. */
const INLINE = 16 * BLOCK;
/** Parts uploaded before the alarm hands over. */
const PARTS_PER_SLICE = 4;
const TEXT = { httpMetadata: { contentType: "text/plain; charset=utf-8" } };

const BLOCK_COLUMNS = "attempt INTEGER NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (attempt, n)";
const lean = (name: string) => `CREATE TABLE ${name} (${BLOCK_COLUMNS}) WITHOUT ROWID`;

export const LOG_TABLES = [
  { fresh: lean("log_block"), old: `CREATE TABLE log_block (${BLOCK_COLUMNS})` },
  `CREATE TABLE log_segment (
    attempt INTEGER NOT NULL, n INTEGER NOT NULL, length INTEGER NOT NULL, etag TEXT NOT NULL, PRIMARY KEY (attempt, n)
  ) WITHOUT ROWID`,
  "CREATE TABLE log_whole (attempt INTEGER PRIMARY KEY, key TEXT NOT NULL, size INTEGER NOT NULL, upload TEXT NOT NULL)",
];

/** One row written for what is appended instead of two. */
export const LEAN_LOG = [
  { fresh: "", old: lean("lean_block") },
  { fresh: "", old: "INSERT INTO lean_block (attempt, n, bytes) SELECT attempt, n, bytes FROM log_block" },
  { fresh: "", old: "DROP TABLE log_block" },
  { fresh: "", old: "ALTER TABLE lean_block RENAME TO log_block" },
];

export class JobLog {
  readonly #storage: DurableObjectStorage;
  readonly #bucket: R2Bucket;
  readonly #job: string;
  readonly #sizes = new Map<number, number>();

  constructor(storage: DurableObjectStorage, bucket: R2Bucket, job: string) {
    this.#storage = storage;
    this.#bucket = bucket;
    this.#job = job;
  }

  /** Bytes that are stored for good. */
  size(attempt: number): number {
    const known = this.#sizes.get(attempt);
    if (known !== undefined) return known;
    const size = this.#storedSize(attempt);
    this.#sizes.set(attempt, size);
    return size;
  }

  #storedSize(attempt: number): number {
    const { sql } = this.#storage;
    const whole = this.#whole(attempt);
    if (whole?.done) return whole.size;
    const block = sql
      .exec<{ n: number; length: number }>(
        "SELECT n, length(bytes) AS length FROM log_block WHERE attempt = ? ORDER BY n DESC LIMIT 1",
        attempt,
      )
      .toArray()[0];
    if (block) return block.n * BLOCK + block.length;
    const segment = this.#lastSegment(attempt);
    return segment ? segment.n * SEGMENT + segment.length : 0;
  }

  /** Appends bytes at the end. */
  append(attempt: number, bytes: Uint8Array): void {
    const { sql } = this.#storage;
    let size = this.size(attempt);
    for (let at = 0; at < bytes.length; ) {
      const n = Math.floor(size / BLOCK);
      const used = size % BLOCK;
      const piece = bytes.subarray(at, at + BLOCK - used);
      const block = new Uint8Array(used + piece.length);
      if (used > 0) block.set(this.#block(attempt, n));
      block.set(piece, used);
      sql.exec("INSERT OR REPLACE INTO log_block (attempt, n, bytes) VALUES (?, ?, ?)", attempt, n, block);
      at += piece.length;
      size += piece.length;
    }
    this.#sizes.set(attempt, size);
  }

  /** Whether a whole segment waits to go to R2. */
  hasSegment(attempt: number): boolean {
    return this.size(attempt) >= (this.#segments(attempt) + 1) * SEGMENT && !this.#whole(attempt)?.done;
  }

  /** Moves one whole segment to R2. True when more wait. */
  async flushSegment(attempt: number): Promise<boolean> {
    if (!this.hasSegment(attempt)) return false;
    const n = this.#segments(attempt);
    const put = await this.#bucket.put(this.#segmentKey(attempt, n), this.#read(attempt, n * SEGMENT, SEGMENT), TEXT);
    if (this.#segments(attempt) === n && put !== null) this.#moved(attempt, n, SEGMENT);
    return this.hasSegment(attempt);
  }

  /**
   * Makes `key` of what there is: one object, streamed in parts. Does a slice; true when the log is whole. No bytes may
   * be appended once it has begun.
   */
  async close(attempt: number, key: string): Promise<boolean> {
    const size = this.size(attempt);
    const whole = this.#whole(attempt);
    if (whole?.done) return true;
    if (size < SEGMENT) {
      await this.#bucket.put(key, this.#read(attempt, 0, size), TEXT);
      this.#finish(attempt, key, size);
      return true;
    }
    if (whole === null) {
      for (let slice = 0; slice < PARTS_PER_SLICE && this.hasSegment(attempt); slice += 1)
        await this.flushSegment(attempt);
      if (this.hasSegment(attempt)) return false;
      const upload = await this.#bucket.createMultipartUpload(key, TEXT);
      this.#storage.sql.exec(
        "INSERT OR REPLACE INTO log_whole (attempt, key, size, upload) VALUES (?, ?, ?, ?)",
        attempt,
        key,
        size,
        upload.uploadId,
      );
      return false;
    }
    return this.#uploadSlice(attempt, key, size, whole.upload);
  }

  async #uploadSlice(attempt: number, key: string, size: number, uploadId: string): Promise<boolean> {
    const { sql } = this.#storage;
    const upload = this.#bucket.resumeMultipartUpload(key, uploadId);
    try {
      const waiting = sql
        .exec<{ n: number }>(
          "SELECT n FROM log_segment WHERE attempt = ? AND etag = '' ORDER BY n LIMIT ?",
          attempt,
          PARTS_PER_SLICE,
        )
        .toArray();
      for (const { n } of waiting) {
        const segment = await this.#bucket.get(this.#segmentKey(attempt, n));
        if (segment === null) throw new Error(`log segment ${n} of attempt ${attempt} is missing in R2`);
        const part = await upload.uploadPart(n + 1, await segment.arrayBuffer());
        sql.exec("UPDATE log_segment SET etag = ? WHERE attempt = ? AND n = ?", part.etag, attempt, n);
      }
      if (waiting.length === PARTS_PER_SLICE) return false;
      await this.#completeUpload(attempt, size, upload);
    } catch (error) {
      // A crash may have hidden that it was completed.
      if ((await this.#bucket.head(key))?.size === size) this.#finish(attempt, key, size);
      else if (isUploadGone(error)) this.#restartUpload(attempt);
      throw error;
    }
    this.#finish(attempt, key, size);
    return true;
  }

  async #completeUpload(attempt: number, size: number, upload: R2MultipartUpload): Promise<void> {
    const parts = this.#storage.sql
      .exec<{ n: number; etag: string }>("SELECT n, etag FROM log_segment WHERE attempt = ? ORDER BY n", attempt)
      .toArray()
      .map(({ n, etag }) => ({ partNumber: n + 1, etag }));
    const moved = parts.length * SEGMENT;
    if (size > moved) {
      const bytes = this.#read(attempt, moved, size - moved);
      parts.push(await upload.uploadPart(parts.length + 1, bytes));
    }
    await upload.complete(parts);
  }

  #restartUpload(attempt: number): void {
    this.#storage.sql.exec("UPDATE log_segment SET etag = '' WHERE attempt = ?", attempt);
    this.#storage.sql.exec("DELETE FROM log_whole WHERE attempt = ?", attempt);
  }

  /** Whether R2 holds segments that the whole log has made needless. */
  hasLeftovers(attempt: number): boolean {
    return this.#segments(attempt) > 0 && this.#whole(attempt)?.done === true;
  }

  /** Deletes the segments of a whole log. */
  async clean(attempt: number): Promise<void> {
    if (!this.hasLeftovers(attempt)) return;
    const keys = Array.from({ length: this.#segments(attempt) }, (_, n) => this.#segmentKey(attempt, n));
    await this.#bucket.delete(keys);
    this.#storage.sql.exec("DELETE FROM log_segment WHERE attempt = ?", attempt);
  }

  /** Where the bytes [from, to) lie; may end earlier, so ask again for the rest. */
  parts(attempt: number, from: number, to: number, complete: boolean): LogParts {
    const size = this.size(attempt);
    const end = Math.min(to, size);
    const parts: LogParts["parts"][number][] = [];
    const whole = this.#whole(attempt);
    if (from >= end) return { size, complete, parts };
    if (whole?.done) return { size, complete, parts: [{ key: whole.key, offset: from, length: end - from }] };
    const moved = this.#segments(attempt) * SEGMENT;
    let at = from;
    while (at < Math.min(end, moved)) {
      const n = Math.floor(at / SEGMENT);
      const length = Math.min((n + 1) * SEGMENT, end) - at;
      parts.push({ key: this.#segmentKey(attempt, n), offset: at - n * SEGMENT, length });
      at += length;
    }
    if (at < end) parts.push({ bytes: this.#read(attempt, at, Math.min(end - at, INLINE)) });
    return { size, complete, parts };
  }

  /** Up to `limit` of the last bytes that are still in the object. */
  tail(attempt: number, after: number, limit: number): { offset: number; bytes: Uint8Array } {
    const size = this.size(attempt);
    const first = this.#whole(attempt)?.done ? size : this.#segments(attempt) * SEGMENT;
    const offset = Math.min(size, Math.max(after, first, size - limit));
    return { offset, bytes: this.#read(attempt, offset, size - offset) };
  }

  #read(attempt: number, from: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const within = (from + at) % BLOCK;
      const block = this.#block(attempt, Math.floor((from + at) / BLOCK));
      const piece = block.subarray(within, within + length - at);
      if (piece.length === 0) throw new Error(`the log of attempt ${attempt} has a hole at ${from + at}`);
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  #block(attempt: number, n: number): Uint8Array {
    const row = this.#storage.sql
      .exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM log_block WHERE attempt = ? AND n = ?", attempt, n)
      .toArray()[0];
    return row ? new Uint8Array(row.bytes) : new Uint8Array();
  }

  #segments(attempt: number): number {
    const last = this.#lastSegment(attempt);
    return last ? last.n + 1 : 0;
  }

  #lastSegment(attempt: number): { n: number; length: number } | undefined {
    return this.#storage.sql
      .exec<{ n: number; length: number }>(
        "SELECT n, length FROM log_segment WHERE attempt = ? ORDER BY n DESC LIMIT 1",
        attempt,
      )
      .toArray()[0];
  }

  #whole(attempt: number): { key: string; size: number; upload: string; done: boolean } | null {
    const row = this.#storage.sql
      .exec<{ key: string; size: number; upload: string }>(
        "SELECT key, size, upload FROM log_whole WHERE attempt = ?",
        attempt,
      )
      .toArray()[0];
    return row ? { ...row, done: row.upload === "" } : null;
  }

  #moved(attempt: number, n: number, length: number): void {
    const { sql } = this.#storage;
    sql.exec("INSERT INTO log_segment (attempt, n, length, etag) VALUES (?, ?, ?, '')", attempt, n, length);
    const end = (n + 1) * (SEGMENT / BLOCK);
    sql.exec("DELETE FROM log_block WHERE attempt = ? AND n < ?", attempt, end);
  }

  #finish(attempt: number, key: string, size: number): void {
    const { sql } = this.#storage;
    sql.exec("INSERT OR REPLACE INTO log_whole (attempt, key, size, upload) VALUES (?, ?, ?, '')", attempt, key, size);
    sql.exec("DELETE FROM log_block WHERE attempt = ?", attempt);
  }

  #segmentKey(attempt: number, n: number): string {
    return `log-segments/${this.#job}/${attempt}/${n}`;
  }
}

/** R2 forgets an upload that was not completed for a week (its error 10024, NoSuchUpload). */
function isUploadGone(error: unknown): boolean {
  return error instanceof Error && /10024|does not exist/.test(error.message);
}
