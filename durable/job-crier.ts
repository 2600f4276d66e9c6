/** Reporters beside GitHub's statuses and comment: each a duty of its own, tried again on its own (spec jobs 4.6). */
import { callService } from "../src/chatops/service.ts";
import { currentConfig } from "../src/config/current.ts";
import { type Env, settings } from "../src/env.ts";
import { GitHubError, revive } from "../src/github/errors.ts";
import { annotationsOf, conclusionOf, slackMessage, slackService, stateMessage } from "../src/jobs/crier.ts";
import { isGitTask } from "../src/jobs/git-task-job.ts";
import { isComplete } from "../src/jobs/lifecycle.ts";
import { storagePath } from "../src/jobs/paths.ts";
import { mainRefs } from "../src/jobs/refs.ts";
import { documentOf, summaryOf } from "../src/jobs/summary.ts";
import type { JobStore, KnownJob } from "./job-store.ts";

const REPORTERS = ["slack", "webhook", "checks"] as const;
export type Reporter = (typeof REPORTERS)[number];

/** The service of the settings that gets every job's states. */
const WEBHOOK = "job-webhook";
/** After this nobody waits for the news any more. */
const PATIENCE_MS = 24 * 3600_000;
const LOG_TAIL_BYTES = 512 * 1024;
const LOG_WAIT_MS = 5_000;

export const isReporter = (name: string): name is Reporter => REPORTERS.some((one) => one === name);

/** Those that the settings switch on. */
export function reportersOf(env: Env): readonly Reporter[] {
  const { SERVICES, GITHUB_CHECKS } = settings(env);
  const on: Readonly<Record<Reporter, boolean>> = {
    slack: Object.keys(SERVICES).some((name) => name === "slack" || name.startsWith("slack:")),
    webhook: Object.hasOwn(SERVICES, WEBHOOK),
    checks: GITHUB_CHECKS === "true",
  };
  return REPORTERS.filter((name) => on[name]);
}

export class JobCrier {
  readonly #env: Env;
  readonly #store: JobStore;

  constructor(env: Env, store: JobStore) {
    this.#env = env;
    this.#store = store;
  }

  /** Tells of the job's state, once for each state. A number: again then. Throws what is worth another try. */
  async cry(reporter: Reporter, job: KnownJob): Promise<number | void> {
    const { state } = job.record;
    if (isGitTask(job.prowjob.spec) || this.#store.read(`cried:${reporter}`) === state) return;
    try {
      const again = await this.#tell(reporter, job);
      if (again !== undefined) return again;
    } catch (error) {
      const known = error instanceof GitHubError ? error : revive(error, reporter);
      const old = Date.now() - (job.record.completedAt ?? job.record.createdAt) > PATIENCE_MS;
      // A message whose answer was lost may have arrived: only the webhook's receiver can tell by its id.
      const lost = known.kind === "unknown-outcome" && reporter === "slack";
      if (!old && !lost && known.kind !== "permanent") throw error;
      this.#store.addLine({ at: Date.now(), what: `Not reported (${reporter})`, detail: known.message });
    }
    this.#store.write(`cried:${reporter}`, state);
  }

  async #tell(reporter: Reporter, job: KnownJob): Promise<number | void> {
    switch (reporter) {
      case "slack":
        return this.#slack(job);
      case "webhook":
        return this.#webhook(job);
      case "checks":
        return this.#checks(job);
    }
  }

  async #slack({ prowjob, record }: KnownJob): Promise<void> {
    const document = documentOf(prowjob, record);
    const refs = mainRefs(prowjob.spec);
    const config = await currentConfig(this.#env, refs?.org ?? "", refs?.repo ?? "");
    const message = slackMessage(document, config?.prow.slack_reporter ?? null);
    if (message === null) return;
    const { host, channel, text } = message;
    const body = { channel, text };
    await callService(this.#env, { service: slackService(host), method: "POST", path: "/chat.postMessage", body });
  }

  async #webhook({ prowjob, record }: KnownJob): Promise<void> {
    const document = documentOf(prowjob, record);
    const body = { ...stateMessage(document), delivery: `${prowjob.metadata.name}:${record.version}` };
    await callService(this.#env, { service: WEBHOOK, method: "POST", path: "/", body });
  }

  /** One completed check run per run of a job, with the annotations of its log. The owner's outbox sends it. */
  async #checks({ prowjob, record }: KnownJob): Promise<number | void> {
    const to = this.#store.read("reportTo");
    const { report, sha, context, job, url, description, buildId } = summaryOf(prowjob, record);
    if (!isComplete(record) || to === null || !report || sha === "" || context === "") return;
    const tail = buildId === "" ? "" : await this.#logTail(`${storagePath(prowjob.spec, buildId)}/build-log.txt`);
    if (tail === null && Date.now() - (record.completedAt ?? 0) < 60_000) return Date.now() + LOG_WAIT_MS;
    const effect = {
      kind: "createCheckRun",
      sha,
      name: context,
      conclusion: conclusionOf(record.state),
      title: description,
      summary: `[${job}](${url}): ${description}`,
      detailsUrl: url,
      annotations: annotationsOf(tail ?? ""),
    } as const;
    const delivery = `job:${prowjob.metadata.name}:${record.version}`;
    if (to.kind === "conversation")
      await this.#env.CONVERSATION.getByName(to.name).enqueue(delivery, "checks", [effect]);
    if (to.kind === "repository") await this.#env.REPOSITORY.getByName(to.name).enqueue(delivery, "checks", [effect]);
  }

  /** Null: not written yet. */
  async #logTail(key: string): Promise<string | null> {
    const head = await this.#env.ARTIFACTS.head(key);
    if (head === null) return null;
    const offset = Math.max(0, head.size - LOG_TAIL_BYTES);
    const object = await this.#env.ARTIFACTS.get(key, { range: { offset, length: head.size - offset } });
    return object === null ? null : object.text();
  }
}
