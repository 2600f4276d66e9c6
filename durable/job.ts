import { DurableObject } from "cloudflare:workers";
import { currentConfig } from "../src/config/current.ts";
import { settings } from "../src/env.ts";
import type { Env } from "../src/env.ts";
import type { TokenScope } from "../src/jobs/credential.ts";
import { artifactPath } from "../src/jobs/artifact-path.ts";
import { newJobToken, parseJobToken, sameDigest, sha256Hex } from "../src/jobs/credential.ts";
import { OUTCOME_CHARS } from "../src/jobs/git-task.ts";
import { gitTaskOf, isGitTask } from "../src/jobs/git-task-job.ts";
import { jobEnvironment } from "../src/jobs/environment.ts";
import { endedRecord, isClaimable, isComplete, isHeld, newRecord, step } from "../src/jobs/lifecycle.ts";
import type { Action, JobEvent, JobRecord } from "../src/jobs/lifecycle.ts";
import { flushAfter, JOB_LIMITS } from "../src/jobs/limits.ts";
import { storagePath } from "../src/jobs/paths.ts";
import { storableReport } from "../src/jobs/evidence.ts";
import { runPolicy } from "../src/jobs/policy.ts";
import { FinishReport } from "../src/jobs/protocol.ts";
import type { Assignment, Held, LogAnswer, StateReport } from "../src/jobs/protocol.ts";
import { ProwJobDocument } from "../src/jobs/prowjob-schema.ts";
import { mainRefs } from "../src/jobs/refs.ts";
import type { JobRpc, JobSummary, LogParts, Refusal, ReportTo } from "../src/jobs/rpc.ts";
import { documentOf, summaryOf, viewOf } from "../src/jobs/summary.ts";
import { timelineLine } from "../src/jobs/timeline.ts";
import { isFinal, verdictOf } from "../src/jobs/verdict.ts";
import type { JobView } from "../src/jobs/view.ts";
import { cloneToken, taskToken } from "./clone-token.ts";
import { INDEX_MS, JobDuties, SAY_WHY_MS } from "./job-duties.ts";
import { JobLog, LEAN_LOG, LOG_TABLES } from "./job-log.ts";
import { JOB_TABLES, JobStore, POD_CREDENTIAL } from "./job-store.ts";
import type { KnownJob } from "./job-store.ts";
import { reportersOf } from "./job-crier.ts";
import { JobViewers } from "./job-viewers.ts";
import { jobsMaxAge } from "../src/jobs/retention.ts";
import { migrate } from "./migrate.ts";
import { LEAN_TODO, TODO_TABLE, Todo } from "./todo.ts";
import { isHidden } from "../src/jobs/hidden.ts";

const MIGRATIONS = [TODO_TABLE, ...JOB_TABLES, ...LOG_TABLES, POD_CREDENTIAL, ...LEAN_TODO, ...LEAN_LOG];
/** At most this much of the log is sent to a viewer who joins; the rest is fetched. */
const BACKLOG_BYTES = 1024 * 1024;

/** R2 has been seen to neither take nor refuse a large object; reports do not wait for it. Milliseconds. */
const DUTY_MS = 30_000;

/** A git task that no runner takes in this time is given up: somebody waits for an answer. */
const TASK_WAIT_MS = 3600_000;

const UNKNOWN: Refusal = { error: "unauthorized", message: "Unknown credential." };
const ARTIFACTS_ONLY: Refusal = { error: "forbidden", message: "This credential stores artifacts, nothing else." };
const FINISHED: Refusal = { error: "finished", message: "The job is finished; nothing more is taken." };
const ENDED: Refusal = { error: "stale", message: "The job has ended. Stop it and report nothing more." };

/** One ProwJob: its life, its log, its files. */
export class Job extends DurableObject<Env> implements JobRpc {
  readonly #id: string;
  readonly #todo: Todo;
  readonly #store: JobStore;
  readonly #log: JobLog;
  readonly #viewers: JobViewers;
  readonly #duties: JobDuties;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#id = (context.id.name ?? "").replace(/^job:/, "");
    this.#todo = new Todo(context.storage, DUTY_MS);
    this.#store = new JobStore(context.storage);
    this.#log = new JobLog(context.storage, env.ARTIFACTS, this.#id);
    this.#viewers = new JobViewers(context);
    this.#duties = new JobDuties(env, this.#id, this.#store, this.#log, this.#todo, (event) => this.#apply(event));
    void context.blockConcurrencyWhile(async () => migrate(context.storage, MIGRATIONS));
  }

  async start(prowjob: string, reportTo: ReportTo): Promise<{ created: boolean; summary: JobSummary }> {
    const known = this.#store.known();
    if (known) return { created: false, summary: summaryOf(known.prowjob, known.record) };
    const job = ProwJobDocument.parse(JSON.parse(prowjob));
    if (job.metadata.name !== this.#id)
      throw new Error(`ProwJob ${job.metadata.name} was sent to the object of ${this.#id}`);
    const now = Date.now();
    const said = job.status.description ?? "";
    this.#store.write("prowjob", job);
    this.#store.write("reportTo", reportTo);
    const record = newRecord(Date.parse(job.status.startTime), said);
    this.#store.write("record", record);
    this.#store.addLine({ at: now, what: "Triggered", detail: said });
    this.#todo.put("admit", now);
    // Horologium alone hears of it; whoever starts it otherwise has it from the answer.
    if (job.spec.type === "periodic") this.#todo.put("report", now);
    this.#todo.by("index", now + INDEX_MS);
    if (isGitTask(job.spec)) this.#todo.put("give up", now + TASK_WAIT_MS);
    await this.#todo.arm();
    return { created: true, summary: summaryOf(job, record) };
  }

  async record(prowjob: string): Promise<JobSummary> {
    const job = ProwJobDocument.parse(JSON.parse(prowjob));
    if (job.metadata.name !== this.#id)
      throw new Error(`ProwJob ${job.metadata.name} was sent to the object of ${this.#id}`);
    const { state } = job.status;
    if (!isFinal(state)) throw new Error(`ProwJob ${this.#id} is ${state}: only finished ones are recorded`);
    const refs = mainRefs(job.spec);
    const config = refs ? await currentConfig(this.env, refs.org, refs.repo) : null;
    const buildId = await this.env.JOB_NAME.getByName(job.spec.job).vend(this.#id, 1);
    const known = this.#store.known();
    if (known) return summaryOf(known.prowjob, known.record);
    const at = Date.parse(job.status.startTime);
    const said = job.status.description ?? "";
    const record = endedRecord(state, said, at, buildId);
    const hidden = isHidden(job.spec) || config?.prow.hidden === true;
    const policy = runPolicy(job.spec, config?.prow.plank ?? null);
    this.#store.write("prowjob", job);
    this.#store.write("reportTo", null);
    this.#store.write("record", record);
    this.#store.write("terms", { policy, hidden, queues: [], settled: true });
    this.#store.claimed({ attempt: 1, epoch: 0 }, { run: "", artifacts: "" }, buildId, at);
    this.#store.addLine({ at, what: "Recorded", detail: said });
    for (const duty of ["index", "end 1"]) this.#todo.put(duty, Date.now());
    this.#todo.put("forget", Date.now() + jobsMaxAge(this.env));
    await this.#todo.arm();
    return summaryOf(job, record);
  }

  async abort(reason: string, by: string, superseded: boolean): Promise<boolean> {
    const record = this.#store.known()?.record;
    if (!record || isComplete(record) || record.stage === "finishing") return false;
    if (record.state === "aborted") return true;
    this.#store.addLine({ at: Date.now(), what: "Abort asked for", detail: by });
    await this.#apply({ type: "abort", reason, superseded });
    return true;
  }

  async forgetBefore(time: number): Promise<void> {
    const ended = this.#store.known()?.record.completedAt ?? null;
    if (ended === null || ended >= time) return;
    this.#todo.put("forget now", Date.now());
    await this.#todo.arm();
  }

  async admitted(): Promise<void> {
    if (this.#store.known()?.record.stage !== "admission") return;
    this.#todo.put("admit", Date.now());
    await this.#todo.arm();
  }

  async claim(runner: string): Promise<{ assignment: string; held: Held } | null> {
    const before = this.#store.known();
    if (!before || !isClaimable(before.record)) return null;
    const { attempt } = before.record;
    const epoch = before.record.epoch + 1;
    const buildId = await this.env.JOB_NAME.getByName(before.prowjob.spec.job).vend(this.#id, attempt);
    const held = { job: this.#id, attempt, epoch };
    const token = newJobToken({ ...held, scope: "run" });
    const podToken = newJobToken({ ...held, scope: "artifacts" });
    const digests = { run: await sha256Hex(token), artifacts: await sha256Hex(podToken) };
    const access = await this.#access(before);
    // While we asked, it may have been aborted, or claimed.
    const job = this.#store.known();
    if (!job || !isClaimable(job.record) || job.record.attempt !== attempt || job.record.epoch + 1 !== epoch)
      return null;
    this.#store.claimed(held, digests, buildId, Date.now());
    await this.#apply({ type: "claimed", runner, buildId });
    return { assignment: JSON.stringify(this.#assignment(job, held, { ...access, token, podToken, buildId })), held };
  }

  async lost(held: Held, reason: string): Promise<void> {
    if (this.#isCurrent(held)) await this.#apply({ type: "lost", reason });
  }

  async resume(held: Held, runner: string, cluster: string): Promise<boolean> {
    if (this.#store.known()?.prowjob.spec.cluster !== cluster || !this.#isCurrent(held)) return false;
    await this.#apply({ type: "resumed", runner });
    const record = this.#store.known()?.record;
    return record !== undefined && isHeld(record);
  }

  async appendLog(
    token: string,
    offset: number,
    bytes: Uint8Array,
  ): Promise<LogAnswer | (Refusal & { durable: number })> {
    const job = await this.#authorize(token);
    if ("error" in job) return { ...job, durable: 0 };
    const { record } = job;
    const size = this.#log.size(record.attempt);
    const flushMs = flushAfter(this.#viewers.watching(), Date.now() - (record.claimedAt ?? 0));
    if (offset > size) return { error: "gap", message: `The log ends at ${size}: send from there.`, durable: size };
    const fresh = bytes.subarray(size - offset);
    if (fresh.length === 0) return { durable: size, flushMs };
    if (isComplete(record)) return { ...ENDED, durable: size };
    if (size + fresh.length > JOB_LIMITS.logBytes) {
      const message = `The log may have ${JOB_LIMITS.logBytes} bytes; what follows is not kept.`;
      return { error: "limit", message, durable: size };
    }
    this.#appendToLog(record.attempt, fresh);
    if (!record.heard) await this.#apply({ type: "heard" });
    if (record.stage === "finishing" && this.#isLogWhole(record)) await this.#apply({ type: "log-whole" });
    await this.#todo.arm();
    return { durable: size + fresh.length, flushMs };
  }

  async reportState(token: string, report: StateReport): Promise<{ ok: true } | Refusal> {
    const job = await this.#authorize(token);
    if ("error" in job) return job;
    if (isComplete(job.record)) return ENDED;
    await this.#apply({ type: "phase", seq: report.seq, phase: report.phase, node: report.node ?? "" });
    return { ok: true };
  }

  async bookArtifact(token: string, path: string, bytes: number, part = 0): Promise<{ key: string } | Refusal> {
    const job = await this.#authorize(token, "artifacts");
    if ("error" in job) return job;
    if (isComplete(job.record)) return ENDED;
    if (isDone(job.record)) return FINISHED;
    const name = artifactPath(path);
    const booked = this.#store.book(job.record.attempt, name, part, bytes);
    if (booked === "booked") return { key: keyOf(job, name) };
    const { artifactFiles, artifactBytes } = JOB_LIMITS;
    const most = booked === "files" ? `${artifactFiles} artifacts` : `${artifactBytes} bytes of artifacts`;
    return { error: "limit", message: `A job may store ${most} at most.` };
  }

  async artifactKey(token: string, path: string): Promise<{ key: string } | Refusal> {
    const job = await this.#authorize(token, "artifacts");
    if ("error" in job) return job;
    return isComplete(job.record) ? ENDED : { key: keyOf(job, artifactPath(path)) };
  }

  async podInfoKey(token: string): Promise<{ key: string } | Refusal> {
    const job = await this.#authorize(token);
    if ("error" in job) return job;
    if (isComplete(job.record)) return ENDED;
    return { key: `${storagePath(job.prowjob.spec, job.record.buildId)}/podinfo.json` };
  }

  async finish(token: string, report: string): Promise<{ ok: true } | Refusal> {
    const job = await this.#authorize(token);
    if ("error" in job) return job;
    const { record, terms } = job;
    if (isDone(record)) return { ok: true };
    const most = isGitTask(job.prowjob.spec) ? OUTCOME_CHARS : undefined;
    const finish = storableReport(FinishReport.parse(JSON.parse(report)), most);
    this.#store.write(`finish:${record.attempt}`, finish);
    const verdict = verdictOf(finish, terms.policy, record.revivals);
    await this.#apply({ type: "finished", verdict, logWhole: this.#isLogWhole(record) });
    return { ok: true };
  }

  async view(): Promise<JobView | null> {
    const job = this.#store.known();
    const size = this.#log.size(this.#store.lastAttempt());
    return job && viewOf(job.prowjob, job.record, job.terms, this.#store.timeline(), size);
  }

  async prowjob(): Promise<string | null> {
    const job = this.#store.known();
    return job && JSON.stringify(documentOf(job.prowjob, job.record));
  }

  async logParts(from: number, to: number): Promise<LogParts> {
    this.#viewers.polled();
    const record = this.#store.known()?.record;
    return this.#log.parts(this.#store.lastAttempt(), from, to, record !== undefined && isComplete(record));
  }

  /** The live log of `?after=N` as a WebSocket: see LogStreamMessage. */
  override async fetch(request: Request): Promise<Response> {
    const job = this.#store.known();
    if (!job) return new Response("There is no such job.", { status: 404 });
    const after = Number(new URL(request.url).searchParams.get("after") ?? "0");
    const attempt = this.#store.lastAttempt();
    const tail = this.#log.tail(attempt, Number.isSafeInteger(after) && after >= 0 ? after : 0, BACKLOG_BYTES);
    return this.#viewers.join(attempt, tail, this.#streamState(job.record));
  }

  override async webSocketMessage(): Promise<void> {
    // Viewers only listen.
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    socket.close(code === 1005 || code === 1006 ? 1000 : code, reason);
  }

  override async alarm(): Promise<void> {
    await this.#todo.drain((key, due) => this.#duties.work(key, due));
    if (!this.#duties.forgotten) return;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    // Whoever still asks this instance finds an empty object, as its next one will be.
    this.#store.clear();
    migrate(this.ctx.storage, MIGRATIONS);
  }

  #isCurrent(held: Held): boolean {
    const record = this.#store.known()?.record;
    return record?.attempt === held.attempt && record.epoch === held.epoch && !isComplete(record);
  }

  /** Whether every byte of the log that the runner announced is here. */
  #isLogWhole(record: JobRecord): boolean {
    const announced = this.#store.read(`finish:${record.attempt}`)?.logBytes ?? 0;
    return this.#log.size(record.attempt) >= Math.min(announced, JOB_LIMITS.logBytes);
  }

  /**
   * Lets the credential of the current claim pass, also when the job has ended since. For artifacts that of the attempt's
   * pod passes too: a runner that takes over the job goes on with the pod of an earlier claim.
   */
  async #authorize(token: string, what: TokenScope = "run"): Promise<KnownJob | Refusal> {
    const claims = parseJobToken(token);
    if (!claims) return UNKNOWN;
    if (claims.job !== this.#id) return { error: "forbidden", message: "The credential is another job's." };
    const digest = await sha256Hex(token);
    const genuine = this.#store.digest(claims);
    const job = this.#store.known();
    if (!job || genuine === null || !sameDigest(digest, genuine)) return UNKNOWN;
    const { attempt, epoch, stage } = job.record;
    if (claims.scope === "artifacts") {
      if (what !== "artifacts") return ARTIFACTS_ONLY;
      if (attempt === claims.attempt) return job;
    } else if (attempt === claims.attempt && epoch === claims.epoch && stage !== "queued") return job;
    return { error: "stale", message: "The job was taken from this runner. Stop it and report nothing more." };
  }

  /** A job whose repository turns out to be public runs without; the clone of another one says what is wrong. */
  async #access({ prowjob }: KnownJob): Promise<Pick<Assignment, "cloneToken" | "taskProblem">> {
    const task = gitTaskOf(prowjob);
    try {
      if (task === null) return { cloneToken: await cloneToken(this.env, mainRefs(prowjob.spec)) };
      const { token, problem } = await taskToken(this.env, task);
      return { cloneToken: token, taskProblem: problem };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#store.addLine({ at: Date.now(), what: "No token to clone with", detail: why.slice(0, 500) });
      return {
        cloneToken: null,
        ...(task?.kind === "cherry-pick" ? { taskProblem: `No token to push with: ${why}` } : {}),
      };
    }
  }

  #assignment(
    { prowjob, terms }: KnownJob,
    held: Held,
    given: Pick<Assignment, "token" | "podToken" | "cloneToken" | "taskProblem" | "buildId">,
  ): Assignment {
    return {
      ...held,
      ...given,
      prowjob,
      env: jobEnvironment(prowjob.spec, this.#id, given.buildId),
      timeoutSeconds: terms.policy.timeoutSeconds,
      graceSeconds: terms.policy.graceSeconds,
      unscheduledSeconds: terms.policy.unscheduledSeconds,
      pendingSeconds: terms.policy.pendingSeconds,
      gitBaseUrl: settings(this.env).GITHUB_URL,
      limits: JOB_LIMITS,
    };
  }

  /** One step of the life, with everything that follows from it, in one transaction. */
  async #apply(event: JobEvent): Promise<void> {
    const job = this.#store.known();
    if (!job) return;
    const before = job.record;
    const now = Date.now();
    const { next, actions } = step(before, event, job.terms.policy, now);
    if (next !== before) this.#store.write("record", next);
    const line = timelineLine(before, event, next);
    if (line) this.#store.addLine({ at: now, ...line });
    if (event.type === "lost" || event.type === "deadline") this.#markEndOfLog(before, next);
    if (isComplete(next) && !isComplete(before)) this.#todo.put("forget", now + jobsMaxAge(this.env));
    // What people wait for first: duties of one time are done in the order they were asked for.
    if (next.version !== before.version) this.#todo.put("report", now);
    if (next.state !== before.state || isComplete(next) !== isComplete(before))
      for (const reporter of reportersOf(this.env)) this.#todo.put(`cry ${reporter}`, now);
    if (before.stage === "queued" && next.stage !== "queued") this.#todo.drop("waiting");
    for (const action of actions) this.#ask(action, now);
    if (next.epoch !== before.epoch) this.#viewers.restart(next.attempt, this.#log.size(next.attempt));
    if (next.version !== before.version) {
      this.#todo.by("index", now);
      this.#viewers.state(this.#streamState(next));
    }
    await this.#todo.arm();
  }

  #ask(action: Action, now: number): void {
    switch (action.kind) {
      case "deadline":
        this.#todo.put(`deadline ${action.name}`, action.at);
        break;
      case "cancel":
        this.#todo.drop(`deadline ${action.name}`);
        break;
      case "write-start":
        this.#todo.put("start", now);
        break;
      case "write-end":
        this.#todo.put(`end ${action.attempt}`, now);
        break;
      case "enqueue":
        this.#todo.put("enqueue", now);
        this.#todo.put("waiting", now + SAY_WHY_MS);
        break;
      case "stop":
      case "release":
        this.#todo.put(action.kind, now);
        break;
    }
  }

  #appendToLog(attempt: number, bytes: Uint8Array): void {
    this.#log.append(attempt, bytes);
    this.#viewers.bytes(bytes);
    if (this.#log.hasSegment(attempt)) this.#todo.by(`segment ${attempt}`, Date.now());
  }

  /** The log of a run that ended without its runner's last word says so. */
  #markEndOfLog(before: JobRecord, next: JobRecord): void {
    if (before.runningAt === null || (next.attempt === before.attempt && !isComplete(next))) return;
    const text = `\n[cutwater] The runner fell silent before ${new Date().toISOString()}. What it had not sent by then is missing here.\n`;
    this.#appendToLog(before.attempt, new TextEncoder().encode(text));
  }

  #streamState(record: JobRecord) {
    return {
      type: "state" as const,
      state: record.state,
      description: record.description,
      complete: isComplete(record),
      size: this.#log.size(this.#store.lastAttempt()),
    };
  }
}

const keyOf = ({ prowjob, record }: KnownJob, artifact: string): string =>
  `${storagePath(prowjob.spec, record.buildId)}/artifacts/${artifact}`;

/** The runner has said its last word; only missing bytes of the log are still taken. */
const isDone = (record: JobRecord): boolean => isComplete(record) || record.stage === "finishing";
