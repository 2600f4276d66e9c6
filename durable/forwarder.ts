/** Carries webhooks to external plugins (spec chatops 1.9): by https from here, else by a git task of a runner. */
import { type Forwarded, forwarded, headersFor, reachOf, RUNNER_BODY_BYTES } from "../src/chatops/external.ts";
import { isReset } from "../src/chatops/retry.ts";
import { type Env, settings } from "../src/env.ts";
import type { GitTaskOutcome } from "../src/jobs/git-task.ts";
import { gitTaskJob } from "../src/jobs/git-task-job.ts";
import type { ReportTo } from "../src/jobs/rpc.ts";
import { uuidV5 } from "../src/jobs/uuid.ts";
import { stored } from "../src/store/stored.ts";
import type { InboxRow } from "./chat-tables.ts";
import type { ForwardRow, Forwards } from "./forwards.ts";

const ANSWER_MS = 10_000;
/** A try of which nothing is heard in this time has failed. */
const LEASE_MS = 60_000;
/** The same for one that waits for a runner: longer than a task waits for one. */
const RUNNER_LEASE_MS = 2 * 3600_000;

export interface Surroundings {
  readonly env: Env;
  readonly forwards: Forwards;
  readonly reportTo: NonNullable<ReportTo>;
  /** The delivery and its raw body; null when it is not kept any more. */
  readonly delivery: (guid: string) => Promise<{ readonly row: InboxRow; readonly body: string } | null>;
  /** Asks for another look at what is due. */
  readonly lookAgain: () => Promise<void>;
  readonly waitUntil: (work: Promise<void>) => void;
}

/** Sends what is due without waiting for the answers. Answers when to look next; nothing when none is on its way. */
export function forwardDue(around: Surroundings): number | void {
  for (const row of around.forwards.take(Date.now(), LEASE_MS)) around.waitUntil(forward(row, around));
  return around.forwards.nextAt() ?? undefined;
}

/** A runner's word on a webhook that it was handed; false: the task is none of ours. */
export async function forwardEnded(task: string, outcome: GitTaskOutcome, around: Surroundings): Promise<boolean> {
  const row = around.forwards.ofTask(task);
  if (!row) return false;
  const status = outcome.state === "delivered" ? outcome.status : null;
  const reason = outcome.state === "failed" ? outcome.message : `the runner answered ${outcome.state}`;
  around.forwards.ended(row, forwarded(status, reason, row.tries, Date.now() - row.seq), Date.now());
  await around.lookAgain();
  return true;
}

async function forward(row: ForwardRow, around: Surroundings): Promise<void> {
  try {
    const ended = await attempt(row, around);
    if (ended) around.forwards.ended(row, ended, Date.now());
    await around.lookAgain();
  } catch (error) {
    // The lease runs out, and it is tried again.
    if (!isReset(error))
      console.warn(JSON.stringify({ message: "forward failed", plugin: row.plugin, error: String(error) }));
  }
}

/** Null: a runner has it now. */
async function attempt(row: ForwardRow, around: Surroundings): Promise<Forwarded | null> {
  const { EXTERNAL_PLUGIN_SECRET: secret } = settings(around.env);
  const dead = (answer: string): Forwarded => ({ state: "dead", answer });
  if (!secret) return dead("Set EXTERNAL_PLUGIN_SECRET, with which external plugins verify what we send them.");
  const delivery = await around.delivery(row.guid);
  if (!delivery) return dead("The delivery is not kept any more.");
  const { body, row: inbox } = delivery;
  const { event, guid } = inbox;
  const headers = await headersFor(stored<Record<string, string>>(inbox.headers), { event, guid, body, secret });
  if (reachOf(row.endpoint) === "runner") return await handOver(row, headers, body, around);
  try {
    const answer = await fetch(row.endpoint, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.body?.cancel();
    return forwarded(answer.status, "", row.tries, Date.now() - row.seq);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return forwarded(null, `gave no answer: ${why}`, row.tries, Date.now() - row.seq);
  }
}

async function handOver(
  row: ForwardRow,
  headers: Record<string, string>,
  body: string,
  { env, forwards, reportTo }: Surroundings,
): Promise<Forwarded | null> {
  if (new TextEncoder().encode(body).length > RUNNER_BODY_BYTES)
    return { state: "dead", answer: `larger than ${RUNNER_BODY_BYTES} bytes: only https endpoints get that` };
  const id = await uuidV5(`forward ${row.guid} ${row.plugin} ${row.tries} ${row.seq}`);
  forwards.handedOver(row, id, Date.now() + RUNNER_LEASE_MS);
  const { GIT_TASKS_CLUSTER: cluster, PUBLIC_URL: publicUrl } = settings(env);
  const task = { kind: "forward", endpoint: row.endpoint, headers, body } as const;
  await env.JOB.getByName(`job:${id}`).start(
    JSON.stringify(gitTaskJob(id, task, { cluster, publicUrl, now: Date.now() })),
    reportTo,
  );
  return null;
}
