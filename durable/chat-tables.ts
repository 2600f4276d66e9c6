/** Tables of a Conversation or Repository: inbox, what plugins decided, outbox, own comments, jobs. */
import { TODO_TABLE } from "./todo.ts";

export const CHAT_MIGRATIONS = [
  TODO_TABLE,
  `CREATE TABLE inbox (
    guid TEXT PRIMARY KEY, seq INTEGER NOT NULL, event TEXT NOT NULL, action TEXT NOT NULL, received_at INTEGER NOT NULL,
    owner TEXT NOT NULL, repo TEXT NOT NULL, private INTEGER NOT NULL, number INTEGER NOT NULL, sender TEXT NOT NULL,
    body TEXT NOT NULL, body_key TEXT NOT NULL, attempt INTEGER NOT NULL, round INTEGER NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
    next_at INTEGER NOT NULL, handled_at INTEGER, config_version TEXT NOT NULL, summary TEXT NOT NULL, version INTEGER NOT NULL, dirty INTEGER NOT NULL)`,
  "CREATE INDEX inbox_waiting ON inbox (seq) WHERE state = 'waiting'",
  "CREATE INDEX inbox_dirty ON inbox (seq) WHERE dirty = 1",
  `CREATE TABLE run (guid TEXT NOT NULL, seq INTEGER NOT NULL, plugin TEXT NOT NULL, handler TEXT NOT NULL, outcome TEXT NOT NULL,
    why TEXT NOT NULL, ms INTEGER NOT NULL, PRIMARY KEY (guid, seq))`,
  `CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT NOT NULL, marker TEXT NOT NULL, again INTEGER NOT NULL, effect TEXT NOT NULL, cause TEXT NOT NULL,
    state TEXT NOT NULL, tries INTEGER NOT NULL, next_at INTEGER NOT NULL, first_at INTEGER, answer TEXT NOT NULL, at INTEGER)`,
  "CREATE INDEX outbox_open ON outbox (id) WHERE state IN ('waiting', 'sending')",
  "CREATE INDEX outbox_guid ON outbox (guid, id)",
  "CREATE TABLE posted (id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
  "CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
  `CREATE TABLE job (id TEXT PRIMARY KEY, version INTEGER NOT NULL, name TEXT NOT NULL, base_ref TEXT NOT NULL, type TEXT NOT NULL,
    complete INTEGER NOT NULL, superseded INTEGER NOT NULL, summary TEXT NOT NULL, started INTEGER NOT NULL, said TEXT NOT NULL)`,
  "CREATE INDEX job_open ON job (name, base_ref) WHERE complete = 0",
];

export type InboxRow = {
  guid: string;
  seq: number;
  event: string;
  action: string;
  received_at: number;
  owner: string;
  repo: string;
  private: number;
  number: number;
  sender: string;
  body: string;
  body_key: string;
  attempt: number;
  round: number;
  state: "waiting" | "handled" | "failed";
  tries: number;
  next_at: number;
  handled_at: number | null;
  config_version: string;
  summary: string;
  version: number;
  dirty: number;
};

export type OutboxRow = {
  id: number;
  guid: string;
  marker: string;
  again: number;
  effect: string;
  cause: string;
  state: "waiting" | "sending" | "done" | "noop" | "dead";
  tries: number;
  next_at: number;
  first_at: number | null;
  answer: string;
  at: number | null;
};

export type JobRow = {
  id: string;
  version: number;
  name: string;
  base_ref: string;
  type: string;
  complete: number;
  superseded: number;
  summary: string;
  started: number;
  said: string;
};
