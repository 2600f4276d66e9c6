/** The effects of one event, made as few as possible before they go to the outbox (design 1.8, 10). */
import type { Cause, Effect } from "./effects.ts";

export interface Decided {
  readonly effect: Effect;
  readonly cause: Cause;
}

export interface Coalesced {
  readonly effects: readonly Decided[];
  /** What was decided and will not be sent, with the reason: kept for the audit trail. */
  readonly dropped: readonly { readonly decided: Decided; readonly why: string }[];
}

/**
 * In this order: of effects on the same thing the last one stays; lists of people and of jobs are joined; label effects
 * that change nothing go. `labels` are those before the event, or null when nobody knows them.
 */
export function coalesce(decided: readonly Decided[], labels: readonly string[] | null): Coalesced {
  const dropped: Coalesced["dropped"][number][] = [];
  const lastOn = new Map<string, number>();
  decided.forEach(({ effect }, index) => {
    const thing = thingOf(effect);
    if (thing !== null) lastOn.set(thing, index);
  });
  const present = labels ? new Set(labels.map((label) => label.toLowerCase())) : null;
  const kept: Decided[] = [];
  decided.forEach((one, index) => {
    const thing = thingOf(one.effect);
    const last = thing === null ? index : (lastOn.get(thing) ?? index);
    const later = decided[last];
    if (last !== index && later) {
      dropped.push({ decided: one, why: replacedBy(one, later) });
    } else if (present && holdsAlready(one.effect, present)) {
      dropped.push({ decided: one, why: `${describe(one.effect)} holds already` });
    } else {
      join(kept, one);
    }
  });
  return { effects: kept, dropped };
}

/** Effects on the same thing replace each other; null: never. */
function thingOf(effect: Effect): string | null {
  switch (effect.kind) {
    case "addLabel":
    case "removeLabel":
      return `label ${effect.label.toLowerCase()}`;
    case "comment":
      return `comment ${effect.body}`;
    case "upsertComment":
    case "deleteComments":
      return `comments with ${effect.marker}`;
    case "setStatus":
      return `status ${effect.sha} ${effect.context}`;
    case "approveWorkflowRuns":
    case "rerunWorkflowRuns":
      return `${effect.kind} ${effect.sha} ${effect.branch}`;
    default:
      return null;
  }
}

/** One effect in a few words. */
function describe(effect: Effect): string {
  switch (effect.kind) {
    case "addLabel":
      return `adding the label ${effect.label}`;
    case "removeLabel":
      return `removing the label ${effect.label}`;
    default:
      return effect.kind;
  }
}

function replacedBy(earlier: Decided, later: Decided): string {
  const same = JSON.stringify(earlier.effect) === JSON.stringify(later.effect);
  return same
    ? `${describe(earlier.effect)} is decided twice`
    : `${describe(earlier.effect)} is overruled by ${later.cause.plugin} (${describe(later.effect)})`;
}

function holdsAlready(effect: Effect, present: ReadonlySet<string>): boolean {
  if (effect.kind === "addLabel") return present.has(effect.label.toLowerCase());
  if (effect.kind === "removeLabel") return !present.has(effect.label.toLowerCase());
  return false;
}

/** Appends an effect, or joins it with an earlier one of its kind. Nothing moves across its opposite. */
function join(kept: Decided[], { effect, cause }: Decided): void {
  const opposite = OPPOSITES.get(effect.kind);
  const joinable = opposite !== undefined;
  for (let index = joinable ? kept.length - 1 : -1; index >= 0; index -= 1) {
    const before = kept[index];
    if (!before || before.effect.kind === opposite) break;
    const joined = joinedWith(before.effect, effect);
    if (!joined) continue;
    kept[index] = { effect: joined, cause: before.cause };
    return;
  }
  kept.push({ effect, cause });
}

/** Kinds that can be joined, with the kind that a join must not cross. */
const OPPOSITES: ReadonlyMap<Effect["kind"], Effect["kind"]> = new Map<Effect["kind"], Effect["kind"]>([
  ["assign", "unassign"],
  ["unassign", "assign"],
  ["requestReview", "removeReviewRequest"],
  ["removeReviewRequest", "requestReview"],
  ["startJobs", "abortJobs"],
  ["abortJobs", "startJobs"],
]);

function joinedWith(a: Effect, b: Effect): Effect | null {
  if (a.kind === "assign" && b.kind === "assign") {
    return sameReply(a, b) ? { ...a, logins: union(a.logins, b.logins) } : null;
  }
  if (a.kind === "unassign" && b.kind === "unassign") return { ...a, logins: union(a.logins, b.logins) };
  if (
    (a.kind === "requestReview" && b.kind === "requestReview" && sameReply(a, b)) ||
    (a.kind === "removeReviewRequest" && b.kind === "removeReviewRequest")
  ) {
    return { ...a, users: union(a.users, b.users), teams: union(a.teams, b.teams) };
  }
  if (a.kind === "startJobs" && b.kind === "startJobs") {
    const ids = new Set(a.jobs.map((job) => job.metadata.name));
    return { ...a, jobs: [...a.jobs, ...b.jobs.filter((job) => !ids.has(job.metadata.name))] };
  }
  if (a.kind === "abortJobs" && b.kind === "abortJobs") return a.reason === b.reason ? a : null;
  return null;
}

function sameReply(a: Effect, b: Effect): boolean {
  const replyOf = (effect: Effect): unknown => ("onMissing" in effect ? effect.onMissing : undefined);
  return JSON.stringify(replyOf(a)) === JSON.stringify(replyOf(b));
}

/** Logins and slugs compare without case; the first spelling stays. */
function union(a: readonly string[], b: readonly string[]): readonly string[] {
  const all = new Map<string, string>();
  for (const name of [...a, ...b]) if (!all.has(name.toLowerCase())) all.set(name.toLowerCase(), name);
  return [...all.values()];
}
