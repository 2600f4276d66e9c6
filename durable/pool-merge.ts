/**
 * Merging what was decided, one after the other (spec jobs 5.8). Each merge is written down before GitHub is asked; the
 * base and the pull request are read in the same moment; afterwards the commit's parent tells whether somebody pushed in
 * between. An answer that was lost is read back before anything else is done.
 */
import { GitHubError, type GitHubClient } from "../src/github/index.ts";
import { admit } from "../src/tide/admit.ts";
import type { Excused } from "../src/tide/flakes.ts";
import { commitText, failureOf, goesOn, retries } from "../src/tide/merge.ts";
import { methodOf } from "../src/tide/method.ts";
import type { Candidate, MergeFailure, Pool, PullFacts } from "../src/tide/model.ts";
import type { PullsRead } from "../src/tide/read.ts";
import { refusalOf } from "../src/tide/refusal.ts";
import type { PoolBooks } from "./pool-books.ts";

/** A failure that is tried again is a failure until it passed. */
const NOTHING_EXCUSED: Excused = new Map();
/** Tries when GitHub says that the base was modified, and the pauses before them. */
const PAUSES_MS = [0, 1_000, 3_000];

export interface Merging {
  readonly client: GitHubClient;
  readonly books: PoolBooks;
  readonly pool: Pool;
  /** Paths that a pull request touches; null: nobody needs them. */
  readonly paths: (candidate: Candidate) => Promise<readonly string[] | null>;
  /** The branch is at this commit now. */
  readonly baseIs: (sha: string) => void;
  /** Reads a pull request and the branch in one moment, into the books as well. */
  readonly read: (number: number) => Promise<PullsRead>;
}

/** How one merge went. */
type Outcome =
  | { readonly state: "merged"; readonly sha: string }
  | { readonly state: "refused"; readonly kind: MergeFailure; readonly message: string }
  /** It is not what was decided on any more; with `stop` the branch is not, either. */
  | { readonly state: "changed"; readonly why: string; readonly stop?: true };

export interface MergeReport {
  readonly merged: readonly PullFacts[];
  /** `#1: words`, for the history. */
  readonly failures: readonly { readonly number: number; readonly text: string }[];
  /** The branch was moved by somebody else meanwhile. */
  readonly incident: string;
}

/** Merges in this order; `batch`: what was tested together. Rejects when an outcome is not known: the books say which, and {@link settle} finds out. */
export async function mergeAll(merging: Merging, numbers: readonly number[], batch: boolean): Promise<MergeReport> {
  const { books, pool } = merging;
  const byNumber = new Map(pool.candidates.map((one) => [one.facts.number, one]));
  const wanted = numbers.flatMap((number) => byNumber.get(number) ?? []);
  books.intend(wanted.map(({ facts }) => ({ number: facts.number, sha: facts.headSha })));
  const merged: PullFacts[] = [];
  const failures: { number: number; text: string }[] = [];
  let base = pool.baseSha;
  let incident = "";
  for (const candidate of wanted) {
    const { facts } = candidate;
    const paths = await merging.paths(candidate);
    const outcome = await mergeOne(merging, candidate, base, batch);
    if (outcome.state === "merged") {
      const before = base;
      const parent = await parentOf(merging, candidate, outcome.sha, before);
      if (parent !== before) {
        incident = `Somebody pushed ${parent.slice(0, 7)} to ${pool.branch} while #${facts.number} was merged: it was tested on ${before.slice(0, 7)}. What is in line is tested again.`;
        books.moved({ fromSha: before, toSha: parent, pull: null, paths: null });
      }
      books.moved({ fromSha: parent, toSha: outcome.sha, pull: { number: facts.number, sha: facts.headSha }, paths });
      base = outcome.sha;
      merging.baseIs(base);
      books.gone(facts.number);
      merged.push(facts);
    } else if (outcome.state === "refused") {
      failures.push({ number: facts.number, text: outcome.message });
      const at = { facts, baseSha: base, now: Date.now(), before: books.refusal(facts.number) };
      books.refuse(facts.number, refusalOf(outcome.kind, outcome.message, at));
    } else failures.push({ number: facts.number, text: outcome.why });
    books.ended(facts.number);
    const refused = outcome.state === "refused" && !goesOn(outcome.kind);
    if (incident !== "" || refused || (outcome.state === "changed" && outcome.stop)) break;
  }
  books.endedAll();
  return { merged, failures, incident };
}

async function mergeOne(merging: Merging, candidate: Candidate, base: string, batch: boolean): Promise<Outcome> {
  const { books, pool, client } = merging;
  const { number, headSha } = candidate.facts;
  const owner = { owner: pool.org, repo: pool.repo };
  let last: Outcome = { state: "changed", why: "" };
  for (const pause of PAUSES_MS) {
    if (pause > 0) await scheduler.wait(pause);
    const seen = await merging.read(number);
    const facts = seen.pulls.find((one) => one.number === number);
    if (seen.baseSha !== base)
      return { state: "changed", stop: true, why: `${pool.branch} was moved by somebody else` };
    if (!facts) return { state: "changed", why: "it is not open any more" };
    if (facts.headSha !== headSha) return { state: "changed", why: "its head moved" };
    const admission = admit({ ...candidate, facts }, pool, NOTHING_EXCUSED);
    if (!admission.inPool) return { state: "changed", why: admission.why.text };
    const method = methodOf(pool.settings, facts, pool.repoFacts);
    if ("fault" in method) return { state: "changed", why: method.fault };
    const { title, body } = commitText(pool.settings, facts, pool);
    if (batch && candidate.demands?.policy.overwritePending === true) await overwrite(merging, { ...candidate, facts });
    books.asked(number);
    try {
      const { data } = await client.request("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", {
        ...owner,
        pull_number: number,
        sha: headSha,
        merge_method: method.method,
        ...(title === "" ? {} : { commit_title: title }),
        ...(body === "" ? {} : { commit_message: body }),
      });
      return { state: "merged", sha: data.sha };
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      const refused = error.kind === "permanent" || (error.kind === "transient" && error.status === 409);
      if (!refused) throw error;
      const message = error.message.replace(/^PUT \S+: \d* ?/, "");
      const kind = failureOf(error.status, message);
      last = { state: "refused", kind, message };
      if (!retries(kind)) return last;
    }
  }
  return last;
}

/** `overwrite-pending-contexts`: what passed in the batch is not waited for on the head (spec jobs 5.8). */
async function overwrite({ client, pool }: Merging, { facts, demands }: Candidate): Promise<void> {
  const passed = new Set(demands?.jobs.map(({ context }) => context));
  for (const { context, state, source, url } of facts.contexts) {
    if (state !== "PENDING" || source !== "status" || !passed.has(context)) continue;
    try {
      await client.request("POST /repos/{owner}/{repo}/statuses/{sha}", {
        owner: pool.org,
        repo: pool.repo,
        sha: facts.headSha,
        context,
        state: "success",
        description: "Passed together with others, in a batch.",
        ...(url === "" ? {} : { target_url: url }),
      });
    } catch (error) {
      // GitHub says itself why the merge is refused then.
      if (!(error instanceof GitHubError) || error.kind !== "permanent") throw error;
    }
  }
}

/** The commit on which the merge stands: of a merge or squash its first parent, of a rebase that of its first commit. */
async function parentOf({ client, pool }: Merging, { facts }: Candidate, sha: string, base: string): Promise<string> {
  const { data } = await client.request("GET /repos/{owner}/{repo}/compare/{basehead}", {
    owner: pool.org,
    repo: pool.repo,
    basehead: `${base}...${sha}`,
    per_page: 100,
  });
  // With a merge commit the head's own commits are listed too: the tip is what has the branch as its first parent.
  const tip = data.commits.find((commit) => commit.sha === sha);
  const first = tip?.parents[0]?.sha ?? base;
  if (first === base || (tip?.parents.length ?? 0) > 1) return first;
  const own = new Map(data.commits.map((commit) => [commit.sha, commit.parents[0]?.sha ?? ""]));
  const method = methodOf(pool.settings, facts, pool.repoFacts);
  if (!("method" in method) || method.method !== "rebase") return first;
  let at = first;
  for (let step = own.size; step > 0 && at !== base; step -= 1) {
    const parent = own.get(at);
    if (parent === undefined) return at;
    at = parent;
  }
  return at;
}

/** Finds out what became of merges whose answer was lost. The next decision goes on from there. */
export async function settle(merging: Merging): Promise<void> {
  const { books } = merging;
  for (const { number, asked } of books.merging()) {
    const seen = asked === 1 ? await merging.read(number) : null;
    const done = seen?.merged.find((one) => one.number === number);
    if (seen && done) await settleMerged(merging, number, done.sha, seen.baseSha ?? done.sha);
    books.ended(number);
  }
}

/** It was merged after all. Unless exactly that moved the branch, what was tested before counts no more. */
async function settleMerged(merging: Merging, number: number, mergeSha: string, tip: string): Promise<void> {
  const { books, pool, baseIs } = merging;
  const candidate = pool.candidates.find(({ facts }) => facts.number === number);
  const alone =
    candidate && tip === mergeSha && (await parentOf(merging, candidate, mergeSha, pool.baseSha)) === pool.baseSha;
  const pull = alone ? { number, sha: candidate.facts.headSha } : null;
  books.moved({ fromSha: pool.baseSha, toSha: tip, pull, paths: null });
  baseIs(tip);
  books.gone(number);
  const { author, headSha: sha, title } = candidate?.facts ?? { author: "", headSha: "", title: "" };
  const target = [{ number, author, sha, title }];
  books.record({ time: Date.now(), action: "MERGE", baseSha: pool.baseSha, target, err: "" });
}
