/** The tables of a merge pool, and what their rows are. */
import { TODO_TABLE } from "./todo.ts";

export const POOL_MIGRATIONS = [
  TODO_TABLE,
  "CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
  // What GitHub shows of an open pull request, and what tide asks of it. `stale`: to be read before anything is decided.
  `CREATE TABLE pull (
    number INTEGER PRIMARY KEY,
    stale INTEGER NOT NULL,
    head TEXT NOT NULL,
    facts TEXT NOT NULL,
    demands TEXT NOT NULL,
    demanded_for TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    refusal TEXT NOT NULL,
    status TEXT NOT NULL
  )`,
  "CREATE INDEX pull_head ON pull (head)",
  // `prowjob`: until the job is known to have been created.
  `CREATE TABLE run (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    job TEXT NOT NULL,
    context TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    base TEXT NOT NULL,
    pulls TEXT NOT NULL,
    by_tide INTEGER NOT NULL,
    started INTEGER NOT NULL,
    prowjob TEXT NOT NULL
  )`,
  "CREATE INDEX run_unsent ON run (started) WHERE prowjob <> ''",
  `CREATE TABLE move (
    seq INTEGER PRIMARY KEY,
    from_sha TEXT NOT NULL,
    to_sha TEXT NOT NULL,
    pull TEXT NOT NULL,
    paths TEXT NOT NULL
  )`,
  // A merge that has begun: written before GitHub is asked, gone when its outcome is known.
  `CREATE TABLE merging (
    number INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    sha TEXT NOT NULL,
    asked INTEGER NOT NULL
  )`,
  `CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    action TEXT NOT NULL,
    base TEXT NOT NULL,
    target TEXT NOT NULL,
    err TEXT NOT NULL,
    times INTEGER NOT NULL
  )`,
  "CREATE TABLE typical (job TEXT PRIMARY KEY, ms INTEGER NOT NULL)",
  "CREATE TABLE conflict (pair TEXT PRIMARY KEY, base TEXT NOT NULL)",
  "ALTER TABLE run ADD COLUMN ending TEXT NOT NULL DEFAULT ''",
];

export type PullRow = {
  number: number;
  stale: number;
  head: string;
  facts: string;
  demands: string;
  demanded_for: string;
  queued_at: number;
  refusal: string;
  status: string;
};

export type RunRow = {
  id: string;
  type: string;
  job: string;
  context: string;
  state: string;
  version: number;
  base: string;
  pulls: string;
  by_tide: number;
  ending: string;
  started: number;
  prowjob: string;
};

export type MergingRow = { number: number; seq: number; sha: string; asked: number };
