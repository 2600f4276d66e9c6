/** A made-up issue mirror of any size as files, in the proportions of a large project: 8.9 events and 4.3 comments an issue. */
import { createWriteStream } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface MirrorFiles {
  /** `org/repo`. */
  readonly repository: string;
  readonly issues: number;
  readonly events: number;
  readonly comments: number;
  /** Time of the first issue, and of the end of all. Unix seconds. */
  readonly from: number;
  readonly to: number;
}

const DAY = 86_400;
const SIGS = ["sig/pier", "sig/crane", "sig/pilot"];
const LABELS = ["lgtm", "approved", "needs-rebase", "do-not-merge/hold", "size/S", "size/L", "kind/bug", ...SIGS];
const KINDS = [
  "labeled",
  "labeled",
  "labeled",
  "unlabeled",
  "assigned",
  "subscribed",
  "mentioned",
  "closed",
  "reopened",
];
const BODIES = [
  "/lgtm",
  "/approve",
  "thanks!",
  "@k8s-bot test this",
  "Could you add a test for this?\nIt is easily broken.",
  "/hold",
];

/** Numbers from 0 up to 1, the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Happening {
  readonly issue: number;
  readonly at: number;
}

/** What has become of an issue. */
interface Issue {
  readonly number: number;
  readonly isPr: boolean;
  readonly created: number;
  readonly user: string;
  readonly labels: Set<string>;
  comments: number;
  closed: number | null;
  merged: boolean;
  updated: number;
}

function write(folder: string, name: string, rows: Iterable<object>): Promise<void> {
  function* lines(): Generator<string> {
    let text = "";
    for (const row of rows) {
      text += `${JSON.stringify(row)}\n`;
      if (text.length < 1 << 16) continue;
      yield text;
      text = "";
    }
    yield text;
  }
  return pipeline(Readable.from(lines()), createWriteStream(path.join(folder, `${name}.ndjson`)));
}

/** Writes `events`, `comments` and `issues`, each in order of time or number, as a fetcher would have found them at the end. */
export async function writeMirrorFiles(folder: string, size: MirrorFiles): Promise<void> {
  const { repository, from, to } = size;
  const chance = random(size.issues);
  const below = (count: number): number => Math.floor(chance() * count);
  const one = (of: readonly string[]): string => of[below(of.length)] ?? "";
  const user = (): string => `user${below(1500)}`;
  const issues = Array.from({ length: size.issues }, (_, n): Issue => {
    const created = from + Math.floor((n * (to - from)) / size.issues);
    const fresh = { labels: new Set<string>(), comments: 0, closed: null, merged: false, updated: created };
    return { number: n + 1, isPr: chance() < 0.6, created, user: user(), ...fresh };
  });
  const happenings = (count: number): Happening[] =>
    Array.from({ length: count }, () => {
      const issue = below(size.issues);
      const created = issues[issue]?.created ?? from;
      // Most of it in the first days.
      return { issue, at: created + Math.floor(chance() ** 3 * Math.min(60 * DAY, to - created)) };
    }).sort((a, b) => a.at - b.at);
  function* events(): Generator<object> {
    for (const [id, { issue, at }] of happenings(size.events).entries()) {
      const of = issues[issue];
      if (!of) continue;
      const merges = chance() < 0.1 && of.isPr && of.closed === null;
      const event = merges ? "merged" : one(KINDS);
      const label = event.endsWith("labeled") ? one(LABELS) : null;
      happens(of, event, label, at);
      yield { repository, id: id + 1, issue: of.number, actor: user(), event, label, assignee: null, at };
    }
  }
  await write(folder, "events", events());
  function* comments(): Generator<object> {
    for (const [id, { issue, at }] of happenings(size.comments).entries()) {
      const of = issues[issue];
      if (!of) continue;
      const review = of.isPr && chance() < 0.5;
      if (!review) of.comments += 1;
      of.updated = Math.max(of.updated, at);
      yield { repository, id: id + 1, issue: of.number, user: user(), body: one(BODIES), review, at };
    }
  }
  await write(folder, "comments", comments());
  await write(
    folder,
    "issues",
    issues.map(({ number, isPr, user: by, created, labels, comments: said, closed, updated }) => {
      const now = { state: closed === null ? "open" : "closed", comments: said, labels: [...labels], closed, updated };
      return { repository, number, is_pr: isPr, user: by, title: `change ${number}`, created, ...now };
    }),
  );
}

function happens(issue: Issue, event: string, label: string | null, at: number): void {
  issue.updated = Math.max(issue.updated, at);
  if (event === "merged") issue.merged = true;
  if (event === "merged" || event === "closed") issue.closed ??= at;
  if (event === "reopened" && !issue.merged) issue.closed = null;
  if (label === null) return;
  if (event === "labeled") issue.labels.add(label);
  else issue.labels.delete(label);
}
