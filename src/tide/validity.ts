/**
 * Whether a result that was found on an older tip of the branch still holds (`result_validity`). With `base`, as in Prow,
 * every move of the branch ages it. With `until-conflict` it holds while what was merged since touches no path that the
 * job is about: what `run_if_changed` names, or anything but what `skip_if_only_changed` names.
 */
import { goRegExp } from "../config/goregexp.ts";
import type { Presubmit } from "../config/model.ts";
import type { MergedPaths, Pool, RunPull } from "./model.ts";

export interface Validity {
  readonly valid: boolean;
  /** The reasoning, for people. */
  readonly why: string;
}

/** Answers for one pool; each question of (job, tip) is worked out once. */
export class Aging {
  readonly #pool: Pick<Pool, "baseSha" | "merges" | "settings">;
  readonly #next: ReadonlyMap<string, MergedPaths>;
  readonly #known = new Map<string, Validity>();

  constructor(pool: Pick<Pool, "baseSha" | "merges" | "settings">) {
    this.#pool = pool;
    this.#next = new Map(pool.merges.map((merge) => [merge.fromSha, merge]));
  }

  /** Moves from a tip to the present one, oldest first; null: it is not known how one came from the other. */
  movesSince(sha: string): readonly MergedPaths[] | null {
    const moves: MergedPaths[] = [];
    for (let at = sha; at !== this.#pool.baseSha; ) {
      const move = this.#next.get(at);
      if (!move || moves.length >= this.#next.size) return null;
      moves.push(move);
      at = move.toSha;
    }
    return moves;
  }

  of(job: Presubmit, sha: string): Validity {
    const key = `${sha} ${job.name}`;
    const known = this.#known.get(key);
    if (known) return known;
    const found = this.#find(job, sha);
    this.#known.set(key, found);
    return found;
  }

  #find(job: Presubmit, sha: string): Validity {
    if (sha === this.#pool.baseSha) return { valid: true, why: "it ran on the current base" };
    const stale = (why: string): Validity => ({ valid: false, why });
    if (this.#pool.settings.resultValidity === "base") return stale("the base moved since");
    if (!job.run_if_changed && !job.skip_if_only_changed) return stale("the base moved, and the job declares no paths");
    const moves = this.movesSince(sha);
    if (moves === null) return stale("the base moved in a way that is not known");
    for (const { paths, pull } of moves) {
      if (paths === null) return stale("the base moved, and nobody knows which paths that touched");
      const hit = paths.find((path) => isAbout(job, path));
      if (hit !== undefined) return stale(`${pull ? `#${pull.number}` : "a push"} touched ${hit} since`);
    }
    return { valid: true, why: "nothing that was merged since touches its paths" };
  }
}

function isAbout(job: Presubmit, path: string): boolean {
  if (job.run_if_changed) return goRegExp(job.run_if_changed).test(path);
  return !goRegExp(job.skip_if_only_changed ?? "").test(path);
}

/**
 * What of a batch is still to be merged: all of it on its own base, its rest where the branch moved by exactly its first
 * members in their order. Null: somebody else moved the branch, and the batch is worth nothing.
 */
export function restOf(aging: Aging, baseSha: string, pulls: readonly RunPull[]): readonly RunPull[] | null {
  const moves = aging.movesSince(baseSha);
  if (moves === null) return null;
  const own = moves.every(
    ({ pull }, at) => pull !== null && pull.number === pulls[at]?.number && pull.sha === pulls[at]?.sha,
  );
  return own ? pulls.slice(moves.length) : null;
}
