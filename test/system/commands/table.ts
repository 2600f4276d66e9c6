/** What each command does, by who says it: the commands that users know best (issue 3, spec chatops 4). */

/** How each stands to the repository and the pull request. `bot` is somebody else's App. */
export const ACTORS = {
  author: "nova",
  member: "chidi",
  collaborator: "dana",
  approver: "ada",
  stranger: "mallory",
  bot: "tugboat[bot]",
} as const;
export type Actor = keyof typeof ACTORS;

export interface Row {
  readonly command: string;
  /** Who of them; nobody named: everybody does the same. */
  readonly effects: Readonly<Partial<Record<Actor | "others", readonly string[]>>>;
  /** Labels that the pull request has before. */
  readonly labels?: readonly string[];
  /** A context that failed before. */
  readonly failed?: string;
  readonly closed?: true;
  readonly title?: string;
}

/** Words of effects that were not there already: `+label`, `-label`, `reply`, `notice` (a maintained comment), `start` ... */
const everybody = (...effects: string[]): Row["effects"] => ({ others: effects });
/** Bots get no replies: two of them could answer each other for ever. */
const replies: Row["effects"] = { others: ["reply"], bot: [] };

const TRUSTED = ["ok-to-test"];
const BOTH_JOBS = "start pull-harbor-integration, pull-harbor-unit";
/** Who may not is told so, and what the pull request waits for. */
const NOT_OURS = { author: ["reply"], stranger: ["reply"], bot: [] };
const NEEDED = "do-not-merge/release-note-label-needed";
const NO_NOTE = ["+release-note-none", `-${NEEDED}`, "deleteComments"];

export const TABLE: readonly Row[] = [
  // Everybody who approves is named in the notice; only the word of approvers counts.
  { command: "/approve", effects: { others: ["notice"], approver: ["+approved", "notice"] } },
  { command: "/approve no-issue", effects: { others: ["notice"], approver: ["+approved", "notice"] } },
  { command: "/approve cancel", effects: { others: [], author: ["notice"] } },
  { command: "/area docs", effects: everybody("+area/docs") },
  { command: "/remove-area docs", labels: ["area/docs"], effects: everybody("-area/docs") },
  { command: "/assign @ben", effects: everybody("assign ben") },
  { command: "/unassign @ben", effects: everybody("unassign ben") },
  { command: "/cc @ben", effects: everybody("cc ben") },
  { command: "/uncc @ben", effects: everybody("uncc ben") },
  { command: "/close", effects: { others: ["reply", "state closed"], stranger: ["reply"], bot: [] } },
  { command: "/reopen", closed: true, effects: { others: ["reply", "state open"], stranger: ["reply"], bot: [] } },
  { command: "/hold", effects: everybody("+do-not-merge/hold") },
  { command: "/hold cancel", labels: ["do-not-merge/hold"], effects: everybody("-do-not-merge/hold") },
  { command: "/joke", effects: replies },
  { command: "/kind bug", effects: everybody("+kind/bug") },
  { command: "/remove-kind bug", labels: ["kind/bug"], effects: everybody("+needs-kind", "-kind/bug") },
  {
    command: "/lgtm",
    effects: {
      ...NOT_OURS,
      member: ["+lgtm", "assign chidi"],
      collaborator: ["+lgtm", "assign dana"],
      approver: ["+lgtm", "assign ada"],
    },
  },
  {
    command: "/lgtm cancel",
    labels: ["lgtm"],
    effects: {
      ...NOT_OURS,
      author: ["-lgtm"],
      member: ["-lgtm", "assign chidi"],
      collaborator: ["-lgtm", "assign dana"],
      approver: ["-lgtm", "assign ada"],
    },
  },
  { command: "/ok-to-test", effects: { others: ["+ok-to-test", "-needs-ok-to-test", BOTH_JOBS], ...NOT_OURS } },
  { command: "/test all", effects: { others: [BOTH_JOBS], ...NOT_OURS } },
  { command: "/test all", labels: TRUSTED, effects: everybody(BOTH_JOBS) },
  { command: "/test pull-harbor-load", labels: TRUSTED, effects: everybody("start pull-harbor-load") },
  { command: "/retest", labels: TRUSTED, failed: "pull-harbor-unit", effects: everybody("start pull-harbor-unit") },
  { command: "/priority backlog", effects: everybody("+priority/backlog") },
  { command: "/remove-priority backlog", labels: ["priority/backlog"], effects: everybody("-priority/backlog") },
  { command: "/sig docs", effects: everybody("+sig/docs") },
  {
    command: "@cutwater-demo/sig-docs-bugs",
    effects: {
      others: ["+kind/bug", "+sig/docs", "reply"],
      member: ["+kind/bug", "+sig/docs"],
      approver: ["+kind/bug", "+sig/docs"],
      bot: ["+kind/bug", "+sig/docs"],
    },
  },
  { command: "/remove-sig docs", labels: ["sig/docs"], effects: everybody("-sig/docs") },
  { command: "/release-note", effects: replies },
  { command: "/release-note-action-required", effects: replies },
  {
    command: "/release-note-none",
    effects: { others: NO_NOTE, collaborator: ["reply"], stranger: ["reply"], bot: [] },
  },
];
