/** Jobs and runners for the tests of this folder. */
import { env } from "cloudflare:workers";
import { sha256Hex } from "../../../src/jobs/credential.ts";
import type { Assignment, FinishReport, Held, RunnerMessage, ServerMessage } from "../../../src/jobs/protocol.ts";
import type { ProwJob, ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import { runner as runnerRoutes } from "../../../src/routes/runner.ts";

export const CLUSTER_TOKEN = "the-token-of-every-cluster-in-these-tests";

export function prowJob(spec: Partial<ProwJobSpec> = {}): ProwJob {
  const id = crypto.randomUUID();
  const now = new Date().toISOString();
  return {
    apiVersion: "prow.k8s.io/v1",
    kind: "ProwJob",
    metadata: {
      name: id,
      namespace: "default",
      labels: { "prow.k8s.io/is-optional": "false", "event-GUID": "guid-1" },
      annotations: {},
      creationTimestamp: now,
    },
    spec: {
      type: "presubmit",
      agent: "kubernetes",
      cluster: `cluster-${id}`,
      namespace: "default",
      job: `job-${id}`,
      refs: {
        org: "acme",
        repo: "rocket",
        base_ref: "main",
        base_sha: "b".repeat(40),
        pulls: [{ number: 5, author: "alice", sha: "a".repeat(40), title: "A change", head_ref: "topic" }],
      },
      report: true,
      context: "pull-rocket-unit",
      rerun_command: "/test unit",
      ...spec,
    },
    status: { startTime: now, state: "triggered", url: `http://cutwater.test/jobs/${id}` },
  };
}

export const jobStub = (id: string) => env.JOB.getByName(`job:${id}`);

/** Waits until a check gives something; for work that alarms do. */
export async function until<Value>(
  check: () => Promise<Value | null | undefined | false> | Value | null | undefined | false,
  what = "what was waited for",
): Promise<Value> {
  const end = Date.now() + 10_000;
  for (;;) {
    const value = await check();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Starts a job and waits until its cluster has queued it. */
export async function startQueued(job: ProwJob): Promise<void> {
  await jobStub(job.metadata.name).start(JSON.stringify(job), null);
  await until(async () => {
    const status = await env.BUILD_CLUSTER.getByName(job.spec.cluster).status();
    return status.queued + status.leased > 0;
  }, "the job in its cluster's queue");
}

/** The job's state once it is complete. */
export function completed(id: string) {
  return until(async () => {
    const view = await jobStub(id).view();
    return view?.completionTime ? view : null;
  }, "completion");
}

/** A request to the runner's routes of a worker that knows CLUSTER_TOKEN. */
export async function callRunnerApi(path: string, init: RequestInit & { token?: string } = {}): Promise<Response> {
  const digest = await sha256Hex(CLUSTER_TOKEN);
  const cluster = /^\/runner\/([^/]+)\//.exec(path)?.[1] ?? "";
  const headers = new Headers(init.headers);
  if (init.token !== undefined) headers.set("authorization", `Bearer ${init.token}`);
  // Over HTTP a body whose length is known carries this header.
  const length = typeof init.body === "string" ? new TextEncoder().encode(init.body).length : null;
  const size = init.body instanceof Uint8Array ? init.body.length : length;
  if (size !== null && !headers.has("content-length")) headers.set("content-length", String(size));
  const bindings = { ...env, RUNNER_TOKENS: JSON.stringify({ [cluster]: [digest] }) };
  return runnerRoutes.fetch(new Request(`http://cutwater.test${path}`, { ...init, headers }), bindings);
}

export class FakeRunner {
  readonly messages: ServerMessage[] = [];
  readonly #socket: WebSocket;
  closed: { code: number; reason: string } | null = null;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", (event) => {
      if (typeof event.data === "string" && event.data !== "pong") this.messages.push(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      this.closed = { code: event.code, reason: event.reason };
    });
  }

  static async connect(
    cluster: string,
    name: string,
    { capacity = 1, held = [] }: { capacity?: number; held?: readonly Held[] } = {},
  ): Promise<FakeRunner> {
    const answer = await callRunnerApi(`/runner/${cluster}/connect`, {
      token: CLUSTER_TOKEN,
      headers: { upgrade: "websocket" },
    });
    if (answer.webSocket === null) throw new Error(`no socket: ${answer.status} ${await answer.text()}`);
    answer.webSocket.accept();
    const runner = new FakeRunner(answer.webSocket);
    runner.send({ type: "hello", runner: name, executor: "process", version: "test", capacity, held: [...held] });
    await runner.receive("welcome");
    return runner;
  }

  send(message: RunnerMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** Takes the first message of a type off the inbox, waiting for it. */
  receive<Type extends ServerMessage["type"]>(type: Type): Promise<Extract<ServerMessage, { type: Type }>> {
    const isOfType = (message: ServerMessage): message is Extract<ServerMessage, { type: Type }> =>
      message.type === type;
    return until(() => {
      const found = this.messages.find(isOfType);
      if (found) this.messages.splice(this.messages.indexOf(found), 1);
      return found;
    }, `message ${type}`);
  }

  /** Waits for an offer, claims it. */
  async take(): Promise<Assignment> {
    const { job } = await this.receive("offer");
    this.send({ type: "claim", job });
    return (await this.receive("assignment")).assignment;
  }

  close(): void {
    this.#socket.close(1000, "test");
  }
}

export const heldOf = ({ job, attempt, epoch }: Held): Held => ({ job, attempt, epoch });

export function finishReport(change: Partial<FinishReport> = {}): string {
  const now = Date.now();
  return JSON.stringify({
    seq: 100,
    exitCodes: [{ container: "test", code: 0 }],
    reason: "completed",
    message: "",
    logBytes: 0,
    artifacts: { files: 0, bytes: 0, refused: [] },
    cloneRecords: [],
    startedAt: now - 1000,
    finishedAt: now,
    ...change,
  } satisfies FinishReport);
}
