/**
 * Jobs of agent `jenkins`: a build of a Jenkins, started, followed and ended by its remote API (spec jobs 4.18). The build
 * lives on without us: a restarted runner finds it again, by what it remembered or by the build's parameter PROW_JOB_ID.
 */
import * as z from "zod";
import type { JsonObject } from "../../src/config/model.ts";
import type { Assignment } from "../../src/jobs/protocol.ts";
import { backoffMs, sleep } from "../backoff.ts";
import type { Evidence, Executor, Sink } from "../executor.ts";
import { createStopper, type Stopper } from "../process/stopper.ts";
import { jobPath, projectPath } from "./address.ts";
import { type JenkinsApi, type JenkinsBuild, JenkinsRefused, type JenkinsSettings, jenkinsApi } from "./api.ts";

export type { JenkinsSettings } from "./api.ts";

const POLL_MS = 2000;
const AWAY = { firstMs: 500, mostMs: 15_000 };
/** Where the build stands, and how much of its log is in ours. */
const Trace = z.partialRecord(z.enum(["queued", "number", "logAt"]), z.int().min(0));
type Trace = z.infer<typeof Trace>;
type Ending = Pick<Evidence, "exitCodes" | "reason" | "message" | "node">;

/** What a build's result means; anything else is no success. */
const CODES: Readonly<Record<string, number>> = { SUCCESS: 0, FAILURE: 1, UNSTABLE: 1, NOT_BUILT: 1 };

export function createJenkinsExecutor(settings: JenkinsSettings): Pick<Executor, "start" | "recover"> {
  const api = jenkinsApi(settings);
  const go: Executor["recover"] = (assignment, trace, startedAt, sink) => {
    const stopper = createStopper();
    const detached = new AbortController();
    const going = new Going(assignment, sink, stopper, detached.signal, api, settings.pollMs ?? POLL_MS);
    return { stop: stopper.stop, detach: () => detached.abort(), done: evidence(going, trace, startedAt) };
  };
  return { start: (assignment, sink) => go(assignment, null, Date.now(), sink), recover: go };
}

async function evidence(going: Going, trace: JsonObject | null, startedAt: number): Promise<Evidence> {
  let ending: Ending;
  try {
    ending = await going.ending(Trace.safeParse(trace).data ?? {});
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await going.sink.note(message).catch(() => {});
    ending = going.stopped() ?? { exitCodes: [], reason: "start-failed", message };
  }
  const artifacts = { files: 0, bytes: 0, refused: [] };
  return { ...ending, artifacts, cloneRecords: [], startedAt, finishedAt: Date.now() };
}

/** One build on its way. */
class Going {
  readonly sink: Sink;
  readonly #assignment: Assignment;
  readonly #stopper: Stopper;
  readonly #api: JenkinsApi;
  readonly #pollMs: number;
  readonly #path: string;
  /** A pause ends when a stop is asked for, or when the runner leaves. */
  readonly #woken: AbortSignal;
  readonly #detached: AbortSignal;
  #trace: Trace = {};

  constructor(
    assignment: Assignment,
    sink: Sink,
    stopper: Stopper,
    detached: AbortSignal,
    api: JenkinsApi,
    pollMs: number,
  ) {
    this.sink = sink;
    this.#assignment = assignment;
    this.#stopper = stopper;
    this.#detached = detached;
    this.#api = api;
    this.#pollMs = pollMs;
    this.#path = jobPath(assignment.prowjob.spec);
    this.#woken = AbortSignal.any([stopper.asked, detached]);
  }

  async ending(trace: Trace): Promise<Ending> {
    this.#trace = trace;
    if (trace.number === undefined && trace.queued === undefined) await this.#place();
    const number = await this.#number();
    if (typeof number !== "number") return number;
    this.sink.phase("running", `Jenkins build ${number}`);
    return this.#follow(number);
  }

  /** Finds the build that an earlier life may have asked for, else asks for it. */
  async #place(): Promise<void> {
    const { job, prowjob, env } = this.#assignment;
    const found = await this.#lasting(() => this.#api.find(this.#path, job));
    if (found) return this.#remember(found);
    this.#leaveWhenStopped();
    let scanned = false;
    for (;;) {
      try {
        // Not tried blindly again: a build that was asked for once is looked for first.
        return await this.#remember({ queued: await this.#api.launch(this.#path, env) });
      } catch (error) {
        const branch = this.#path !== projectPath(prowjob.spec);
        if (error instanceof JenkinsRefused && !(error.status === 404 && branch)) throw error;
        if (error instanceof JenkinsRefused && !scanned) {
          await this.#lasting(() => this.#api.scan(projectPath(prowjob.spec)));
          await this.sink.note("Jenkins has no job for this branch yet: it was asked to scan the repository.");
          scanned = true;
        }
        await sleep(this.#pollMs, this.#woken);
        this.#leaveWhenStopped();
        const there = await this.#lasting(() => this.#api.find(this.#path, job));
        if (there) return this.#remember(there);
      }
    }
  }

  /** From the queue to a build's number. */
  async #number(): Promise<number | Ending> {
    let said = "";
    while (this.#trace.number === undefined) {
      const { queued = 0 } = this.#trace;
      const item = await this.#lasting(() => this.#api.queued(queued));
      if (item?.executable) {
        await this.#remember({ number: item.executable.number });
        break;
      }
      if (item?.cancelled)
        return { exitCodes: [], reason: "aborted", message: "somebody cancelled the build in Jenkins' queue" };
      if (item === null) {
        // Jenkins forgets an item minutes after it left the queue.
        const found = await this.#lasting(() => this.#api.find(this.#path, this.#assignment.job));
        if (found && "number" in found) await this.#remember(found);
        else throw new Error("Error finding Jenkins job: it left the queue and is no build.");
        break;
      }
      const stopped = this.stopped();
      if (stopped) {
        await this.#lasting(() => this.#api.cancel(queued));
        return stopped;
      }
      const why = item.why ?? "";
      if (why !== said) await this.sink.note(`Jenkins job enqueued. ${why}`.trim());
      said = why;
      await this.#pause();
    }
    return this.#trace.number ?? 0;
  }

  async #follow(number: number): Promise<Ending> {
    const log = this.sink.openLog();
    const overdue = setTimeout(
      () => this.#stopper.stop("timeout", "The build ran into its timeout", this.#assignment.graceSeconds),
      Math.min(this.#assignment.timeoutSeconds * 1000, 2 ** 31 - 1),
    );
    let asked = false;
    let killed = false;
    try {
      for (;;) {
        const build = await this.#lasting(() => this.#api.build(this.#path, number));
        if (build === null) throw new Error(`Error finding Jenkins job: build ${number} was deleted.`);
        // What was read before the build ended may not be all of its log.
        const more = await this.#copyLog(number, log);
        const stopped = this.stopped();
        if (!build.building && !more) return { ...(stopped ?? ended(build)), ...nodeOf(build) };
        if (stopped && !asked) {
          asked = true;
          await this.#lasting(() => this.#api.end(this.#path, number, "stop"));
          if (this.#stopper.reason()?.why === "lost") return stopped;
        }
        if (stopped && this.#stopper.over.aborted) {
          if (killed) return { ...stopped, ...nodeOf(build) };
          killed = true;
          for (const how of ["term", "kill"] as const)
            await this.#lasting(() => this.#api.end(this.#path, number, how));
        }
        await this.#pause();
      }
    } finally {
      clearTimeout(overdue);
      await log.end();
    }
  }

  /** True while Jenkins has more to say. */
  async #copyLog(number: number, log: ReturnType<Sink["openLog"]>): Promise<boolean> {
    for (;;) {
      const from = this.#trace.logAt ?? 0;
      const part = await this.#lasting(() => this.#api.log(this.#path, number, from));
      if (part.bytes.length > 0) await log.write(part.bytes);
      if (part.next <= from) return part.more;
      await this.#remember({ logAt: part.next });
    }
  }

  /** The ending of who was asked to stop. */
  stopped(): Ending | null {
    const stopped = this.#stopper.reason();
    if (!stopped) return null;
    return { exitCodes: [], reason: stopped.why === "lost" ? "aborted" : stopped.why, message: stopped.message };
  }

  async #remember(more: Trace): Promise<void> {
    this.#trace = { ...this.#trace, ...more };
    await this.sink.remember({ ...this.#trace });
  }

  /** After a stop was asked for, pauses are short: its end is awaited. */
  #pause(): Promise<void> {
    return this.#woken.aborted ? sleep(Math.min(this.#pollMs, 500), this.#detached) : sleep(this.#pollMs, this.#woken);
  }

  #leaveWhenStopped(): void {
    const stopped = this.#stopper.reason();
    if (stopped) throw new Error(stopped.message);
  }

  /** A Jenkins that is away, or restarts, comes back. */
  async #lasting<Out>(call: () => Promise<Out>): Promise<Out> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#detached.aborted) throw new Error("The runner left; the build goes on.");
      try {
        return await call();
      } catch (error) {
        if (error instanceof JenkinsRefused || error instanceof z.ZodError || this.#stopper.over.aborted) throw error;
        await sleep(backoffMs(attempt, AWAY), this.#stopper.reason() ? this.#detached : this.#woken);
      }
    }
  }
}

function nodeOf({ builtOn }: JenkinsBuild): Pick<Ending, "node"> {
  return builtOn ? { node: builtOn.slice(0, 253) } : {};
}

function ended({ result }: JenkinsBuild): Ending {
  if (result === "ABORTED") return { exitCodes: [], reason: "aborted", message: "somebody ended the build in Jenkins" };
  const said = result ?? "nothing";
  const exitCodes = [{ container: "jenkins", code: CODES[said] ?? 1 }];
  return { exitCodes, reason: "completed", message: `Jenkins says ${said.slice(0, 100)}` };
}
