/**
 * The runner: takes jobs of one build cluster from the worker and has an executor run them (design 1.5). It opens every
 * connection itself. What it holds stands on disk, so that it answers for it after a crash.
 */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import path from "node:path";
import { HEARTBEAT_SECONDS, type RunnerMessage, type ServerMessage } from "../src/jobs/protocol.ts";
import type { Assignment } from "../src/jobs/protocol.ts";
import type { Resting } from "./artifacts.ts";
import { type Backoff, sleep } from "./backoff.ts";
import { byAgent } from "./by-agent.ts";
import { createClaims } from "./claims.ts";
import { connect } from "./connection.ts";
import { takeFolder } from "./lock.ts";
import type { Executor } from "./executor.ts";
import { createJenkinsExecutor, type JenkinsSettings } from "./jenkins/index.ts";
import { parseServerMessage } from "./messages.ts";
import { createProcessExecutor } from "./process/index.ts";
import { startRun, type Run } from "./run.ts";
import { endedAttempts, sweepEvery } from "./sweep.ts";
import { createTaskExecutor } from "./tasks/index.ts";
import { createRunFolder, keyOf, openRunFolders } from "./run-folder.ts";

export type { JenkinsSettings } from "./jenkins/index.ts";

export interface RunnerOptions {
  /** Base URL of the worker. */
  readonly url: string;
  /** Alias of the build cluster. */
  readonly cluster: string;
  /** The alias' token. */
  readonly token: string;
  readonly executor: "process" | KubernetesSettings;
  /** Where jobs of agent `jenkins` are built. */
  readonly jenkins?: JenkinsSettings;
  /** Jobs at the same time. */
  readonly capacity: number;
  /** Folder of this runner alone: jobs run in it, and what must survive a restart is kept in it. */
  readonly workDir: string;
  /** Unique within the cluster. Without it, made of the machine's name and the folder. */
  readonly name?: string;
  readonly log?: (line: string) => void;
  /** Pauses, for tests. */
  readonly pauses?: Partial<Pauses>;
}

/** Jobs become pods of a cluster. */
export interface KubernetesSettings {
  /** Without it: the cluster that this process runs in, or KUBECONFIG. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Image of the clone and upload containers. Without it: that of the pod that this process runs in. */
  readonly image?: string;
  /** Where pods reach the worker, when that is not `url`. */
  readonly podUrl?: string;
  /** Where the jobs' pods are: what an earlier runner left there is removed. */
  readonly namespaces?: readonly string[];
}

interface Pauses {
  readonly reconnect: Backoff;
  readonly calls: Backoff;
  /** While polling, a socket is tried again this often. */
  readonly socketRetryMs: number;
  readonly fetchRetriesMs: readonly number[];
  /** Of artifacts, before they are uploaded while their job runs. */
  readonly resting: Resting;
  /** Between two looks for what is left of ended jobs. */
  readonly sweepMs: number;
}

export interface Runner {
  /**
   * Takes no more jobs and waits up to `drainSeconds` (0) for those that run; what runs on then is ended within its grace and
   * reported as `runner-restarted`, but for pods and Jenkins' builds, which the next start goes on with. What the worker cannot be told stays on disk for the next start.
   */
  stop(options?: { readonly drainSeconds?: number }): Promise<void>;
  /** Ends now: kills what runs, leaves its report to the next start. */
  abandon(): Promise<void>;
}

const VERSION = "0.1.0";
const RECONNECT: Backoff = { firstMs: 500, mostMs: 15_000 };
const CALLS: Backoff = { firstMs: 250, mostMs: 15_000 };
const SOCKET_RETRY_MS = 60_000;
/** As often as Prow's sinker looks. */
const SWEEP_MS = 60_000;
/** How long `stop` tries to hand in results, in milliseconds. */
const HAND_IN_MS = 10_000;

/** The same after a restart, and another for another runner of this machine. */
function nameOf(workDir: string): string {
  return `${hostname().slice(0, 100)}-${createHash("sha256").update(workDir).digest("hex").slice(0, 6)}`;
}

async function executorOf(options: RunnerOptions, url: string, workDir: string): Promise<Executor> {
  const { jenkins } = options;
  return byAgent(await podExecutor(options, url, workDir), {
    "git-task": createTaskExecutor(path.join(workDir, "tasks")),
    ...(jenkins ? { jenkins: createJenkinsExecutor(jenkins) } : {}),
  });
}

/** The Kubernetes client is loaded only by who uses it. */
async function podExecutor(options: RunnerOptions, url: string, workDir: string): Promise<Executor> {
  const { executor, cluster, pauses = {} } = options;
  if (executor === "process") {
    const { fetchRetriesMs } = pauses;
    const directory = path.join(workDir, "jobs");
    return createProcessExecutor({ directory, node: hostname(), ...(fetchRetriesMs ? { fetchRetriesMs } : {}) });
  }
  const { createKubernetesExecutor, kubeApi, ownImage } = await import("./kubernetes/index.ts");
  const api = kubeApi(executor);
  return createKubernetesExecutor({
    api,
    image: executor.image ?? (await ownImage(api)),
    workerUrl: executor.podUrl ?? url,
    installation: createHash("sha256").update(`${url} ${cluster}`).digest("hex").slice(0, 16),
    namespaces: executor.namespaces ?? [],
  });
}

/** Starts a runner; resolves when it has taken over what an earlier life left. Throws when the folder is in use. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const url = options.url.replace(/\/+$/, "");
  const workDir = path.resolve(options.workDir);
  const name = (options.name ?? nameOf(workDir)).slice(0, 128);
  const say = options.log ?? (() => {});
  const { pauses = {} } = options;
  const giveBack = await takeFolder(workDir);
  const records = path.join(workDir, "runs");
  const executor = await executorOf(options, url, workDir);
  const secrets = [options.token, ...(options.jenkins?.token ? [options.jenkins.token] : [])];
  const runOptions = {
    executor,
    url,
    node: hostname(),
    backoff: pauses.calls ?? CALLS,
    resting: pauses.resting,
    secrets,
    say,
  };
  const runs = new Map<string, Run>();
  const claims = createClaims(options.capacity, () => runs.size);
  let beatMs = HEARTBEAT_SECONDS * 1000;

  const held = () => [...runs.values()].map((run) => run.held);
  const heartbeat = (): RunnerMessage => ({ type: "heartbeat", held: held(), free: claims.free() });
  const claim = (jobs: readonly string[]) => {
    for (const job of jobs) connection.send({ type: "claim", job });
  };
  const released = async (run: Run) => {
    await run.done;
    runs.delete(run.key);
    connection.send(heartbeat());
    claim(claims.more());
  };
  const hold = (run: Run) => {
    runs.set(run.key, run);
    void released(run);
  };
  const take = async (assignment: Assignment) => {
    const key = keyOf(assignment);
    if (runs.has(key) || taking.has(key)) return;
    const meanwhile: ServerMessage[] = [];
    for (const run of runs.values())
      if (run.held.job === assignment.job) run.drop(`attempt ${assignment.attempt} takes its place`);
    taking.set(key, { assignment, meanwhile });
    try {
      const folder = await createRunFolder(records, assignment);
      say(
        `${assignment.job} attempt ${assignment.attempt}: ${assignment.prowjob.spec.job}, build ${assignment.buildId}`,
      );
      hold(startRun(folder, runOptions));
    } catch (error) {
      say(`${assignment.job}: cannot be put on record: ${String(error)}`);
    } finally {
      taking.delete(key);
      claims.answered(assignment.job);
    }
    for (const message of meanwhile) obey(message);
  };
  /** Assignments that are being put on record, with what was said about them meanwhile. */
  const taking = new Map<string, { assignment: Assignment; meanwhile: ServerMessage[] }>();

  const obey = (message: ServerMessage) => {
    switch (message.type) {
      case "welcome":
        beatMs = message.heartbeatSeconds * 1000;
        return;
      case "offer":
        return claim(claims.offered(message.job));
      case "assignment":
        return void take(message.assignment);
      case "gone":
        claims.answered(message.job);
        return claim(claims.more());
      case "abort":
      case "lost":
        for (const { assignment, meanwhile } of taking.values())
          if (assignment.job === message.job && assignment.attempt === message.attempt) meanwhile.push(message);
        for (const run of runs.values()) {
          if (run.held.job !== message.job || run.held.attempt !== message.attempt) continue;
          if (message.type === "abort") run.stop("aborted", message.reason);
          else run.drop("the worker gave it up");
        }
    }
  };
  const connectionOptions = {
    url,
    cluster: options.cluster,
    token: options.token,
    runner: name,
    backoff: pauses.reconnect ?? RECONNECT,
    socketRetryMs: pauses.socketRetryMs ?? SOCKET_RETRY_MS,
    beatMs: () => beatMs,
    hello: (): RunnerMessage => ({
      type: "hello",
      runner: name,
      executor: executor.kind,
      version: VERSION,
      capacity: options.capacity,
      held: held(),
    }),
    heartbeat,
    onMessage: (value: unknown) => {
      const parsed = parseServerMessage(value);
      if ("message" in parsed) obey(parsed.message);
      else say(`the worker sent what this runner does not understand: ${parsed.problem}`);
    },
    onLost: () => claims.reset(),
    say,
  };
  const left = await openRunFolders(records, say);
  const orphans = left.map((folder) => startRun(folder, runOptions));
  for (const run of orphans) say(`${run.held.job} attempt ${run.held.attempt}: left by an earlier life of this runner`);
  for (const run of orphans) runs.set(run.key, run);
  const connection = connect(connectionOptions);
  for (const run of orphans) hold(run);

  const sweeping = new AbortController();
  void sweepEvery(pauses.sweepMs ?? SWEEP_MS, {
    executor,
    held,
    over: (attempts) => endedAttempts({ url, cluster: options.cluster, token: options.token }, attempts),
    signal: sweeping.signal,
    say,
  });

  const settled = (some: Iterable<Run>) => Promise.all([...some].map((run) => run.done));
  const within = async (some: Iterable<Run>, ms: number) => {
    const over = new AbortController();
    await Promise.race([settled(some), sleep(ms, over.signal)]);
    over.abort();
  };
  let ending: Promise<void> | null = null;
  const leave = async () => {
    sweeping.abort();
    for (const run of runs.values()) run.abandon();
    await settled(runs.values());
    await connection.close();
    await giveBack();
  };
  return {
    async stop({ drainSeconds = 0 } = {}) {
      claims.close();
      connection.send(heartbeat());
      if (drainSeconds > 0) await within(runs.values(), drainSeconds * 1000);
      // What runs on without us the next start goes on with.
      const ours = [...runs.values()].filter((run) => !run.outlivesUs());
      if (ours.length > 0) {
        for (const run of ours) run.stop("runner-restarted", "The runner was stopped");
        const grace = Math.max(...ours.map((run) => run.graceSeconds));
        await within(ours, grace * 1000 + HAND_IN_MS);
      }
      ending ??= leave();
      await ending;
    },
    async abandon() {
      claims.close();
      ending ??= leave();
      await ending;
    },
  };
}
