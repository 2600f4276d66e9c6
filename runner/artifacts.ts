/**
 * Uploads of a job's artifacts, several files at a time. Files that have rested for a while go while the job still runs
 * (design 10, Pods), so that what is left at its end fits the grace period; the end sends whatever has changed since.
 */
import { lstat } from "node:fs/promises";
import type { FinishReport } from "../src/jobs/protocol.ts";
import { type JobApi, NotOurs } from "./api.ts";
import { type ArtifactFile, signatureOf, walkArtifacts } from "./artifact-files.ts";
import { type Begun, uploadFile } from "./artifact-upload.ts";
import { sleep } from "./backoff.ts";

const PARALLEL = 4;
/** While the job runs: it has the machine for itself, nearly. */
const PARALLEL_EARLY = 2;
/** About two minutes: an outage of the worker must not cost artifacts. */
const TRIES = 12;
/** Once a file has failed for good, the next ones get fewer tries, until one is stored. */
const IMPATIENT_TRIES = 3;
const UPLOAD_TIMEOUT_MS = 10 * 60_000;
const MOST_NAMED = 100;
const NAME_CHARACTERS = 1024;
/** So many refused files, and the rest waits for the end. */
const MOST_REFUSED_EARLY = 100;

type Summary = FinishReport["artifacts"];

/** How long a file has to rest before it goes early, and the pause between two looks. Milliseconds. */
export interface Resting {
  readonly restMs: number;
  readonly lookMs: number;
}
const RESTING: Resting = { restMs: 20_000, lookMs: 10_000 };

export interface ArtifactOptions {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Become asterisks. */
  readonly secrets?: readonly string[];
  readonly resting?: Resting | undefined;
}

/** The worker's knowledge of one file. */
interface Known {
  readonly signature: string;
  readonly bytes: number;
  /** How often it was uploaded: one that changes again and again waits longer each time. */
  readonly times: number;
}

export class ArtifactUploads {
  readonly #api: JobApi;
  readonly #directory: string;
  readonly #options: ArtifactOptions;
  readonly #stored = new Map<string, Known>();
  readonly #begun = new Map<string, Begun>();
  readonly #ending = new AbortController();
  #early: Promise<void> = Promise.resolve();

  constructor(api: JobApi, directory: string, options: ArtifactOptions) {
    this.#api = api;
    this.#directory = directory;
    this.#options = options;
  }

  /** From now on files that rest are uploaded, until {@link finish}. */
  begin(): void {
    this.#early = this.#uploadEarly();
  }

  /**
   * Uploads every regular file below the folder that is not stored as it is now. Names go as they are: the worker refuses
   * what it does not want, and what is refused, not a regular file, or fails after all tries is named in the summary.
   * Rejects with NotOurs only.
   */
  async finish(): Promise<Summary> {
    this.#ending.abort();
    await this.#early;
    const summary = { files: 0, bytes: 0, refused: [] as string[] };
    const refuse = (name: string, why: string) => {
      this.#options.say(`artifact ${name.slice(0, 200)}: ${why}`);
      if (summary.refused.length < MOST_NAMED) summary.refused.push(`${name}: ${why}`.slice(0, NAME_CHARACTERS));
    };
    let tries = TRIES;
    await this.#each(PARALLEL, async (file, signal) => {
      if (file.kind === "other") return refuse(file.name, "not a regular file");
      try {
        const known = await this.#current(file);
        const outcome = known ?? (await this.#upload(file, tries, signal));
        tries = TRIES;
        if (typeof outcome === "string") return refuse(file.name, outcome);
        summary.files += 1;
        summary.bytes += outcome.bytes;
      } catch (error) {
        if (error instanceof NotOurs) throw error;
        tries = IMPATIENT_TRIES;
        if (!signal.aborted) refuse(file.name, error instanceof Error ? error.message : String(error));
      }
    });
    return summary;
  }

  async #uploadEarly(): Promise<void> {
    const { restMs, lookMs } = this.#options.resting ?? RESTING;
    const ended = AbortSignal.any([this.#ending.signal, this.#options.signal]);
    const refused = new Map<string, string>();
    let pause = lookMs;
    for (;;) {
      await sleep(pause, ended);
      if (ended.aborted || refused.size >= MOST_REFUSED_EARLY) return;
      const began = performance.now();
      try {
        await this.#each(PARALLEL_EARLY, (file, signal) => this.#uploadRested(file, restMs, refused, signal), ended);
      } catch {
        // Not ours any more, which the end finds too.
        return;
      }
      // A great many files are not looked at all the time.
      pause = Math.max(lookMs, 10 * (performance.now() - began));
    }
  }

  /** Rejects with NotOurs only: what else is wrong is tried again by the end, which says so. */
  async #uploadRested(
    file: ArtifactFile,
    restMs: number,
    refused: Map<string, string>,
    signal: AbortSignal,
  ): Promise<void> {
    if (file.kind === "other" || refused.size >= MOST_REFUSED_EARLY) return;
    try {
      const found = await lstat(file.file, { bigint: true });
      const signature = signatureOf(found);
      const known = this.#stored.get(file.name);
      if (known?.signature === signature || refused.get(file.name) === signature) return;
      // Of its inode: unlike the time of its contents, a job cannot set it.
      const restedMs = Date.now() - Number(found.ctimeMs);
      if (restedMs < restMs * 2 ** (known?.times ?? 0)) return;
      if (typeof (await this.#upload(file, IMPATIENT_TRIES, signal)) === "string") refused.set(file.name, signature);
    } catch (error) {
      if (error instanceof NotOurs) throw error;
    }
  }

  /** What is stored of the file as it is now. */
  async #current({ file, name }: ArtifactFile): Promise<Known | null> {
    const known = this.#stored.get(name);
    return known?.signature === signatureOf(await lstat(file, { bigint: true })) ? known : null;
  }

  /** What is stored now, or why the worker refused it. */
  async #upload(file: ArtifactFile, tries: number, signal: AbortSignal): Promise<Known | string> {
    const { secrets = [] } = this.#options;
    const how = { signal, tries, timeoutMs: UPLOAD_TIMEOUT_MS, secrets, begun: this.#begun };
    const stored = await uploadFile(this.#api, file, how);
    if ("refused" in stored) return stored.refused;
    const known = { ...stored, times: (this.#stored.get(file.name)?.times ?? 0) + 1 };
    this.#stored.set(file.name, known);
    return known;
  }

  /** Every file, some at a time; none is begun after `until`. The first error ends it, and is thrown when all have stopped. */
  async #each(
    parallel: number,
    act: (file: ArtifactFile, signal: AbortSignal) => Promise<void>,
    until: AbortSignal = this.#options.signal,
  ): Promise<void> {
    const files = walkArtifacts(this.#directory);
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#options.signal, stop.signal]);
    const worker = async () => {
      for (let next = await files.next(); !next.done; next = await files.next()) {
        if (signal.aborted || until.aborted) return;
        try {
          await act(next.value, signal);
        } catch (error) {
          stop.abort();
          throw error;
        }
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: parallel }, worker));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }
}
