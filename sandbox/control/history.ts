/** Years of a repository at once: issues, pull requests, comments, reviews and events, without webhooks or commits. */
import { readRef } from "../git/read.ts";
import type { Issue, Pull, Repo } from "../state/model.ts";
import { branchRef } from "../verbs/sync.ts";
import type { World } from "../world.ts";

export interface History {
  /** `owner/name`. */
  readonly repo: string;
  /** How many issues; every third is a pull request. */
  readonly count: number;
  /** When the first was opened, in milliseconds; 2024 unless said. */
  readonly begin?: number;
  /** Minutes from one to the next; one unless said. */
  readonly every?: number;
}

const BEGIN = Date.UTC(2024, 0, 1);
const MINUTE_MS = 60_000;
const PEOPLE = ["ada", "ben"];

const iso = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

/** Numbers follow those that are there; every hundredth second is shared by some. */
export async function addHistory(
  world: World,
  { repo: name, count, begin = BEGIN, every = 1 }: History,
): Promise<void> {
  const repo = world.mustRepo(name);
  const tip = await readRef(world.gitDir(repo), branchRef(repo.defaultBranch));
  if (tip === null) throw new Error(`${name} has no commit yet`);
  for (let made = 0; made < count; made += 1) {
    repo.lastNumber += 1;
    repo.issues[repo.lastNumber] = past(world, repo, made, begin + made * every * MINUTE_MS, tip);
  }
  world.changed();
}

/** The `at`-th of them, which has the repository's last number. `created`: milliseconds. */
function past(world: World, repo: Repo, at: number, created: number, tip: string): Issue {
  const number = repo.lastNumber;
  const updated = iso(created + (at % 100 < 7 ? 7 - (at % 100) : 3) * MINUTE_MS);
  const createdAt = iso(created);
  const user = PEOPLE[at % PEOPLE.length] ?? "ada";
  const merged = at % 6 === 0;
  const said = { user, app: null, reactions: [], createdAt, updatedAt: updated };
  const times = { createdAt };
  const label = repo.labels[at % Math.max(1, repo.labels.length)]?.name;
  return {
    id: world.id(),
    number,
    user,
    title: `Change ${number} of old`,
    body: at % 4 === 0 ? null : "It was so.",
    state: merged ? "closed" : "open",
    stateReason: null,
    locked: false,
    labels: label === undefined ? [] : [label],
    assignees: [],
    milestone: null,
    createdAt,
    updatedAt: updated,
    closedAt: merged ? updated : null,
    closedBy: merged ? user : null,
    comments: at % 2 === 0 ? [{ id: world.id(), issue: number, body: `/lgtm ${number}`, ...said }] : [],
    events: [
      ...(label === undefined ? [] : [{ id: world.id(), event: "labeled", actor: user, label, ...times }]),
      ...(merged ? [{ id: world.id(), event: "merged", actor: user, commit: tip, ...times }] : []),
    ],
    reactions: [],
    pull: at % 3 === 0 ? pastPull(world, repo, { at, tip, user, createdAt, mergedAt: merged ? updated : null }) : null,
  };
}

interface Made {
  readonly at: number;
  readonly tip: string;
  readonly user: string;
  readonly createdAt: string;
  readonly mergedAt: string | null;
}

function pastPull(world: World, repo: Repo, { at, tip, user, createdAt, mergedAt }: Made): Pull {
  const review = { id: world.id(), user, body: "", state: "APPROVED", commit: tip, submittedAt: createdAt } as const;
  const line = { path: "README.md", line: 1, commit: tip, hunk: "@@ -1 +1 @@", createdAt, updatedAt: createdAt };
  return {
    id: world.id(),
    base: { ref: repo.defaultBranch, sha: tip },
    head: { repo: `${repo.owner}/${repo.name}`, ref: `change-${at}`, sha: tip },
    draft: false,
    mergedAt,
    mergedBy: mergedAt === null ? null : user,
    mergeCommit: mergedAt === null ? null : tip,
    mergeable: true,
    computedFor: `${tip}..${tip}`,
    stats: { commits: 1, additions: at % 50, deletions: at % 7, changedFiles: 1 },
    requestedReviewers: [],
    requestedTeams: [],
    reviews: at % 9 === 0 ? [review] : [],
    reviewComments: at % 12 === 0 ? [{ id: world.id(), review: review.id, user, body: "Why?", ...line }] : [],
  };
}
