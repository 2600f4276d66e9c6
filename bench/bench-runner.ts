/** A runner without workloads: claims what it is offered over a WebSocket, and ends it as a green job would. */
import { performance } from "node:perf_hooks";
import { WebSocket } from "ws";
import * as z from "zod";

const Assignment = z.object({
  job: z.string(),
  attempt: z.number(),
  epoch: z.number(),
  token: z.string(),
  prowjob: z.object({ spec: z.object({ refs: z.object({ base_sha: z.string() }) }) }),
});
const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("offer"), job: z.string() }),
  z.object({ type: z.literal("assignment"), assignment: Assignment }),
  z.object({ type: z.literal("gone"), job: z.string() }),
]);

/** Times of `performance.now()`. */
export interface Claim {
  readonly at: number;
  /** When it was asked for. */
  readonly askedAt: number;
  /** The commit of its push. */
  readonly sha: string;
}

export interface BenchRunner {
  readonly ended: number;
  readonly claims: readonly Claim[];
  readonly failure: Error | null;
  stop(): void;
}

const LOG = "Running.\nok  \tall of it\t0.1s\n";

export function startBenchRunner(url: string, token: string, name: string, capacity: number): BenchRunner {
  const claims: Claim[] = [];
  let ended = 0;
  let failure: Error | null = null;
  const running = new Map<string, z.infer<typeof Assignment>>();
  const asked = new Map<string, number>();
  const waiting: string[] = [];
  const address = `${url.replace(/^http/, "ws")}/runner/default/connect`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } });
  const send = (message: object) => socket.send(JSON.stringify(message));
  const held = () => [...running.values()].map(({ job, attempt, epoch }) => ({ job, attempt, epoch }));
  const beat = () => send({ type: "heartbeat", held: held(), free: capacity - running.size - asked.size });
  const timer = setInterval(() => socket.readyState === WebSocket.OPEN && beat(), 10_000);
  const claim = () => {
    while (waiting.length > 0 && running.size + asked.size < capacity) {
      const job = waiting.shift() ?? "";
      asked.set(job, performance.now());
      send({ type: "claim", job });
    }
  };
  const call = async (method: string, job: z.infer<typeof Assignment>, what: string, body: string) => {
    const headers = { authorization: `Bearer ${job.token}`, "content-type": "application/json" };
    const answer = await fetch(`${url}/runner/jobs/${job.job}/${what}`, { method, headers, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${what} answered ${answer.status}: ${text}`);
  };
  const run = async (job: z.infer<typeof Assignment>) => {
    const startedAt = Date.now();
    await call("POST", job, "state", JSON.stringify({ seq: 1, phase: "running", at: startedAt, node: name }));
    await call("PUT", job, "log?offset=0", LOG);
    const finish = {
      seq: 2,
      exitCodes: [{ container: "test", code: 0 }],
      reason: "completed",
      message: "",
      logBytes: Buffer.byteLength(LOG),
      artifacts: { files: 0, bytes: 0, refused: [] },
      cloneRecords: [],
      startedAt,
      finishedAt: Date.now(),
    };
    await call("POST", job, "finish", JSON.stringify(finish));
    ended += 1;
    running.delete(job.job);
    beat();
    claim();
  };
  const fail = (error: unknown) => {
    failure ??= error instanceof Error ? error : new Error(String(error));
  };
  socket.on("error", fail);
  socket.on("open", () =>
    send({ type: "hello", runner: name, executor: "kubernetes", version: "bench", capacity, held: [] }),
  );
  socket.on("message", (data: Buffer) => {
    const message = Message.safeParse(JSON.parse(data.toString("utf8"))).data;
    if (message?.type === "offer") waiting.push(message.job);
    if (message?.type === "gone") asked.delete(message.job);
    if (message?.type === "assignment") {
      const { assignment } = message;
      const at = performance.now();
      const askedAt = asked.get(assignment.job) ?? at;
      asked.delete(assignment.job);
      if (running.has(assignment.job)) return;
      claims.push({ at, askedAt, sha: assignment.prowjob.spec.refs.base_sha });
      running.set(assignment.job, assignment);
      run(assignment).catch(fail);
    }
    claim();
  });
  return {
    get ended() {
      return ended;
    },
    claims,
    get failure() {
      return failure;
    },
    stop() {
      clearInterval(timer);
      socket.terminate();
    },
  };
}
