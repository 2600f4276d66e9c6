/** A made-up mirror of any size, in the proportions of a large project: 8.9 events and 4.3 comments an issue. */
import { createWriteStream } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** The size that the original was measured with. */
export const SIZE = { issues: 40_000, events: 355_000, comments: 172_000 } as const;
export type Size = { readonly [key in keyof typeof SIZE]: number };

const REPOSITORY = "acme/widgets";
const START = 1_451_606_400;
const SECONDS = 2 * 365 * 86_400;
const LABELS = ["lgtm", "approved", "needs-rebase", "do-not-merge/hold", "size/L", "kind/bug"];
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

/** Writes `issues`, `events` and `comments`, each in order of time, as a mirror that a fetcher made. */
export async function writeMirror(folder: string, size: Size): Promise<void> {
  const chance = random(size.issues);
  const below = (count: number): number => Math.floor(chance() * count);
  const one = (from: readonly string[]): string => from[below(from.length)] ?? "";
  const user = (): string => `user${below(1500)}`;
  const created = Array.from({ length: size.issues }, (_, n) => START + Math.floor((n * SECONDS) / size.issues));
  const isPr = created.map(() => chance() < 0.6);
  const repository = REPOSITORY;
  const rest = { state: "open", comments: 0, labels: [], closed: null };
  await write(
    folder,
    "issues",
    created.map((at, n) => {
      const title = `change ${n + 1}`;
      return { repository, number: n + 1, is_pr: isPr[n], user: user(), title, created: at, updated: at, ...rest };
    }),
  );
  const happenings = (count: number): Happening[] =>
    Array.from({ length: count }, () => {
      const n = below(size.issues);
      // Most of it in the first days.
      return { issue: n + 1, at: (created[n] ?? START) + Math.floor(chance() ** 3 * 60 * 86_400) };
    }).sort((a, b) => a.at - b.at);
  const merged = new Set<number>();
  function* events(): Generator<object> {
    for (const [id, { issue, at }] of happenings(size.events).entries()) {
      const merges = chance() < 0.1 && !merged.has(issue) && (isPr[issue - 1] ?? false);
      if (merges) merged.add(issue);
      const event = merges ? "merged" : one(KINDS);
      const label = event.endsWith("labeled") ? one(LABELS) : null;
      yield { repository, id, issue, actor: user(), event, label, assignee: null, at };
    }
  }
  await write(folder, "events", events());
  function* comments(): Generator<object> {
    for (const [id, { issue, at }] of happenings(size.comments).entries())
      yield { repository, id, issue, user: user(), body: one(BODIES), review: chance() < 0.3, at };
  }
  await write(folder, "comments", comments());
}
