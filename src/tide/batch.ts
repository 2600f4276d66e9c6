/** Which pull requests to test together (spec jobs 5.7, splice). */
import type { Presubmit } from "../config/model.ts";
import { type Batch, batchJobs, pullKey } from "./accumulate.ts";
import type { Candidate, Pool } from "./model.ts";

/** A batch to be tested. `jobs`: those that neither ran nor run. */
export interface Picked {
  readonly pulls: readonly Candidate[];
  readonly jobs: readonly Presubmit[];
  /** Members of the batch that runs, on top of which it is speculated. */
  readonly ahead: readonly Candidate[];
}

const keyOf = ({ facts }: Candidate): string => pullKey({ number: facts.number, sha: facts.headSha });
const keysOf = (candidates: readonly Candidate[]): string => candidates.map(keyOf).join(" ");
const picked = (pulls: readonly Candidate[], ahead: readonly Candidate[] = []): Picked => {
  return { pulls, ahead, jobs: batchJobs([...ahead, ...pulls]) };
};

/** Spec jobs 5.7: a batch of today's base with at least so many results is made whole rather than a new one begun. */
function existing(
  batches: readonly Batch[],
  eligible: ReadonlySet<string>,
  limit: number,
  atLeast: number,
): Picked | null {
  const open = batches.filter(
    ({ state, rest, lost, hopeless, succeeded, running }) =>
      state === "incomplete" &&
      !hopeless &&
      lost.length === 0 &&
      succeeded + running >= atLeast &&
      rest.length > 1 &&
      (limit === 0 || rest.length <= limit) &&
      rest.every((one) => eligible.has(keyOf(one))),
  );
  const best = open.reduce<Batch | null>((found, one) => {
    if (!found || one.succeeded > found.succeeded) return one;
    return one.succeeded === found.succeeded && one.running > found.running ? one : found;
  }, null);
  return best && { pulls: best.rest, jobs: best.missing, ahead: [] };
}

/**
 * Whether two may not be tested together: when they cannot be merged one after the other, as far as it is known, or both
 * change the repository's own jobs, since which jobs both together ask for no single head tells.
 */
const clash = (pool: Pool, a: Candidate, b: Candidate): boolean =>
  (a.demands?.changesJobs === true && b.demands?.changesJobs === true) ||
  pool.conflicts.has(`${a.facts.number} ${b.facts.number}`) ||
  pool.conflicts.has(`${b.facts.number} ${a.facts.number}`);

/**
 * In line, as many as fit and can be merged one after the other. Members that failed together more than once are not put
 * together again.
 */
function gather(
  pool: Pool,
  line: readonly Candidate[],
  limit: number,
  hopeless: readonly Batch[],
  after: readonly Candidate[],
): readonly Candidate[] {
  const failed = hopeless.map(({ pulls }) => new Set(pulls.map(pullKey)));
  const chosen: Candidate[] = [];
  const within = new Set(after.map(keyOf));
  // How many of each failed set are in already.
  const counts = failed.map((set) => [...within].filter((key) => set.has(key)).length);
  for (const one of line) {
    if (limit > 0 && chosen.length >= limit) break;
    const key = keyOf(one);
    if (within.has(key)) continue;
    if ([...after, ...chosen].some((other) => clash(pool, other, one))) continue;
    if (failed.some((set, at) => set.has(key) && (counts[at] ?? 0) + 1 >= set.size)) continue;
    for (const [at, set] of failed.entries()) if (set.has(key)) counts[at] = (counts[at] ?? 0) + 1;
    chosen.push(one);
    within.add(key);
  }
  return chosen;
}

/** The first half of the batch that failed last, and of that the first half ..., until it passes or one is left. */
function halved(hopeless: readonly Batch[], eligible: ReadonlyMap<string, Candidate>): readonly Candidate[] {
  const smallest = hopeless.reduce<Batch | null>((least, one) => {
    return !least || one.pulls.length <= least.pulls.length ? one : least;
  }, null);
  if (!smallest) return [];
  const members = smallest.pulls.flatMap((pull) => eligible.get(pullKey(pull)) ?? []);
  return members.slice(0, Math.ceil(smallest.pulls.length / 2));
}

/** `line`: who is eligible, in the order in which they are to be merged. Null: no batch. */
export function pickBatch(pool: Pool, line: readonly Candidate[], batches: readonly Batch[]): Picked | null {
  const { batchSizeLimit: limit, prioritizeExistingBatches, batchStrategy } = pool.settings;
  if (limit < 0) return null;
  const eligible = new Map(line.map((one) => [keyOf(one), one]));
  const here = batches.filter(({ baseSha }) => baseSha === pool.baseSha);
  const begun = prioritizeExistingBatches ? existing(here, new Set(eligible.keys()), limit, 1) : null;
  if (begun) return begun;
  const hopeless = here.filter((batch) => batch.hopeless);
  const half = batchStrategy === "prow" ? [] : halved(hopeless, eligible);
  const pulls = half.length > 1 ? half : half.length === 1 ? [] : gather(pool, line, limit, hopeless, []);
  return pulls.length > 1 ? picked(pulls) : null;
}

/**
 * While a batch runs, the next ones on top of it: tested before it is known whether it passes. One batch deep; what failed
 * below is made whole first.
 */
export function speculate(pool: Pool, line: readonly Candidate[], batches: readonly Batch[]): Picked | null {
  const { batchStrategy, batchSizeLimit: limit, prioritizeExistingBatches } = pool.settings;
  if (batchStrategy !== "speculative" || limit < 0) return null;
  const here = batches.filter(({ baseSha }) => baseSha === pool.baseSha);
  const begun = prioritizeExistingBatches ? existing(here, new Set(line.map(keyOf)), limit, 0) : null;
  if (begun) return begun;
  const [only, ...others] = batches.filter(({ state, hopeless }) => state !== "success" && !hopeless);
  if (only?.state !== "pending" || others.length > 0 || only.baseSha !== pool.baseSha || only.lost.length > 0)
    return null;
  const hopeless = batches.filter((batch) => batch.hopeless);
  const pulls = gather(pool, line, limit, hopeless, only.rest);
  const whole = keysOf([...only.rest, ...pulls]);
  const tried = batches.some(({ pulls: members }) => members.map(pullKey).join(" ") === whole);
  return pulls.length > 0 && !tried ? picked(pulls, only.rest) : null;
}
