/** One pod from its creation to its evidence: its limits, its logs, its end. */
import type { Assignment } from "../../src/jobs/protocol.ts";
import { CLONE_CONTAINER, SIDECAR_CONTAINER } from "../../src/jobs/pod/index.ts";
import type { Evidence } from "../executor.ts";
import { goDuration } from "../process/duration.ts";
import { type Ending, endingOf, exitCodesOf, isScheduled, testStart, testsAreOver, waitingFor } from "./evidence.ts";
import { followLog, type LogPosition } from "./follow-log.ts";
import type { Going } from "./options.ts";
import { condition, type ContainerStatus, type PodObject } from "./pod-status.ts";
import { podInfoOf } from "./pod-info.ts";
import { clonedBy, uploadedBy } from "./results.ts";
import { watchPod } from "./watch-pod.ts";
import { endPod, type Names, namesOf, removeWorkload } from "./workload.ts";

/** As entrypoint marks them in Prow's pods (spec jobs 6.3). */
const TIMED_OUT = 127;
const INTERRUPTED = 130;
/** How long logs may still come after the pod has ended. */
const LOG_TAIL_MS = 30_000;
/** How much longer than its grace a pod may take to go, before its node counts as lost. */
const SILENCE_MS = 30_000;

export class Watch {
  readonly #assignment: Assignment;
  readonly #going: Going;
  readonly #names: Names;
  readonly #over = new AbortController();
  readonly #logsOver = new AbortController();
  readonly #following = new Map<string, Promise<void>>();
  readonly #positions: Record<string, LogPosition>;
  readonly #ended = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #pod: PodObject;
  #whole: unknown = null;
  #phase = "";
  #stopping: Ending["reason"] | null = null;
  #stopMessage = "";
  #testTimer = false;
  #goingTimer = false;
  /** Its node does not answer: it will not be seen to end. */
  #silent = false;

  constructor(assignment: Assignment, pod: PodObject, going: Going) {
    this.#assignment = assignment;
    this.#going = going;
    this.#pod = pod;
    this.#names = namesOf(assignment);
    this.#positions = { ...going.logs };
  }

  async ending(): Promise<Evidence> {
    const { stopper, detached } = this.#going;
    const created = Date.parse(this.#pod.metadata.creationTimestamp);
    this.#after(created + this.#assignment.unscheduledSeconds * 1000, () =>
      this.#tooLong("unschedulable", isScheduled(this.#pod)),
    );
    this.#after(created + this.#assignment.pendingSeconds * 1000, () =>
      this.#tooLong("pending-timeout", testStart(this.#pod) !== null),
    );
    const asked = () =>
      void this.#stop(
        stopper.reason()?.why === "runner-restarted" ? "runner-restarted" : "aborted",
        stopper.reason()?.message ?? "",
      );
    const kill = () => void this.#kill();
    const leave = () => this.#over.abort();
    if (stopper.asked.aborted) asked();
    else stopper.asked.addEventListener("abort", asked, { once: true });
    if (stopper.over.aborted) kill();
    else stopper.over.addEventListener("abort", kill, { once: true });
    detached.addEventListener("abort", leave, { once: true });
    try {
      const end = await this.#watch();
      return await this.#evidence(end);
    } finally {
      for (const timer of this.#timers) clearTimeout(timer);
      stopper.asked.removeEventListener("abort", asked);
      stopper.over.removeEventListener("abort", kill);
      detached.removeEventListener("abort", leave);
      this.#over.abort();
      this.#logsOver.abort();
    }
  }

  async #watch(): Promise<Ending> {
    let said = "";
    for await (const sight of watchPod(
      this.#going.options.api,
      this.#names.namespace,
      this.#names.pod,
      this.#over.signal,
    )) {
      if (sight.kind === "gone") {
        const exitCodes = exitCodesOf(this.#pod);
        if (this.#stopping) return { reason: this.#stopping, message: this.#stopMessage, exitCodes };
        return endingOf(this.#pod) ?? { reason: "pod-lost", message: "It was deleted while the job ran", exitCodes };
      }
      if (sight.kind === "unreachable") continue;
      this.#whole = sight.whole;
      this.#seen(sight.pod);
      this.#look();
      const why = waitingFor(sight.pod);
      if (why !== "" && why !== said) await this.#note(why);
      said = why;
      const end = endingOf(sight.pod);
      if (!end) continue;
      if (sight.pod.status.phase === "Pending" || sight.pod.status.phase === "Running") {
        // Over in all but name: the rest of the pod goes, and its end is what counts.
        this.#stopping ??= end.reason;
        this.#stopMessage ||= end.message;
        await removeWorkload(this.#names, this.#going.options, this.#assignment.graceSeconds).catch(() => {});
        if (end.reason === "start-failed") return end;
        continue;
      }
      return this.#stopping ? { ...end, reason: this.#stopping, message: this.#stopMessage || end.message } : end;
    }
    if (this.#silent) {
      const message = `Node ${this.#pod.spec.nodeName} does not answer any more. ${this.#stopMessage}`.trim();
      return { reason: this.#stopping ?? "pod-lost", message, exitCodes: exitCodesOf(this.#pod) };
    }
    return { reason: "runner-restarted", message: "The runner ends; the pod goes on", exitCodes: [] };
  }

  /** Somebody else's deletion is known before the pod's end is. */
  #seen(pod: PodObject): void {
    if (pod.metadata.deletionTimestamp && this.#stopping === null && !testsAreOver(this.#pod)) {
      const disrupted = condition(pod, "DisruptionTarget");
      this.#stopping = disrupted?.status === "True" ? "evicted" : "pod-lost";
      this.#stopMessage = disrupted?.message || "It was deleted while the job ran";
    }
    this.#pod = pod;
    // Kubernetes says by when it should be gone.
    if (pod.metadata.deletionTimestamp && !this.#goingTimer) {
      this.#goingTimer = true;
      const due = Date.parse(pod.metadata.deletionTimestamp) + (this.#going.options.silenceMs ?? SILENCE_MS);
      this.#after(due, () => {
        this.#silent = true;
        this.#over.abort();
      });
    }
  }

  /** Phases, limits and logs that follow from how the pod looks now. */
  #look(): void {
    const { initContainerStatuses, containerStatuses } = this.#pod.status;
    const cloning = initContainerStatuses.find(({ name }) => name === CLONE_CONTAINER);
    if (cloning?.state.running || cloning?.state.terminated) this.#says("cloning");
    const started = testStart(this.#pod);
    if (started !== null) {
      this.#says("running");
      if (!this.#testTimer) this.#after(started + this.#assignment.timeoutSeconds * 1000, () => void this.#timeout());
      this.#testTimer = true;
    }
    if (testsAreOver(this.#pod)) this.#says("uploading");
    const many = containerStatuses.length > 1;
    for (const status of initContainerStatuses)
      if (status.name !== CLONE_CONTAINER && status.name !== SIDECAR_CONTAINER) this.#follow(status, true);
    for (const status of containerStatuses) this.#follow(status, many);
  }

  #says(phase: "cloning" | "running" | "uploading"): void {
    const order = ["", "cloning", "running", "uploading"];
    if (order.indexOf(phase) <= order.indexOf(this.#phase)) return;
    this.#phase = phase;
    this.#going.sink.phase(phase, this.#pod.spec.nodeName);
  }

  #follow({ name, state }: ContainerStatus, prefixed: boolean): void {
    if (state.terminated) this.#ended.add(name);
    if (this.#following.has(name) || (!state.running && !state.terminated)) return;
    const { sink, options } = this.#going;
    const log = sink.openLog(prefixed ? name : undefined);
    const reading = followLog({
      api: options.api,
      namespace: this.#names.namespace,
      pod: this.#names.pod,
      container: name,
      from: this.#positions[name] ?? null,
      log,
      at: (position) => {
        this.#positions[name] = position;
        return sink.remember({ pod: this.#names.pod, uid: this.#pod.metadata.uid, logs: { ...this.#positions } });
      },
      signal: this.#logsOver.signal,
      ended: () => this.#ended.has(name),
    });
    this.#following.set(
      name,
      reading.then(() => log.end()).catch((error: unknown) => this.#note(`Its log ends here: ${String(error)}`)),
    );
  }

  #after(due: number, act: () => void): void {
    const wait = Math.max(0, due - Date.now());
    if (wait > 2 ** 31 - 1) return;
    this.#timers.add(setTimeout(act, wait));
  }

  async #timeout(): Promise<void> {
    if (testsAreOver(this.#pod)) return;
    const message = `Process did not finish before ${goDuration(this.#assignment.timeoutSeconds)} timeout`;
    await this.#stop("timeout", message);
    this.#after(Date.now() + this.#assignment.graceSeconds * 1000, () => {
      if (testsAreOver(this.#pod)) return;
      void this.#note(`Process did not exit before ${goDuration(this.#assignment.graceSeconds)} grace period: killed`);
    });
    // The kubelet does that. Who does not hear from it deletes the pod.
    this.#after(Date.now() + 2 * this.#assignment.graceSeconds * 1000 + SILENCE_MS, () => {
      if (!testsAreOver(this.#pod)) void this.#kill();
    });
  }

  #tooLong(reason: "unschedulable" | "pending-timeout", passed: boolean): void {
    if (passed || this.#stopping) return;
    this.#stopping = reason;
    this.#stopMessage = waitingFor(this.#pod) || "The pod did not start in time";
    void this.#kill();
  }

  async #stop(reason: Ending["reason"], message: string): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = reason;
    this.#stopMessage = message;
    await this.#note(message);
    const ended = await endPod(this.#names, this.#going.options, this.#pod).catch(() => false);
    if (!ended) await this.#kill();
  }

  async #kill(): Promise<void> {
    this.#stopping ??= "aborted";
    await removeWorkload(this.#names, this.#going.options, 1).catch((error: unknown) =>
      this.#note(`The pod could not be removed: ${String(error)}`),
    );
  }

  /** A line that cannot be written is no reason not to go on. */
  async #note(line: string): Promise<void> {
    if (line !== "") await this.#going.sink.note(line).catch(() => {});
  }

  async #evidence(end: Ending): Promise<Evidence> {
    const { sink, options, startedAt, detached } = this.#going;
    if (detached.aborted) {
      // What is read is written and remembered before anybody else goes on with it.
      this.#logsOver.abort();
      await Promise.all(this.#following.values());
      return this.#withNothing(end);
    }
    await Promise.race([Promise.all(this.#following.values()), after(LOG_TAIL_MS)]);
    const clones = this.#pod.status.initContainerStatuses.some(
      ({ name, state }) => name === CLONE_CONTAINER && state.terminated,
    );
    const cloned = clones ? await clonedBy(options.api, this.#names) : null;
    if (end.reason === "clone-failed" && cloned) {
      const log = sink.openLog();
      await log.write(Buffer.from(cloned.log));
      await log.end();
    }
    const { artifacts, metadata, problem } = uploadedBy(this.#pod);
    await this.#note(end.reason === "start-failed" ? end.message : "");
    await this.#note(end.reason === "clone-failed" || end.reason === "start-failed" ? "" : problem);
    const info = await podInfoOf(options.api, this.#names.namespace, this.#whole);
    if (info) await sink.storePodInfo(info);
    await removeWorkload(this.#names, options, null).catch(() => {});
    return {
      ...end,
      exitCodes: end.exitCodes.map(({ container, code }) => ({ container, code: this.#codeOf(end.reason, code) })),
      artifacts,
      ...(metadata ? { metadata } : {}),
      cloneRecords: cloned?.records ?? [],
      startedAt: testStart(this.#pod) ?? startedAt,
      finishedAt: Date.now(),
      ...(this.#pod.spec.nodeName === "" ? {} : { node: this.#pod.spec.nodeName }),
    };
  }

  #codeOf(reason: Ending["reason"], code: number): number {
    if (reason === "timeout") return TIMED_OUT;
    return reason === "aborted" ? INTERRUPTED : code;
  }

  #withNothing(end: Ending): Evidence {
    const { startedAt } = this.#going;
    return {
      ...end,
      artifacts: { files: 0, bytes: 0, refused: [] },
      cloneRecords: [],
      startedAt,
      finishedAt: Date.now(),
    };
  }
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
