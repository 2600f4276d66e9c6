/** What runners call: see src/jobs/protocol.ts, the one description of it. */
import type { Context, MiddlewareHandler } from "hono";
import * as z from "zod";
import { settings } from "../env.ts";
import type { Env } from "../env.ts";
import { bearerOf, isKnownToken } from "../jobs/credential.ts";
import { isOver } from "../jobs/left-over.ts";
import {
  Attempts,
  FinishReport,
  LOG_APPEND_BYTES,
  POD_INFO_BYTES,
  PodInfo,
  RunnerMessage,
  StateReport,
} from "../jobs/protocol.ts";
import type { JobRpc, Refusal } from "../jobs/rpc.ts";
import { createApp } from "./app.ts";
import type { AppEnv } from "./app.ts";
import { readBody } from "./body.ts";
import { runnerArtifacts } from "./runner-artifacts.ts";
import { problem, refused } from "./runner-answers.ts";

const MESSAGE_BYTES = 4 * 1024 * 1024;
const STATE_BYTES = 16 * 1024;
const LONGEST_POLL_SECONDS = 25;
const RunnerName = z.string().min(1).max(128);
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const Offset = z.coerce.number().int().min(0);

export const runner = createApp();

/** Lets pass whoever has a token of the cluster alias in the path. */
const clusterToken: MiddlewareHandler<AppEnv> = async (c, next) => {
  const cluster = c.req.param("cluster") ?? "";
  const tokens = settings(c.env).RUNNER_TOKENS;
  const digests = Object.hasOwn(tokens, cluster) ? (tokens[cluster] ?? []) : [];
  if (await isKnownToken(bearerOf(c.req.header("authorization")), digests)) return next();
  const message = `The token is not one of build cluster ${cluster}'s (setting RUNNER_TOKENS).`;
  return problem(c, 401, "unauthorized", message);
};

runner.get("/runner/:cluster/connect", clusterToken, (c) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket")
    return problem(c, 426, "upgrade", "Open a WebSocket here, or POST to /poll instead.");
  return c.env.BUILD_CLUSTER.getByName(c.req.param("cluster")).fetch(c.req.raw);
});

runner.post("/runner/:cluster/poll", clusterToken, async (c) => {
  const body = await parsedBody(c, MESSAGE_BYTES, RunnerMessage.array().max(1000));
  if (body instanceof Response) return body;
  const hello = body.find((message) => message.type === "hello");
  const name = RunnerName.safeParse(c.req.query("runner") ?? hello?.runner);
  if (!name.success) return problem(c, 400, "invalid", "Name the runner: /poll?runner=NAME");
  const wait = z.coerce.number().min(0).max(LONGEST_POLL_SECONDS).catch(LONGEST_POLL_SECONDS);
  const waitMs = 1000 * wait.parse(c.req.query("wait") ?? LONGEST_POLL_SECONDS);
  const cluster = c.env.BUILD_CLUSTER.getByName(c.req.param("cluster"));
  const messages = await cluster.poll(name.data, JSON.stringify(body), waitMs);
  if (messages === null) return problem(c, 409, "hello", "This runner is not known here. Send a hello.");
  return c.body(messages, 200, { "content-type": "application/json" });
});

runner.post("/runner/:cluster/ended", clusterToken, async (c) => {
  const body = await parsedBody(c, MESSAGE_BYTES, Attempts);
  if (body instanceof Response) return body;
  const over = await Promise.all(
    body.attempts.map(async ({ job: id, attempt }) =>
      isOver(UUID.test(id) ? await job(c.env, id).view() : null, { attempt, cluster: c.req.param("cluster") }),
    ),
  );
  return c.json({ attempts: body.attempts.filter((_, index) => over[index]) } satisfies Attempts);
});

runner.put("/runner/jobs/:id/log", async (c) => {
  const offset = Offset.safeParse(c.req.query("offset"));
  if (!offset.success) return problem(c, 400, "invalid", "Give ?offset=, the number of bytes that came before.");
  const bytes = await readBody(c.req.raw, LOG_APPEND_BYTES);
  if (bytes === null) return problem(c, 413, "limit", `Send at most ${LOG_APPEND_BYTES} bytes at a time.`);
  const answer = await job(c.env, c.req.param("id")).appendLog(tokenOf(c), offset.data, bytes);
  return "error" in answer ? refused(c, answer, { durable: answer.durable }) : c.json(answer);
});

runner.post("/runner/jobs/:id/state", async (c) => {
  const report = await parsedBody(c, STATE_BYTES, StateReport);
  if (report instanceof Response) return report;
  return answered(c, await job(c.env, c.req.param("id")).reportState(tokenOf(c), report));
});

runner.put("/runner/jobs/:id/podinfo", async (c) => {
  const info = await parsedBody(c, POD_INFO_BYTES, PodInfo);
  if (info instanceof Response) return info;
  const answer = await job(c.env, c.req.param("id")).podInfoKey(tokenOf(c));
  if ("error" in answer) return refused(c, answer);
  await c.env.ARTIFACTS.put(answer.key, JSON.stringify(info), { httpMetadata: { contentType: "application/json" } });
  return c.json({ ok: true });
});

runner.post("/runner/jobs/:id/finish", async (c) => {
  const report = await parsedBody(c, MESSAGE_BYTES, FinishReport);
  if (report instanceof Response) return report;
  return answered(c, await job(c.env, c.req.param("id")).finish(tokenOf(c), JSON.stringify(report)));
});

runner.route("/", runnerArtifacts);

function job(env: Env, id: string): DurableObjectStub<JobRpc> {
  return env.JOB.getByName(`job:${id}`);
}

const tokenOf = (c: Context<AppEnv>): string => bearerOf(c.req.header("authorization"));

function answered(c: Context<AppEnv>, answer: { ok: true } | Refusal): Response {
  return "error" in answer ? refused(c, answer) : c.json(answer);
}

/** The body as parsed by a schema, or the answer that says what is wrong with it. */
async function parsedBody<Value>(
  c: Context<AppEnv>,
  most: number,
  schema: z.ZodType<Value>,
): Promise<Value | Response> {
  const bytes = await readBody(c.req.raw, most);
  if (bytes === null) return problem(c, 413, "limit", `The body may have ${most} bytes at most.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return problem(c, 400, "invalid", "The body is not JSON in UTF-8.");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  return problem(c, 400, "invalid", z.prettifyError(parsed.error).slice(0, 2000));
}
