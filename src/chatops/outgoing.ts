/** How decided effects become rows of an outbox. Pure. */
import type { Decided } from "./coalesce.ts";
import type { Effect } from "./effects.ts";

/** One row holds at most this much: production's limit is 2 MB, and is not enforced locally (design 10). */
const ROW_LENGTH = 256 * 1024;

/** Splits what would be too large for one row: a command may start hundreds of jobs, each with its pod. */
export function intoRows(decided: readonly Decided[]): Decided[] {
  return decided.flatMap(({ effect, cause }) => pieces(effect).map((piece) => ({ effect: piece, cause })));
}

function pieces(effect: Effect): Effect[] {
  if (effect.kind !== "startJobs" && effect.kind !== "recordJobs") return [effect];
  const groups: (typeof effect.jobs)[number][][] = [];
  let room = 0;
  for (const job of effect.jobs) {
    const length = JSON.stringify(job).length;
    if (length > room) {
      groups.push([]);
      room = ROW_LENGTH;
    }
    groups.at(-1)?.push(job);
    room -= length;
  }
  return groups.map((jobs) => ({ kind: effect.kind, jobs }));
}

/** Of effects on the same thing only the last needs to be sent, as long as the earlier has not been tried. Empty: none. */
export function thingOf(effect: Effect): string {
  if (effect.kind === "setStatus") return `status ${effect.sha} ${effect.context}`;
  if (effect.kind === "upsertComment" || effect.kind === "deleteComments") return `comment ${effect.marker}`;
  // What is said once it is done must be said.
  if (effect.kind === "project" && !effect.onDone) return `project ${effect.projectId}`;
  if (effect.kind === "editComment") return `edit ${effect.to.source} ${effect.to.id}`;
  return "";
}
