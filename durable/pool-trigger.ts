/** Starting what a pool wants tested: a pull request's presubmits through its Conversation, batches by themselves. */
import type { RepoConfig } from "../src/config/model.ts";
import { type Env, settings } from "../src/env.ts";
import { batchJob, presubmitJob, pullRequestRefs } from "../src/jobs/create.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import { batchJobs } from "../src/tide/accumulate.ts";
import type { Assessment } from "../src/tide/assess.ts";
import type { Action, Candidate, Pool, RunPull } from "../src/tide/model.ts";
import { staleRuns } from "../src/tide/stale.ts";
import { stored } from "../src/store/stored.ts";
import type { PoolBooks } from "./pool-books.ts";

const LABELS = { "created-by-tide": "true" };

type Trigger = Extract<Action, { kind: "TRIGGER" | "TRIGGER_BATCH" }>;

/** Writes the jobs into the books; {@link sendUnsent} creates them. */
export async function triggerRuns(
  env: Env,
  books: PoolBooks,
  pool: Pool,
  action: Trigger,
  config: RepoConfig,
  name: string,
): Promise<void> {
  const numbers = action.kind === "TRIGGER_BATCH" ? [...action.ahead, ...action.pulls] : action.pulls;
  const members = numbers.flatMap((number) => pool.candidates.find((one) => one.facts.number === number) ?? []);
  const wanted = new Set(action.jobs);
  const jobs = batchJobs(members).filter((job) => wanted.has(job.name));
  const pulls = members.map(({ facts }): RunPull => ({ number: facts.number, sha: facts.headSha }));
  const batch = action.kind === "TRIGGER_BATCH";
  // Of one kind, on one base, for the same heads: the next try.
  const tries = pool.runs.filter(
    (run) => run.baseSha === pool.baseSha && JSON.stringify(run.pulls) === JSON.stringify(pulls),
  );
  const { PUBLIC_URL: publicUrl } = settings(env);
  for (const job of jobs) {
    const nth = tries.filter((run) => run.job === job.name).length;
    const guid = `tide ${name} ${pool.baseSha} ${pulls.map(({ number, sha }) => `${number}:${sha}`).join(" ")} ${nth}`;
    const origin = { guid, webhook: false, now: pool.now, publicUrl, settings: config.prow };
    const refs = refsOf(members, pool, config.prow.link_url);
    const prowjob = await (batch ? batchJob : presubmitJob)(job, refs, origin, LABELS);
    const run = {
      id: prowjob.metadata.name,
      type: batch ? "batch" : "presubmit",
      job: job.name,
      context: job.context,
      state: "scheduling",
      baseSha: pool.baseSha,
      pulls,
      createdByTide: true,
      startedAt: pool.now,
      ending: "",
    } as const;
    books.start(run, JSON.stringify(prowjob));
  }
}

function refsOf(members: readonly Candidate[], pool: Pool, linkUrl: string) {
  const all = members.map(({ facts }) =>
    pullRequestRefs(
      { owner: pool.org, repo: pool.repo },
      {
        number: facts.number,
        title: facts.title,
        htmlUrl: facts.url,
        author: { login: facts.author },
        head: { sha: facts.headSha, ref: facts.headRef },
        base: { ref: facts.baseRef },
      },
      pool.baseSha,
      linkUrl,
    ),
  );
  const [first] = all;
  if (!first) throw new Error("A run needs a pull request.");
  return { ...first, pulls: all.flatMap(({ pulls }) => pulls ?? []) };
}

/** Creates what is in the books and not known to exist. The same again creates nothing. */
export async function sendUnsent(env: Env, books: PoolBooks, pool: Pool, name: string): Promise<void> {
  for (let run = books.unsent(); run !== null; run = books.unsent()) {
    const prowjob = stored<ProwJob>(run.prowjob);
    if (run.type === "batch") {
      await env.JOB.getByName(`job:${run.id}`).start(run.prowjob, { kind: "pool", name });
    } else {
      const [pull] = stored<readonly RunPull[]>(run.pulls);
      const conversation = env.CONVERSATION.getByName(`${pool.org}/${pool.repo}#${pull?.number ?? 0}`.toLowerCase());
      await conversation.enqueue(`tide:${run.id}`, "tide", [{ kind: "startJobs", jobs: [prowjob] }]);
    }
    books.sent(run.id);
  }
}

/** Stops what nobody can use any more. */
export async function abortStale(env: Env, books: PoolBooks, pool: Pool, assessment: Assessment): Promise<void> {
  for (const { run, why } of staleRuns(pool, assessment)) {
    await env.JOB.getByName(`job:${run.id}`).abort(why, "tide", false);
    books.abandoned(run.id);
  }
}
