/** What a Job does by alarm. Each duty may run twice, and is tried again when it throws. */
import { configOrDefault } from "../src/config/current.ts";
import { settings } from "../src/env.ts";
import type { Env } from "../src/env.ts";
import { retryNumberOf } from "../src/jobs/create.ts";
import { isComplete } from "../src/jobs/lifecycle.ts";
import type { DeadlineName, JobEvent, JobRecord } from "../src/jobs/lifecycle.ts";
import { isGitTask, outcomeOf } from "../src/jobs/git-task-job.ts";
import { storagePath } from "../src/jobs/paths.ts";
import { runPolicy } from "../src/jobs/policy.ts";
import { mergeConflictOf } from "../src/jobs/merge-conflict.ts";
import type { ProwJob } from "../src/jobs/prowjob.ts";
import { placesOf } from "../src/jobs/queues.ts";
import { mainRefs } from "../src/jobs/refs.ts";
import type { JobSummary, ReportTo } from "../src/jobs/rpc.ts";
import { indexRowOf, summaryOf } from "../src/jobs/summary.ts";
import { type FinalState, isFinal } from "../src/jobs/verdict.ts";
import { waitingForRunner } from "../src/jobs/waiting.ts";
import { dropJobRow, saveJobRow } from "../src/store/job-row.ts";
import { jobsMaxAge } from "../src/jobs/retention.ts";
import { isReporter, JobCrier } from "./job-crier.ts";
import { dropBuild, writeEnd, writePointers, writeStart } from "./job-files.ts";
import type { JobLog } from "./job-log.ts";
import type { JobStore, KnownJob } from "./job-store.ts";
import type { Todo } from "./todo.ts";
import { isHidden } from "../src/jobs/hidden.ts";

/** A runner that waits takes a job within this time of its start: that is one row written in D1. Milliseconds. */
export const INDEX_MS = 250;
/** How long a job waits before its description says for what. Milliseconds. */
export const SAY_WHY_MS = 30_000;
/** Safety net: what waits asks again, less often the longer it has waited, lest a long queue keep itself busy. */
const ASK_AGAIN_MS = 5 * 60_000;
const ASK_AGAIN_LATEST_MS = 30 * 60_000;
/** Readers of a log's segments finish before they go. */
const KEEP_SEGMENTS_MS = 5 * 60_000;
/** An alarm this late means that the object itself was away. Milliseconds. */
const AWAY_MS = 30_000;

type Again = number | void;

export class JobDuties {
  readonly #env: Env;
  readonly #id: string;
  readonly #store: JobStore;
  readonly #log: JobLog;
  readonly #todo: Todo;
  readonly #crier: JobCrier;
  readonly #apply: (event: JobEvent) => Promise<void>;
  /** Nothing is left but what this object itself holds. */
  forgotten = false;

  constructor(
    env: Env,
    id: string,
    store: JobStore,
    log: JobLog,
    todo: Todo,
    apply: (event: JobEvent) => Promise<void>,
  ) {
    this.#env = env;
    this.#id = id;
    this.#store = store;
    this.#log = log;
    this.#todo = todo;
    this.#crier = new JobCrier(env, store);
    this.#apply = apply;
  }

  /** The work of a key: a duty's name, and for some of what. */
  async work(key: string, due: number): Promise<Again> {
    const job = this.#store.known();
    if (!job) return;
    if (key === "give up") return this.#giveUp(job);
    const [duty, of = ""] = key.split(" ");
    switch (duty) {
      case "admit":
        return this.#admit(job);
      case "enqueue":
        if (job.record.stage === "queued") await this.#enqueue(job);
        return;
      case "waiting":
        return this.#sayWhy(job);
      case "stop":
        return this.#stop(job);
      case "release":
        return this.#release(job);
      case "report":
        return this.#report(job);
      case "cry":
        return isReporter(of) ? this.#crier.cry(of, job) : undefined;
      case "index":
        return saveJobRow(this.#env.DB, indexRowOf(job.prowjob, job.record, job.terms), job.prowjob.metadata);
      case "start":
        return this.#writeStart(job);
      case "end":
        return this.#writeEnd(job, Number(of));
      case "segment":
        return (await this.#log.flushSegment(Number(of))) ? Date.now() : undefined;
      case "clean":
        return this.#log.clean(Number(of));
      case "forget":
        return this.#forget(job, of === "now");
      case "deadline":
        return this.#deadline(of, due);
    }
  }

  /** When the alarm itself is late nobody could be heard: everybody gets a moment to speak. */
  async #deadline(name: string, due: number): Promise<Again> {
    const now = Date.now();
    if (now - due > AWAY_MS) return now + AWAY_MS;
    if (isDeadline(name)) await this.#apply({ type: "deadline", name });
  }

  /** Asks max_concurrency, the job queue and plank's own limit for a slot. Asked again when one of them grants. */
  async #admit({ prowjob: { spec }, record, terms }: KnownJob): Promise<Again> {
    if (record.stage !== "admission") return;
    const config = await configOrDefault(this.#env, mainRefs(spec));
    const plank = config?.prow.plank ?? null;
    const hidden = isHidden(spec) || config?.prow.hidden === true;
    const places = placesOf(spec.job_queue_name, plank);
    const names = [...new Set([...terms.queues, ...places.map(({ queue }) => queue)])];
    this.#store.write("terms", { policy: runPolicy(spec, plank), hidden, queues: names, settled: true });
    if (!terms.settled) this.#todo.by("index", Date.now() + INDEX_MS);

    const most = spec.max_concurrency ?? 0;
    const slot = await this.#env.JOB_NAME.getByName(spec.job).admit(this.#id, record.createdAt, most);
    if (!slot.granted) return this.#wait(record, `Waiting: no more than ${most} at a time (max_concurrency).`);
    for (const { queue, capacity, why } of places) {
      const isGranted =
        capacity !== null &&
        (await this.#env.JOB_QUEUE.getByName(queue).admit(this.#id, record.createdAt, capacity)).granted;
      if (!isGranted) return this.#wait(record, why);
    }
    return this.#apply({ type: "admitted" });
  }

  async #wait(record: JobRecord, why: string): Promise<number> {
    const now = Date.now();
    if (now < record.createdAt + SAY_WHY_MS) return record.createdAt + SAY_WHY_MS;
    await this.#apply({ type: "waiting", description: why });
    return askAgain(record, now);
  }

  /** Whether its cluster has a runner. */
  async #enqueue({ prowjob: { spec }, record }: KnownJob): Promise<boolean> {
    const cluster = this.#env.BUILD_CLUSTER.getByName(spec.cluster);
    return (await cluster.enqueue(this.#id, record.createdAt, record.attempt)).hasRunner;
  }

  /** A job that waits for a runner says so; and is queued again, in case that its cluster does not know it. */
  async #sayWhy(job: KnownJob): Promise<Again> {
    if (job.record.stage !== "queued") return;
    const { cluster } = job.prowjob.spec;
    const hasRunner = await this.#enqueue(job);
    const hasToken = (settings(this.#env).RUNNER_TOKENS[cluster]?.length ?? 0) > 0;
    await this.#apply({ type: "waiting", description: waitingForRunner(cluster, hasToken, hasRunner) });
    return askAgain(job.record, Date.now());
  }

  async #stop({ prowjob: { spec }, record }: KnownJob): Promise<void> {
    const cluster = this.#env.BUILD_CLUSTER.getByName(spec.cluster);
    if (!(await cluster.abort(this.#id, record.attempt, record.description))) await this.#apply({ type: "unheld" });
  }

  async #release({ prowjob: { spec }, terms }: KnownJob): Promise<void> {
    await this.#env.BUILD_CLUSTER.getByName(spec.cluster).done(this.#id);
    await this.#env.JOB_NAME.getByName(spec.job).release(this.#id);
    for (const queue of terms.queues) await this.#env.JOB_QUEUE.getByName(queue).release(this.#id);
  }

  async #report({ prowjob, record }: KnownJob): Promise<void> {
    if (prowjob.spec.type === "periodic" && (isComplete(record) || record.state === "triggered"))
      await this.#env.HOROLOGIUM.getByName("installation").jobChanged(
        summaryOf(prowjob, record),
        retryNumberOf(prowjob),
      );
    const to = this.#store.read("reportTo");
    if (to === null) return;
    if (!isGitTask(prowjob.spec)) return await this.#tell(to, this.#summary(prowjob, record));
    if (!isComplete(record)) return;
    const outcome = JSON.stringify(outcomeOf(this.#store.read(`finish:${record.attempt}`), record.description));
    if (to.kind === "conversation") await this.#env.CONVERSATION.getByName(to.name).taskDone(this.#id, outcome);
    if (to.kind === "repository") await this.#env.REPOSITORY.getByName(to.name).taskDone(this.#id, outcome);
  }

  #summary(prowjob: ProwJob, record: JobRecord): JobSummary {
    const summary = summaryOf(prowjob, record);
    if (summary.type !== "batch" || !isComplete(record)) return summary;
    const records = this.#store.read(`finish:${record.attempt}`)?.cloneRecords ?? [];
    const conflict = mergeConflictOf(prowjob.spec.refs?.pulls ?? [], records);
    return conflict === null ? summary : { ...summary, conflict };
  }

  async #tell({ kind, name }: NonNullable<ReportTo>, summary: JobSummary): Promise<void> {
    switch (kind) {
      case "conversation":
        return await this.#env.CONVERSATION.getByName(name).jobChanged(summary);
      case "repository":
        return await this.#env.REPOSITORY.getByName(name).jobChanged(summary);
      case "pool":
        return await this.#env.MERGE_POOL.getByName(name).jobChanged(summary);
    }
  }

  /** A git task that nobody has taken by now. */
  async #giveUp({ prowjob: { spec }, record }: KnownJob): Promise<void> {
    if (record.stage !== "admission" && record.stage !== "queued") return;
    const reason = `No runner of build cluster ${spec.cluster} took this git task: start one, or set GIT_TASKS_CLUSTER to the alias of one that runs.`;
    await this.#apply({ type: "abort", reason, superseded: false });
  }

  /** Sinker: by age, and never what is not over. Files first, the row last, so that a crash leaves what finds the rest. */
  async #forget({ prowjob, record }: KnownJob, isOld: boolean): Promise<Again> {
    const now = Date.now();
    if (record.completedAt === null) return;
    const due = record.completedAt + jobsMaxAge(this.#env);
    if (now < due && !isOld) return due;
    for (let attempt = this.#store.lastAttempt(); attempt > 0; attempt -= 1) {
      const build = this.#store.build(attempt);
      if (build && (await dropBuild(this.#env.ARTIFACTS, prowjob, build.buildId))) return now;
    }
    await dropJobRow(this.#env.DB, this.#id);
    this.forgotten = true;
  }

  async #writeStart({ prowjob, record }: KnownJob): Promise<void> {
    const build = this.#store.build(record.attempt);
    if (!build) return;
    // Of a job that ended meanwhile, the end writes these files, and has more to say.
    if (!isComplete(record)) await writeStart(this.#env.ARTIFACTS, prowjob, record, build);
    await writePointers(this.#env.ARTIFACTS, prowjob, build);
  }

  async #writeEnd({ prowjob, record }: KnownJob, attempt: number): Promise<Again> {
    const build = this.#store.build(attempt);
    if (!build) return;
    const logKey = `${storagePath(prowjob.spec, build.buildId)}/build-log.txt`;
    if (!(await this.#log.close(attempt, logKey))) return Date.now();
    const finish = this.#store.read(`finish:${attempt}`);
    const isLast = attempt === record.attempt && isComplete(record);
    const state: FinalState = isLast ? lastState(record) : "aborted";
    const at = (isLast ? record.completedAt : finish?.finishedAt) ?? Date.now();
    await writeEnd(this.#env.ARTIFACTS, prowjob, record, build, finish, { state, at });
    if (this.#log.hasLeftovers(attempt)) this.#todo.put(`clean ${attempt}`, Date.now() + KEEP_SEGMENTS_MS);
  }
}

const askAgain = ({ createdAt }: JobRecord, now: number): number =>
  now + Math.min(Math.max(ASK_AGAIN_MS, now - createdAt), ASK_AGAIN_LATEST_MS);

const lastState = ({ state }: JobRecord): FinalState => (isFinal(state) ? state : "error");

function isDeadline(name: string): name is DeadlineName {
  return ["unscheduled", "pending", "running", "abort", "log"].includes(name);
}
