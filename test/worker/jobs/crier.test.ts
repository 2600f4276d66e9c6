/** crier: every reporter on its own, each state once, refusals told on the timeline (spec jobs 4.6). */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import type { Job } from "../../../durable/job.ts";
import { JobCrier, reportersOf } from "../../../durable/job-crier.ts";
import { JobStore } from "../../../durable/job-store.ts";
import type { Env } from "../../../src/env.ts";
import type { Assignment } from "../../../src/jobs/protocol.ts";
import type { ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import { completed, finishReport, jobStub, prowJob, startQueued, until } from "./support.ts";

const SERVICES = {
  slack: { url: "https://slack.test/api", headers: { authorization: "Bearer xoxb-secret" } },
  "slack:other": { url: "https://other.test/api", headers: {} },
  "job-webhook": { url: "https://hook.test/jobs", headers: { "x-key": "secret-key" } },
};
const SETTINGS: Readonly<Record<string, string>> = { SERVICES: JSON.stringify(SERVICES), GITHUB_CHECKS: "true" };
const WITH: Env = { ...env, ...SETTINGS };
const slack = { channel: "ops", job_states_to_report: ["failure", "success"] };

afterEach(() => void vi.unstubAllGlobals());

interface Call {
  readonly url: string;
  readonly authorization: string | null;
  readonly body: { readonly [key: string]: unknown };
}

function services(answer: (url: string) => Response): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (input: string, init: RequestInit & { readonly body: string }) => {
    const headers = new Headers(init.headers);
    calls.push({ url: input, authorization: headers.get("authorization"), body: JSON.parse(init.body) });
    return answer(input);
  });
  return calls;
}

/** A job that ended in failure, its log said. */
async function failed(spec: Partial<ProwJobSpec> = {}, log = ""): Promise<string> {
  const job = prowJob({ reporter_config: { slack }, ...spec });
  const id = job.metadata.name;
  await startQueued(job);
  const { token }: Assignment = JSON.parse((await jobStub(id).claim("r"))?.assignment ?? "null");
  if (log !== "") await jobStub(id).appendLog(token, 0, new TextEncoder().encode(log));
  await jobStub(id).finish(token, finishReport({ logBytes: log.length, exitCodes: [{ container: "test", code: 1 }] }));
  await completed(id);
  return id;
}

/** Runs a reporter inside of the job's object, with services. Answers when it wants to be called again, or its error. */
const cry = (id: string, reporter: "slack" | "webhook" | "checks"): Promise<string> =>
  runInDurableObject(env.JOB.getByName(`job:${id}`), async (_, state) => {
    const store = new JobStore(state.storage);
    const known = store.known();
    if (!known) throw new Error("no job");
    try {
      return (await new JobCrier(WITH, store).cry(reporter, known)) === undefined ? "done" : "again";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  });

it("Slack is told once of a state, with the token in the header alone", async () => {
  const calls = services(() => Response.json({ ok: true }));
  const id = await failed();
  expect([await cry(id, "slack"), await cry(id, "slack")]).toEqual(["done", "done"]);
  expect(calls.length).toBe(1);
  expect(calls[0]).toMatchObject({
    url: "https://slack.test/api/chat.postMessage",
    authorization: "Bearer xoxb-secret",
  });
  expect(calls[0]?.body).toMatchObject({ channel: "ops", text: expect.stringContaining("ended with state failure") });
});

it("a host of the job has its own Slack", async () => {
  const calls = services(() => Response.json({ ok: true }));
  expect(await cry(await failed({ reporter_config: { slack: { ...slack, host: "other" } } }), "slack")).toBe("done");
  expect(calls[0]?.url).toBe("https://other.test/api/chat.postMessage");
});

it("Slack refuses with 200: said on the timeline, without the secret, and not tried again", async () => {
  const calls = services(() => Response.json({ ok: false, error: "channel_not_found xoxb-secret" }));
  const id = await failed();
  expect([await cry(id, "slack"), await cry(id, "slack")]).toEqual(["done", "done"]);
  expect(calls.length).toBe(1);
  const line = (await jobStub(id).view())?.timeline.find(({ what }) => what === "Not reported (slack)");
  expect(line?.detail).toContain("channel_not_found");
  expect(line?.detail).not.toContain("xoxb-secret");
});

it("a lost answer: the webhook is called again with the same delivery id, Slack is not", async () => {
  const calls = services(() => new Response("", { status: 502 }));
  const id = await failed();
  expect(await cry(id, "webhook")).toContain("502");
  expect(await cry(id, "slack")).toBe("done");
  services(() => new Response("", { status: 204 }));
  const again = services(() => new Response("", { status: 204 }));
  expect(await cry(id, "webhook")).toBe("done");
  const [first] = calls.filter(({ url }) => url.startsWith("https://hook.test"));
  expect(again[0]?.body).toEqual(first?.body);
  expect(first?.body).toMatchObject({ status: "failure", job_type: "presubmit", runid: id });
});

it("a check run with annotations goes through the outbox of the job's owner", async () => {
  const enqueued: unknown[] = [];
  const id = await failed({}, "::error file=a.go,line=3::It leaks\n");
  await until(async () => {
    const view = await jobStub(id).view();
    return (await env.ARTIFACTS.head(`${view?.storagePath}/build-log.txt`)) !== null;
  }, "the log");
  await runInDurableObject(env.JOB.getByName(`job:${id}`), async (_, state) => {
    const store = new JobStore(state.storage);
    store.write("reportTo", { kind: "conversation", name: "acme/rocket#5" });
    const known = store.known();
    const stub = { enqueue: async (...args: unknown[]) => void enqueued.push(args) };
    const CONVERSATION = { getByName: () => stub } as unknown as Env["CONVERSATION"];
    if (known) await new JobCrier({ ...WITH, CONVERSATION }, store).cry("checks", known);
  });
  expect(enqueued).toMatchObject([
    [
      expect.stringMatching(`^job:${id}:\\d+$`),
      "checks",
      [
        {
          kind: "createCheckRun",
          sha: "a".repeat(40),
          name: "pull-rocket-unit",
          conclusion: "failure",
          annotations: [{ path: "a.go", start_line: 3, message: "It leaks" }],
        },
      ],
    ],
  ]);
});

it("only reporters that the settings switch on are asked, on every change of state", async () => {
  expect([reportersOf(env), reportersOf(WITH)]).toEqual([[], ["slack", "webhook", "checks"]]);
  const job = prowJob();
  const stub = env.JOB.getByName(`job:${job.metadata.name}`);
  // The object believes in the services, the duty finds none: what it says proves that it was asked.
  await runInDurableObject(stub, (instance: Job) => void Object.defineProperty(instance, "env", { value: WITH }));
  await startQueued({
    ...job,
    spec: { ...job.spec, reporter_config: { slack: { ...slack, job_states_to_report: ["pending"] } } },
  });
  await jobStub(job.metadata.name).claim("r");
  const told = await until(
    async () => (await jobStub(job.metadata.name).view())?.timeline.find(({ what }) => what === "Not reported (slack)"),
    "the reporter's word",
  );
  expect(told.detail).toContain("names no service slack");
});
