/** Which effects of one event become one call. Pure. */
import type { Effect, MissingAmong } from "./effects.ts";

type Of<Kind extends Effect["kind"]> = Extract<Effect, { kind: Kind }>;

/** Kinds that can be joined, with the kind that a join must not cross. */
export const OPPOSITES: ReadonlyMap<Effect["kind"], Effect["kind"] | null> = new Map<
  Effect["kind"],
  Effect["kind"] | null
>([
  ["assign", "unassign"],
  ["unassign", "assign"],
  ["requestReview", "removeReviewRequest"],
  ["removeReviewRequest", "requestReview"],
  ["startJobs", "abortJobs"],
  ["abortJobs", "startJobs"],
  ["recordJobs", null],
  ["editIssue", null],
  ["review", null],
]);

export function joinedWith(a: Effect, b: Effect): Effect | null {
  if (a.kind === "assign" && b.kind === "assign") {
    return { kind: "assign", logins: union(a.logins, b.logins), ...replies(said(a), a.logins, said(b), b.logins) };
  }
  if (a.kind === "unassign" && b.kind === "unassign") return { ...a, logins: union(a.logins, b.logins) };
  if (a.kind === "requestReview" && b.kind === "requestReview") {
    const both = { users: union(a.users, b.users), teams: union(a.teams, b.teams) };
    return { kind: a.kind, ...both, ...replies(said(a), [...a.users, ...a.teams], said(b), [...b.users, ...b.teams]) };
  }
  if (a.kind === "removeReviewRequest" && b.kind === "removeReviewRequest") {
    return { ...a, users: union(a.users, b.users), teams: union(a.teams, b.teams) };
  }
  if (a.kind === "startJobs" && b.kind === "startJobs") return { ...a, jobs: jobs(a, b) };
  if (a.kind === "recordJobs" && b.kind === "recordJobs") return { ...a, jobs: jobs(a, b) };
  if (a.kind === "abortJobs" && b.kind === "abortJobs") return a.reason === b.reason ? a : null;
  if (a.kind === "editIssue" && b.kind === "editIssue") return edit(a, b);
  if (a.kind === "review" && b.kind === "review" && a.sha === b.sha) {
    return { ...a, body: `${a.body}\n\n${b.body}`, comments: [...a.comments, ...b.comments] };
  }
  return null;
}

type Replies = Pick<Of<"assign">, "onMissing" | "missing">;

const said = ({ onMissing, missing }: Replies): Replies => ({
  ...(onMissing ? { onMissing } : {}),
  ...(missing ? { missing } : {}),
});

/** Each plugin's reply stays with the people whom it asked for. */
function replies(a: Replies, asked: readonly string[], b: Replies, asked2: readonly string[]): Replies {
  const alike = a.onMissing && JSON.stringify(a) === JSON.stringify(b);
  if (a.onMissing && alike && !a.missing) return { onMissing: a.onMissing };
  const missing = [...among(a, asked), ...among(b, asked2)];
  return missing.length > 0 ? { missing } : {};
}

/** What is replied about whom. */
export function among({ onMissing, missing = [] }: Replies, asked: readonly string[]): readonly MissingAmong[] {
  return onMissing ? [{ names: asked, reply: onMissing }, ...missing] : missing;
}

function jobs(a: Of<"startJobs" | "recordJobs">, b: Of<"startJobs" | "recordJobs">): Of<"startJobs">["jobs"] {
  const ids = new Set(a.jobs.map((job) => job.metadata.name));
  return [...a.jobs, ...b.jobs.filter((job) => !ids.has(job.metadata.name))];
}

/** Changes of different fields; of one field twice only without words about it. GitHub's refusal must be one plugin's. */
function edit(a: Of<"editIssue">, b: Of<"editIssue">): Effect | null {
  const silent = (one: Of<"editIssue">): boolean => one.onDone === undefined && one.onRefused === undefined;
  const twice = Object.keys(a.changes).some((field) => Object.hasOwn(b.changes, field));
  if ((a.onRefused && b.onRefused) || (twice && !silent(a))) return null;
  const onDone = [...(a.onDone ?? []), ...(b.onDone ?? [])];
  const onRefused = a.onRefused ?? b.onRefused;
  return {
    kind: "editIssue",
    changes: { ...a.changes, ...b.changes },
    ...(onDone.length > 0 ? { onDone } : {}),
    ...(onRefused ? { onRefused } : {}),
  };
}

/** Logins and slugs compare without case; the first spelling stays. */
function union(a: readonly string[], b: readonly string[]): readonly string[] {
  const all = new Map<string, string>();
  for (const name of [...a, ...b]) if (!all.has(name.toLowerCase())) all.set(name.toLowerCase(), name);
  return [...all.values()];
}
