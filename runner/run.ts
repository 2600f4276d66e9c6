/** One job that this runner holds, from its assignment until the worker has taken its evidence. */
import type { Held } from "../src/jobs/protocol.ts";
import { createJobApi, NotOurs } from "./api.ts";
import { ArtifactUploads, type Resting } from "./artifacts.ts";
import type { Backoff } from "./backoff.ts";
import { censored } from "./censor.ts";
import { basicAuthorization } from "./clone/git.ts";
import type { Evidence, Executor, Sink, Workload } from "./executor.ts";
import { sendFinish, withinLimits } from "./finish.ts";
import { sendPodInfo } from "./pod-info.ts";
import { openLogStream } from "./log-stream.ts";
import { LogUpload } from "./log-upload.ts";
import { keyOf, type RunFolder } from "./run-folder.ts";
import { Spool } from "./spool.ts";
import { createStateReports } from "./state-reports.ts";

export interface RunOptions {
  readonly executor: Executor;
  readonly url: string;
  readonly node: string;
  readonly backoff: Backoff;
  /** Further values that must not show in a log. */
  readonly secrets: readonly string[];
  readonly say: (line: string) => void;
  readonly resting?: Resting | undefined;
}

export interface Run {
  readonly held: Held;
  readonly key: string;
  readonly graceSeconds: number;
  /** Nothing is left to do. Never rejects. */
  readonly done: Promise<void>;
  /** Ends the workload within its grace; the evidence is still handed in. */
  stop(why: "aborted" | "runner-restarted", message: string, graceSeconds?: number): void;
  /** Ends it at once and forgets it: nobody wants the result. */
  drop(why: string): void;
  /** Its workload goes on without this runner (a pod, a build of a Jenkins). */
  outlivesUs(): boolean;
  /** Ends at once and leaves all on disk for the next life of the runner. */
  abandon(): void;
}

/** Reports of each life of the runner have higher numbers than those of the lives before. */
const SEQ_PER_LIFE = 1_000_000;

export function startRun(folder: RunFolder, options: RunOptions): Run {
  const { assignment } = folder;
  const held: Held = { job: assignment.job, attempt: assignment.attempt, epoch: assignment.epoch };
  const secrets = [
    ...options.secrets,
    assignment.token,
    ...(assignment.podToken ? [assignment.podToken] : []),
    ...(assignment.cloneToken ? [assignment.cloneToken, basicAuthorization(assignment.cloneToken).slice(6)] : []),
  ];
  const say = (line: string) => options.say(`${held.job} attempt ${held.attempt}: ${censored(line, secrets)}`);
  const api = createJobApi({ url: options.url, job: held.job, token: assignment.token, backoff: options.backoff });
  const gone = new AbortController();
  let workload: Workload | null = null;
  let early: (() => void) | null = null;
  let abandoned = false;
  let seq = (folder.life - 1) * SEQ_PER_LIFE;
  const nextSeq = () => {
    seq += 1;
    return seq;
  };
  const command = (act: () => void) => {
    early = act;
    if (workload) act();
  };
  const drop = (why: string) => {
    if (gone.signal.aborted) return;
    say(`dropped: ${why}`);
    gone.abort();
    command(() => workload?.stop("lost", why, 0));
  };
  const onNotOurs = (error: unknown) => {
    if (error instanceof NotOurs) drop(error.message);
    else throw error;
  };

  const live = async () => {
    const spool = await Spool.open(folder.logDirectory, { limit: assignment.limits.logBytes });
    const upload = new LogUpload(spool, api, { backoff: options.backoff, signal: gone.signal, say });
    const uploading = upload.run().catch(onNotOurs);
    uploading.catch(() => {});
    try {
      let report = await folder.finish();
      if (report === null) {
        const evidence = await work(spool);
        if (gone.signal.aborted) return;
        const message = censored(evidence.message, secrets);
        report = withinLimits({ ...evidence, message, seq: nextSeq(), logBytes: spool.size });
        await folder.saveFinish(report);
      }
      upload.finish();
      await uploading;
      if (gone.signal.aborted) return;
      const { taken, why } = await sendFinish(api, upload, report, gone.signal);
      say(taken ? `finished: ${report.reason}` : `the worker did not take the result: ${why}`);
    } finally {
      gone.abort();
      await spool.close();
    }
  };

  const work = async (spool: Spool): Promise<Evidence> => {
    const reports = createStateReports(api, { nextSeq, node: options.node, signal: gone.signal, onNotOurs });
    const { resting } = options;
    const folders = new Map<string, ArtifactUploads>();
    const artifactsOf = (directory: string): ArtifactUploads => {
      const known =
        folders.get(directory) ?? new ArtifactUploads(api, directory, { signal: gone.signal, say, resting });
      folders.set(directory, known);
      return known;
    };
    const sink: Sink = {
      hide: (values) => void secrets.push(...values),
      openLog: (prefix) => openLogStream(spool, secrets, prefix),
      note: (line) => spool.note(censored(line, secrets)),
      phase: (phase, detail) => reports.report(phase, detail),
      remember: (trace) => folder.remember(trace),
      storePodInfo: (info) => sendPodInfo(api, info, { secrets, signal: gone.signal, say }),
      uploadSettled: (directory) => artifactsOf(directory).begin(),
      storeArtifacts: (directory) => artifactsOf(directory).finish(),
    };
    const trace = folder.life > 1 ? await folder.trace() : null;
    workload =
      folder.life > 1
        ? options.executor.recover(assignment, trace, folder.startedAt, sink)
        : options.executor.start(assignment, sink);
    early?.();
    const evidence = await workload.done;
    await reports.close();
    return evidence;
  };

  const done = live()
    .catch((error: unknown) => {
      if (error instanceof NotOurs) say(`dropped: ${error.message}`);
      else if (!abandoned) say(`given up: ${error instanceof Error ? error.message : String(error)}`);
    })
    .then(() => (abandoned ? undefined : folder.remove()))
    .catch((error: unknown) => say(`its folder stays: ${String(error)}`));

  return {
    held,
    key: keyOf(held),
    graceSeconds: assignment.graceSeconds,
    done,
    stop: (why, message, graceSeconds = assignment.graceSeconds) =>
      command(() => workload?.stop(why, message, graceSeconds)),
    drop,
    outlivesUs: () => workload?.detach !== undefined,
    abandon() {
      abandoned = true;
      gone.abort();
      command(() => (workload?.detach ? workload.detach() : workload?.stop("lost", "the runner ends", 0)));
    },
  };
}
