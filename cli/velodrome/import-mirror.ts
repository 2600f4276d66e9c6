/** A mirror's files into a worker's mirror, page by page. Done again, nothing changes: so it goes on after whatever cut it off. */
import { stat } from "node:fs/promises";
import * as z from "zod";
import { type Ends, ROWS_AN_IMPORT, updateOf } from "../../src/velodrome/mirror/import.ts";
import { CommentRow, EventRow, IssueRow } from "../../src/velodrome/rows.ts";
import { ask, patiently, tell, type WorkerAt, WorkerError } from "../worker-client.ts";
import { findNdjson, MirrorError, rowsOf } from "./ndjson.ts";

/** Of a page, unless one row alone is longer. */
const CHARACTERS = 2_000_000;
const TOLD_EVERY = 20_000;

type Kind = "issues" | "events" | "comments";
type Row = IssueRow | EventRow | CommentRow;
const SCHEMAS = { issues: IssueRow, events: EventRow, comments: CommentRow } as const;
const KINDS = ["issues", "events", "comments"] as const;
const Mirrors = z.object({ mirrors: z.array(z.object({ repository: z.string() })) });

export interface Imported {
  readonly repository: string;
  readonly issues: number;
  readonly events: number;
  readonly comments: number;
}

interface Options {
  /** `org/repo`: only its rows. */
  readonly repository?: string | undefined;
  /** GitHub is not asked about what is imported. */
  readonly pause: boolean;
  /** Whoever looks may see it; without it, as GitHub says. */
  readonly public: boolean;
  readonly progress: (line: string) => void;
}

/** What goes to the worker for one repository. */
class Sender {
  readonly #at: WorkerAt;
  readonly #repository: string;
  readonly #counts = { issues: 0, events: 0, comments: 0 };
  readonly #ends: Ends = { issues: 0, comments: 0, "line-comments": 0, events: 0, until: 0 };
  #rows: Row[] = [];
  #characters = 0;

  constructor(at: WorkerAt, repository: string) {
    this.#at = at;
    this.#repository = repository;
  }

  get counts(): Imported {
    return { repository: this.#repository, ...this.#counts };
  }

  async add(kind: Kind, row: Row, readAt: number): Promise<void> {
    const length = JSON.stringify(row).length;
    if (this.#rows.length >= ROWS_AN_IMPORT || this.#characters + length > CHARACTERS) await this.flush(kind, readAt);
    this.#rows.push(row);
    this.#characters += length;
    this.#counts[kind] += 1;
    this.#note(row);
  }

  #note(row: Row): void {
    const last = (key: keyof Ends, value: number): void => {
      this.#ends[key] = Math.max(this.#ends[key], value);
    };
    last("until", "number" in row ? updateOf(row) : row.at);
    if ("number" in row) last("issues", updateOf(row));
    else if ("event" in row) last("events", row.id);
    else last(row.review ? "line-comments" : "comments", row.at);
  }

  async flush(kind: Kind, readAt: number): Promise<void> {
    if (this.#rows.length > 0) await this.#send({ [kind]: this.#rows, readAt });
    this.#rows = [];
    this.#characters = 0;
  }

  async end(isPublic: boolean): Promise<void> {
    await this.#send({ ends: this.#ends, public: isPublic });
  }

  async #send(page: object): Promise<void> {
    await patiently(() => tell(this.#at, `api/velodrome/${this.#repository}/import`, page));
  }
}

/** Each repository of the folder into the worker's mirror of it. Throws {@link MirrorError} and {@link WorkerError}. */
export async function importMirror(at: WorkerAt, folder: string, options: Options): Promise<readonly Imported[]> {
  const { progress, pause } = options;
  const only = options.repository?.toLowerCase();
  const mirrored = new Set(Mirrors.parse(await ask(at, "api/velodrome")).mirrors.map(({ repository }) => repository));
  const senders = new Map<string, Sender>();
  const senderOf = async (repository: string, file: string): Promise<Sender> => {
    const known = senders.get(repository);
    if (known) return known;
    if (!mirrored.has(repository)) {
      const advice = "add it to VELODROME_REPOSITORIES, or choose another with --repository";
      throw new MirrorError(`${file} has rows of ${repository}, which the worker does not mirror: ${advice}`);
    }
    if (pause) await patiently(() => tell(at, `api/velodrome/${repository}`, { action: "pause" }));
    const made = new Sender(at, repository);
    senders.set(repository, made);
    return made;
  };
  if (only !== undefined && !mirrored.has(only))
    throw new WorkerError(`${only} is not mirrored by ${at.base.origin}: add it to VELODROME_REPOSITORIES`);
  for (const kind of KINDS) {
    const file = await findNdjson(folder, kind);
    if (file === null && kind === "issues")
      throw new MirrorError(`${folder} holds neither issues.ndjson nor issues.ndjson.gz`);
    if (file === null) {
      progress(`${kind}: no file, so none`);
      continue;
    }
    const readAt = Math.max(0, Math.floor((await stat(file)).mtimeMs / 1000));
    let count = 0;
    for await (const row of rowsOf(file, SCHEMAS[kind])) {
      if (only !== undefined && row.repository !== only) continue;
      await (await senderOf(row.repository, file)).add(kind, row, readAt);
      count += 1;
      if (count % TOLD_EVERY === 0) progress(`${kind}: ${count} rows ...`);
    }
    for (const sender of senders.values()) await sender.flush(kind, readAt);
    progress(`${kind}: ${count} rows of ${file}`);
  }
  if (senders.size === 0) throw new MirrorError(`${folder} has no row${only === undefined ? "" : ` of ${only}`}`);
  for (const sender of senders.values()) await sender.end(options.public);
  return [...senders.values()].map(({ counts }) => counts);
}
