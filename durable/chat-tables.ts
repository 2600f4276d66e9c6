/** Tables of a Conversation or Repository: inbox, what plugins decided, outbox, own comments, jobs. */
import { FORWARD_ORDER, FORWARD_TABLE } from "./forwards.ts";
import { LEAN_TODO, TODO_TABLE } from "./todo.ts";

export const CHAT_MIGRATIONS = [
  TODO_TABLE,
  `CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY, guid TEXT NOT NULL UNIQUE, event TEXT NOT NULL, action TEXT NOT NULL,
    received_at INTEGER NOT NULL, owner TEXT NOT NULL, repo TEXT NOT NULL, private INTEGER NOT NULL,
    number INTEGER NOT NULL, sender TEXT NOT NULL, body TEXT NOT NULL, body_key TEXT NOT NULL,
    attempt INTEGER NOT NULL, round INTEGER NOT NULL, asked_by TEXT NOT NULL, state TEXT NOT NULL,
    tries INTEGER NOT NULL, next_at INTEGER NOT NULL, handled_at INTEGER, config_version TEXT NOT NULL,
    summary TEXT NOT NULL, version INTEGER NOT NULL, dirty INTEGER NOT NULL)`,
  "CREATE INDEX inbox_waiting ON inbox (seq) WHERE state = 'waiting'",
  "CREATE INDEX inbox_dirty ON inbox (seq) WHERE dirty = 1",
  `CREATE TABLE run (
    guid TEXT NOT NULL, seq INTEGER NOT NULL, plugin TEXT NOT NULL, handler TEXT NOT NULL, outcome TEXT NOT NULL,
    why TEXT NOT NULL, ms INTEGER NOT NULL, PRIMARY KEY (guid, seq)) WITHOUT ROWID`,
  `CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT NOT NULL, marker TEXT NOT NULL, thing TEXT NOT NULL,
    effect TEXT NOT NULL, cause TEXT NOT NULL, state TEXT NOT NULL, unsure INTEGER NOT NULL, tries INTEGER NOT NULL,
    next_at INTEGER NOT NULL, first_at INTEGER, answer TEXT NOT NULL, at INTEGER NOT NULL)`,
  "CREATE INDEX outbox_open ON outbox (id) WHERE state IN ('waiting', 'sending')",
  "CREATE INDEX outbox_guid ON outbox (guid, id)",
  "CREATE TABLE posted (id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
  "CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  `CREATE TABLE job (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, name TEXT NOT NULL, base_ref TEXT NOT NULL, type TEXT NOT NULL,
    complete INTEGER NOT NULL, superseded INTEGER NOT NULL, summary TEXT NOT NULL, started INTEGER NOT NULL,
    said_version INTEGER NOT NULL, said_status TEXT NOT NULL) WITHOUT ROWID`,
  "CREATE INDEX job_unsaid ON job (started) WHERE said_version < version",
  `CREATE TABLE timer (
    plugin TEXT NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL, guid TEXT NOT NULL,
    PRIMARY KEY (plugin, note)) WITHOUT ROWID`,
  "ALTER TABLE timer ADD COLUMN wake TEXT NOT NULL DEFAULT '{}'",
  "CREATE TABLE task (id TEXT PRIMARY KEY, plugin TEXT NOT NULL, task TEXT NOT NULL, place TEXT NOT NULL) WITHOUT ROWID",
  "ALTER TABLE inbox ADD COLUMN headers TEXT NOT NULL DEFAULT '{}'",
  "ALTER TABLE posted ADD COLUMN plugin TEXT NOT NULL DEFAULT ''",
  FORWARD_TABLE,
  "CREATE INDEX forward_open ON forward (next_at) WHERE state IN ('waiting', 'sending')",
  ...FORWARD_ORDER,
  ...LEAN_TODO,
];

export type InboxRow = {
  /** Order of handling: that of receipt, unless handled again. */
  seq: number;
  guid: string;
  event: string;
  action: string;
  received_at: number;
  owner: string;
  repo: string;
  private: number;
  number: number;
  sender: string;
  /** Empty when it lies in R2 under `body_key`, or is not kept any more. */
  body: string;
  body_key: string;
  /** Times that GitHub or an administrator sent it. */
  attempt: number;
  /** Times that it was to be handled. */
  round: number;
  /** The administrator who had it handled again, or empty. */
  asked_by: string;
  state: "waiting" | "handled" | "failed";
  tries: number;
  next_at: number;
  handled_at: number | null;
  config_version: string;
  summary: string;
  /** Counts changes, so that D1 keeps the newest. */
  version: number;
  dirty: number;
  /** GitHub's own headers as JSON. */
  headers: string;
};

export type OutboxRow = {
  id: number;
  guid: string;
  marker: string;
  /** What it sets, when a later effect on the same thing makes it needless; or empty. */
  thing: string;
  effect: string;
  cause: string;
  state: "waiting" | "sending" | "done" | "noop" | "dead";
  /** 1: an earlier try may have happened. */
  unsure: number;
  tries: number;
  next_at: number;
  first_at: number | null;
  answer: string;
  /** Milliseconds of the last change of state. */
  at: number;
};

export type JobRow = {
  id: string;
  version: number;
  name: string;
  base_ref: string;
  type: string;
  complete: number;
  superseded: number;
  /** JobSummary as JSON; empty until the job has told of itself. */
  summary: string;
  started: number;
  said_version: number;
  /** The status that was decided last, as JSON. */
  said_status: string;
};
