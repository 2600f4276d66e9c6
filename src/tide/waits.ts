/** Why each pull request is not merged yet: one code, one sentence, its place in line and when it may be merged. */
import type { PullResult } from "./accumulate.ts";
import { type Assessment, blockersOf, freezeOf } from "./assess.ts";
import { excuseKey } from "./flakes.ts";
import type { Action, Candidate, Pool, Wait } from "./model.ts";

const NAMED = 10;

type Said = Pick<Wait, "code" | "text" | "about">;

/** What holds for the whole pool; null: nothing. */
function stopped(pool: Pool): Said | null {
  if (pool.paused) return { code: "paused", text: "Merging is stopped by hand.", about: [] };
  const freeze = freezeOf(pool);
  if (freeze) {
    const until = new Date(freeze.until).toISOString();
    return { code: "frozen", text: `Frozen until ${until}: ${freeze.name}.`, about: [freeze.name] };
  }
  const blockers = blockersOf(pool);
  if (blockers.length === 0) return null;
  const issues = blockers.map(({ number }) => String(number));
  const text = `Merging is blocked by issue${issues.length > 1 ? "s" : ""} ${issues.join(", ")}.`;
  return { code: "blocked-by-issue", text, about: issues };
}

function inPool(pool: Pool, result: PullResult, assessment: Assessment, action: Action): Said {
  const { number } = result.candidate.facts;
  const names = (jobs: readonly { readonly context: string }[]): readonly string[] =>
    jobs.map(({ context }) => context);
  if (pool.merging.includes(number)) return { code: "merging", text: "It is being merged.", about: [] };
  if ((action.kind === "MERGE" || action.kind === "MERGE_BATCH") && action.pulls.includes(number)) {
    return { code: "ready", text: "It is merged next.", about: [] };
  }
  const { running } = assessment;
  if (running?.rest.includes(result.candidate)) {
    // Some are named, not all: in a batch of hundreds each would name hundreds.
    const some = running.rest.slice(0, NAMED + 1).filter((one) => one !== result.candidate);
    const about = some.slice(0, NAMED).map(({ facts }) => `#${facts.number}`);
    const more = running.rest.length - 1 - about.length;
    const text = `It is tested together with ${about.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`;
    return { code: "in-batch", text, about };
  }
  if (result.pending.length > 0) {
    const about = names(result.pending);
    return { code: "retesting", text: `It is tested on the current base: ${about.join(", ")}.`, about };
  }
  if (result.failed.length > 0) {
    const about = names(result.failed);
    return { code: "contexts", text: `Failed on the current base: ${about.join(", ")}.`, about };
  }
  const failing = assessment.admissions.get(result.candidate)?.failing ?? [];
  if (result.state === "success" && failing.length > 0) {
    const about = names(failing);
    return { code: "contexts", text: `Waits for ${about.join(", ")}.`, about };
  }
  if (result.state === "success")
    return { code: "queued", text: "It is green, and waits for the batch that runs.", about: [] };
  const lost = lostBefore(number, assessment);
  if (lost !== undefined) {
    const text = `It was tested together with #${lost}, which left the batch before it: it is tested again.`;
    return { code: "queued", text, about: [`#${lost}`] };
  }
  return { code: "queued", text: "It is in line to be tested on the current base.", about: names(result.missing) };
}

/** What is tried again though it failed is named: nobody else is told that it was a flake. */
function withFlakes(said: Said, { candidate, missing, pending }: PullResult, { excused }: Assessment): Said {
  const { number, headSha } = candidate.facts;
  const again = [...missing, ...pending].flatMap(({ context }) => {
    const flake = excused.get(excuseKey(number, headSha, context));
    return flake === undefined ? [] : [`${context} (${flake})`];
  });
  return again.length === 0 ? said : { ...said, text: `${said.text} Tried again, known flake: ${again.join(", ")}.` };
}

/** Who left a green batch, so that this one cannot be merged from it. */
function lostBefore(number: number, { batches }: Assessment): number | undefined {
  const batch = batches.find(
    ({ state, lost, pulls }) => state === "success" && lost.length > 0 && pulls.some((pull) => pull.number === number),
  );
  return batch?.lost[0]?.number;
}

/** A round of tests takes as long as the slowest job; so many in line are tested in a round. */
function expected(pool: Pool, { candidate, state }: PullResult, place: number, { running }: Assessment): number | null {
  const longest = Math.max(0, ...(candidate.demands?.jobs ?? []).map(({ name }) => pool.typicalMs.get(name) ?? 0));
  if (longest === 0) return state === "success" ? 0 : null;
  const { batchSizeLimit: limit } = pool.settings;
  const aRound = limit < 0 ? 1 : limit === 0 ? Number.POSITIVE_INFINITY : limit;
  const rounds = Math.max(1, Math.ceil(place / aRound));
  const left = running ? Math.max(0, longest - (pool.now - running.startedAt)) : longest;
  return Math.round((rounds - 1) * longest + left);
}

export function waitsOf(pool: Pool, assessment: Assessment, action: Action): readonly Wait[] {
  const all = stopped(pool);
  const places = new Map(
    assessment.results.map((result, at): [Candidate, Wait] => {
      const { number } = result.candidate.facts;
      const said = all ?? withFlakes(inPool(pool, result, assessment, action), result, assessment);
      const place = at + 1;
      return [
        result.candidate,
        { number, ...said, place, expectedMs: all ? null : expected(pool, result, place, assessment) },
      ];
    }),
  );
  return pool.candidates.map((candidate): Wait => {
    const { number } = candidate.facts;
    const placed = places.get(candidate);
    if (placed) return placed;
    const admission = assessment.admissions.get(candidate);
    const why =
      admission?.inPool === false ? admission.why : { code: "fault" as const, text: candidate.fault, about: [] };
    return { number, ...why, place: null, expectedMs: null };
  });
}
