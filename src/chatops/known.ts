/** What is known of an issue before an event's effects, and what of them it makes needless. Pure. */
import type { Effect } from "./effects.ts";

/** Null: nobody asked GitHub. */
export interface Known {
  readonly labels: readonly string[] | null;
  readonly assignees: readonly string[] | null;
  /** Logins. */
  readonly reviewers: readonly string[] | null;
}

type People = Extract<Effect, { kind: "assign" | "unassign" | "requestReview" | "removeReviewRequest" }>;

const isAbout = (effect: Effect): effect is People =>
  effect.kind === "assign" ||
  effect.kind === "unassign" ||
  effect.kind === "requestReview" ||
  effect.kind === "removeReviewRequest";

/** The effect about those who pass; null: nobody does. */
function about(effect: People, passes: (name: string, what: "user" | "team") => boolean): Effect | null {
  if (effect.kind === "assign" || effect.kind === "unassign") {
    const logins = effect.logins.filter((login) => passes(login, "user"));
    return logins.length > 0 ? { ...effect, logins } : null;
  }
  const users = effect.users.filter((login) => passes(login, "user"));
  const teams = effect.teams.filter((slug) => passes(slug, "team"));
  return users.length + teams.length > 0 ? { ...effect, users, teams } : null;
}

const roleOf = ({ kind }: People): string => (kind === "assign" || kind === "unassign" ? "assignee" : "reviewer");

/** Of contrary wishes about one person the last counts. Gives the effect that is left of each. */
export function lastWord(effects: readonly Effect[]): (effect: Effect) => Effect | null {
  const last = new Map<string, string>();
  const key = (effect: People, name: string, what: string): string => `${roleOf(effect)} ${what} ${name.toLowerCase()}`;
  for (const effect of effects.filter(isAbout))
    about(effect, (name, what) => {
      last.set(key(effect, name, what), effect.kind);
      return true;
    });
  return (effect) =>
    isAbout(effect) ? about(effect, (name, what) => last.get(key(effect, name, what)) === effect.kind) : effect;
}

/** The effect without what holds already; null: all of it does. */
export function withoutKnown(effect: Effect, known: Known): Effect | null {
  if (effect.kind === "addLabel" || effect.kind === "removeLabel") {
    if (known.labels === null) return effect;
    const has = known.labels.some((label) => label.toLowerCase() === effect.label.toLowerCase());
    return has === (effect.kind === "addLabel") ? null : effect;
  }
  if (!isAbout(effect)) return effect;
  const there = roleOf(effect) === "assignee" ? known.assignees : known.reviewers;
  if (there === null) return effect;
  const present = new Set(there.map((login) => login.toLowerCase()));
  const adds = effect.kind === "assign" || effect.kind === "requestReview";
  return about(effect, (name, what) => what === "team" || present.has(name.toLowerCase()) !== adds);
}
