/** Which pull request of a batch Git could not merge onto those before it, by the record of its clone. Pure. */
import type { CloneRecord } from "./protocol.ts";

interface Pull {
  readonly number: number;
  readonly sha: string;
}

/** Git's word for it; what it says of a merge that failed for another reason is different. */
const CONFLICT = /^CONFLICT |Automatic merge failed/m;

/** The pull request's number; null when the clone did not fail on a merge of one of them. */
export function mergeConflictOf(pulls: readonly Pull[], records: readonly CloneRecord[]): number | null {
  for (const { failed, commands } of records) {
    const last = commands.findLast(({ error }) => error !== undefined && error !== "");
    if (!failed || !last || !/ merge /.test(` ${last.command} `) || !CONFLICT.test(last.output)) continue;
    const words = new Set(last.command.split(" "));
    const pull = pulls.find(({ sha }) => sha !== "" && words.has(sha));
    if (pull) return pull.number;
  }
  return null;
}
