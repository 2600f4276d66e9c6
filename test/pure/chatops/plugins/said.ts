/** Says something to the dispatcher in a world, and tells what it decides. */
import { dispatch } from "../../../../src/chatops/dispatch.ts";
import type { Effect } from "../../../../src/chatops/effects.ts";
import type { ChatEvent } from "../../../../src/chatops/events.ts";
import type { RepoConfig } from "../../../../src/config/model.ts";
import { type FakeView, fakeView, repoConfig, type World } from "../fake-view.ts";

/** The configuration of a repository that has only one plugin. */
export function configOf(plugin: string, over: Partial<RepoConfig> = {}): RepoConfig {
  return repoConfig({ plugins: [plugin], ...over });
}

/** The effects of an event; throws what a handler threw. */
export async function effectsOf(event: ChatEvent, world: Partial<World> | FakeView): Promise<readonly Effect[]> {
  const view = "asked" in world ? world : fakeView(world);
  const { effects, errors } = await dispatch(event, view);
  for (const error of errors) throw error;
  return effects.map(({ effect }) => effect);
}

/** An effect in a few words: replies without their shape, jobs by name. */
export function brief(effect: Effect): string {
  switch (effect.kind) {
    case "addLabel":
      return `+${effect.label}`;
    case "removeLabel":
      return `-${effect.label}`;
    case "comment":
      return `says: ${effect.body.replace(/^@\S+: /, "").split("\n", 1)[0] ?? ""}`;
    case "deleteComments":
      return `deletes ${effect.marker}`;
    case "assign":
      return `assigns ${effect.logins.join(" ")}`;
    case "unassign":
      return `unassigns ${effect.logins.join(" ")}`;
    case "requestReview":
      return `asks ${[...effect.users, ...effect.teams.map((team) => `team:${team}`)].join(" ")}`;
    case "removeReviewRequest":
      return `unasks ${[...effect.users, ...effect.teams.map((team) => `team:${team}`)].join(" ")}`;
    case "startJobs":
      return `starts ${effect.jobs.map((job) => job.spec.job).join(" ")}`;
    case "abortJobs":
      return `aborts: ${effect.reason}`;
    default:
      return effect.kind;
  }
}

/** What an event leads to, in a few words each. */
export async function outcome(event: ChatEvent, world: Partial<World> | FakeView): Promise<readonly string[]> {
  return (await effectsOf(event, world)).map(brief);
}
