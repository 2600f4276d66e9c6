/** A pull request or issue as we know it: its deliveries with what came of them, its jobs. GitHub is not asked. */
import type { PullPageProps } from "../../ui/pages/pull.tsx";
import { parseEvent, PayloadError } from "../chatops/parse.ts";
import type { DeliveryView } from "../chatops/view.ts";
import type { Env } from "../env.ts";
import { listDeliveries } from "../store/delivery-list.ts";
import { listJobs } from "../store/job-list.ts";
import { listPools } from "../store/pool-row.ts";
import type { Sight } from "../store/sight.ts";
import { stored } from "../store/stored.ts";
import type { PoolView } from "../tide/view.ts";
import { hidesAll, ownerOf, withoutHiddenJobs } from "./delivery-data.ts";
import { canSee, isAdmin, sightOf } from "./viewer.ts";
import type { Viewer } from "./viewer.ts";

const DELIVERIES = 15;
/** Runs of all commits; what is older has the history of its job. */
const JOBS = 500;
/** Of the newest deliveries, how many are opened for their effects. */
const OPENED = 10;

type Known = Pick<PullPageProps, "subject" | "deliveries" | "jobs" | "effects" | "merge">;
type Subject = NonNullable<PullPageProps["subject"]>;

/** Title, labels and state as a delivery's payload tells them; null when it does not. */
function subjectOf({ event, payload, guid, receivedAt }: DeliveryView): Subject | null {
  try {
    for (const one of parseEvent(event, JSON.parse(payload), guid).events) {
      if (one.kind === "comment") {
        const { issueTitle: title, issueAuthor, state, labels, isPullRequest } = one;
        return { title, author: issueAuthor.login, state, labels, isPullRequest, at: receivedAt };
      }
      if (one.kind === "issue") {
        const { title, author, state, labels } = one;
        return { title, author: author.login, state, labels, isPullRequest: false, at: receivedAt };
      }
      if (one.kind !== "pull_request" && one.kind !== "review") continue;
      const { title, author, state, merged, labels } = one.pullRequest;
      const shown = merged ? "merged" : state;
      return { title, author: author.login, state: shown, labels, isPullRequest: true, at: receivedAt };
    }
    return null;
  } catch (error) {
    if (error instanceof PayloadError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** What the merge pool of its branch says of a pull request; null when none has it. */
async function mergeAnswer(env: Env, sight: Sight, org: string, repo: string, number: number): Promise<Known["merge"]> {
  for (const row of await listPools(env.DB, sight, `${org}/${repo}`)) {
    const pool = stored<PoolView>(row);
    const found = pool.pulls.find((pull) => pull.number === number);
    if (!found) continue;
    const runs = pool.runs.filter(({ pulls }) => pulls.includes(number));
    return { org: pool.org, repo: pool.repo, branch: pool.branch, wait: found.wait, stops: pool, runs };
  }
  return null;
}

/** What is known of `org/repo#number` for a viewer; null when that is nothing. */
export async function pullOverview(
  env: Env,
  viewer: Viewer,
  org: string,
  repo: string,
  number: number,
): Promise<Known | null> {
  if (!(await canSee(env, viewer, org, repo))) return null;
  const sight = await sightOf(env, viewer);
  const [deliveries, jobs, merge] = await Promise.all([
    listDeliveries(env.DB, sight, { org, repo, number }, null, DELIVERIES),
    listJobs(env.DB, sight, { org, repo, pull: number }, null, JOBS),
    mergeAnswer(env, sight, org, repo, number),
  ]);
  if (deliveries.rows.length === 0 && jobs.rows.length === 0) return null;
  const conversation = ownerOf(env, `${org}/${repo}#${number}`.toLowerCase());
  const opened = await Promise.all(deliveries.rows.slice(0, OPENED).map(({ guid }) => conversation.delivery(guid)));
  const admin = isAdmin(env, viewer);
  const all = !admin && (await hidesAll(env, org, repo));
  const views = opened.flatMap((view) => (view === null ? [] : [admin ? view : withoutHiddenJobs(view, all)]));
  const subject = views.reduce<Subject | null>((found, view) => found ?? subjectOf(view), null);
  return {
    subject,
    merge,
    deliveries: deliveries.rows,
    jobs: jobs.rows,
    effects: views.flatMap((view) => view.effectList),
  };
}
