/** What happens later: timers, git tasks, recorded jobs, services (design 1.1, 1.2). */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { Conversation } from "../../../durable/conversation.ts";
import { Repository } from "../../../durable/repository.ts";
import type { Effect } from "../../../src/chatops/effects.ts";
import { callService } from "../../../src/chatops/service.ts";
import type { Delivery, Wake } from "../../../src/chatops/rpc.ts";
import type { JobSummary } from "../../../src/jobs/rpc.ts";
import type { GitTask } from "../../../src/jobs/git-task.ts";
import { jobId } from "../../../src/jobs/create.ts";
import { GitHubError } from "../../../src/github/index.ts";
import { commentPayload } from "../../harness/payloads.ts";
import { failure } from "../github/harness.ts";
import { completed, FakeRunner, finishReport, callRunnerApi, jobStub, prowJob, until } from "../jobs/support.ts";

afterEach(() => vi.unstubAllGlobals());

const REPOSITORY = { owner: "Later", repo: "Ship", private: false, defaultBranch: "trunk" };

const wakeOf = (number: number, change: Partial<Wake> = {}): Wake => ({
  repository: REPOSITORY,
  number,
  sender: "alice",
  plugin: "needs-rebase",
  note: "again",
  afterMs: 0,
  guid: `timer-${crypto.randomUUID()}`,
  ...change,
});

function delivery(repo: string, number: number, guid: string): Delivery {
  const body = commentPayload({ owner: "Later", repo, number, body: "hello", login: "alice" });
  const place = { owner: "Later", repo, private: false, number, sender: "alice" };
  return { ...place, guid, event: "issue_comment", action: "created", receivedAt: 1, body, bodyKey: "", headers: {} };
}

/** Recursive effects are too deep for the types of a stub, so that these doors name what they open. */
const conversation = (repo: string, number: number) => {
  const stub = env.CONVERSATION.getByName(`later/${repo}#${number}`);
  const inside = <T>(act: (object: Conversation) => Promise<T>): Promise<T> =>
    runInDurableObject(stub, (instance) => {
      if (!(instance instanceof Conversation)) throw new Error("no conversation");
      return act(instance);
    });
  return {
    wake: (wake: Wake) => inside((object) => object.wake(wake)),
    delivery: (guid: string) => inside((object) => object.delivery(guid)),
    jobChanged: (summary: JobSummary) => inside((object) => object.jobChanged(summary)),
    enqueue: (guid: string, rule: string, effects: readonly Effect[]) =>
      inside((object) => object.enqueue(guid, rule, effects)),
  };
};

const repository = (repo: string) => {
  const stub = env.REPOSITORY.getByName(`later/${repo}`);
  const inside = <T>(act: (object: Repository) => Promise<T>): Promise<T> =>
    runInDurableObject(stub, (instance) => {
      if (!(instance instanceof Repository)) throw new Error("no repository");
      return act(instance);
    });
  return {
    deliver: (delivery: Delivery) => inside((object) => object.deliver(delivery)),
    taskDone: (id: string, outcome: string) => inside((object) => object.taskDone(id, outcome)),
    enqueue: (guid: string, rule: string, effects: readonly Effect[]) =>
      inside((object) => object.enqueue(guid, rule, effects)),
  };
};

/** What a repository's inbox knows of a delivery. */
const rowOf = (repo: string, guid: string) =>
  runInDurableObject(env.REPOSITORY.getByName(`later/${repo}`), (_instance, state) => {
    const query = "SELECT state, attempt, body FROM inbox WHERE guid = ?";
    return state.storage.sql.exec<{ state: string; attempt: number; body: string }>(query, guid).toArray()[0];
  });

/** A repository that has seen an event, so that it knows where it is. */
async function repositoryThatKnows(repo: string) {
  const stub = repository(repo);
  const payload = JSON.parse(commentPayload({ owner: "Later", repo, number: 1, body: "", login: "alice" }));
  const guid = crypto.randomUUID();
  const body = JSON.stringify({ action: "edited", repository: payload.repository, sender: payload.sender });
  await stub.deliver({ ...delivery(repo, 0, guid), event: "repository", action: "edited", body });
  await until(async () => (await rowOf(repo, guid))?.state === "handled");
  return stub;
}

const handled = (repo: string, number: number, guid: string) =>
  until(async () => {
    const view = await conversation(repo, number).delivery(guid);
    return view?.state === "handled" ? view : null;
  }, guid);

it("a timer is handled like a delivery, once, where nobody has been before", async () => {
  const wake = wakeOf(7);
  const stub = conversation("ship", 7);
  await stub.wake(wake);
  const first = await handled("ship", 7, wake.guid);
  expect(first).toMatchObject({
    event: "cutwater",
    action: "timer",
    org: "Later",
    repo: "Ship",
    number: 7,
    attempt: 1,
  });
  // The answer of the call was lost: it comes again.
  await stub.wake(wake);
  await until(async () => (await stub.delivery(wake.guid))?.attempt === 2);
  expect((await stub.delivery(wake.guid))?.handledAt).toBe(first.handledAt);
});

it("a later timer of the same plugin and note replaces the earlier; another note does not", async () => {
  const stub = conversation("ship", 8);
  const [old, fresh, other] = [wakeOf(8, { afterMs: 60_000 }), wakeOf(8, { afterMs: 50 }), wakeOf(8, { note: "b" })];
  await stub.wake(old);
  await stub.wake(other);
  await stub.wake(fresh);
  await handled("ship", 8, fresh.guid);
  await handled("ship", 8, other.guid);
  expect(await stub.delivery(old.guid)).toBeNull();
});

it("a repository wakes a conversation, and the same effect wakes it once", async () => {
  const here = await repositoryThatKnows("wakes");
  const effect: Effect = { kind: "lookAgain", plugin: "cla", note: "status", afterMs: 0, number: 9 };
  await here.enqueue("status-1", "cla", [effect]);
  await here.enqueue("status-1", "cla", [effect]);
  const rows = await until(async () => {
    const { results } = await env.DB.prepare(
      "SELECT * FROM delivery WHERE repo = 'wakes' AND number = 9 AND event = 'cutwater'",
    ).all();
    return results.length > 0 ? results : null;
  });
  expect(rows).toHaveLength(1);
});

const PICK: GitTask = {
  kind: "cherry-pick",
  owner: "Later",
  repo: "tasks",
  number: 3,
  mergeSha: "a".repeat(40),
  commits: 1,
  target: "release-1",
  branch: "pick-3-to-release-1",
};

it("a git task goes to the runner and comes back to its conversation, once", async () => {
  const here = await repositoryThatKnows("tasks");
  const id = await jobId("delivery-1", "cherrypicker", "release-1");
  const effect: Effect = { kind: "gitTask", id, plugin: "cherrypicker", task: PICK };
  await here.enqueue("delivery-1", "cherrypicker", [effect]);
  const runner = await FakeRunner.connect("default", "task-runner");
  const assignment = await runner.take();
  expect(assignment.prowjob.spec).toMatchObject({ agent: "git-task", hidden: true, report: false, git_task: PICK });
  expect(assignment.prowjob.metadata.labels).toEqual({});
  expect(assignment.cloneToken).toBeNull();
  expect(assignment.taskProblem).toContain("GIT_TASKS_PERSONAL_TOKEN");
  const picked = { state: "picked", sha: "b".repeat(40) };
  const answer = await callRunnerApi(`/runner/jobs/${id}/finish`, {
    method: "POST",
    token: assignment.token,
    body: finishReport({ metadata: picked }),
  });
  expect(answer.status).toBe(200);
  const view = await until(() => rowOf("tasks", `task-${id}`));
  expect(JSON.parse(view.body).event).toMatchObject({ kind: "task", plugin: "cherrypicker", id, outcome: picked });
  await here.taskDone(id, JSON.stringify({ state: "failed", message: "again" }));
  expect((await rowOf("tasks", `task-${id}`))?.attempt).toBe(1);
  await here.enqueue("delivery-2", "cherrypicker", [effect]);
  await until(async () => (await rowOf("tasks", `task-${id}`))?.state === "handled");
  runner.close();
});

it("a git task that is aborted says so to whoever asked", async () => {
  const here = await repositoryThatKnows("aborted");
  const id = await jobId("delivery-3", "cherrypicker", "release-1");
  await here.enqueue("delivery-3", "c", [{ kind: "gitTask", id, plugin: "cherrypicker", task: PICK }]);
  await until(() => jobStub(id).view());
  await jobStub(id).abort("Not wanted any more.", "alice", false);
  const view = await until(() => rowOf("aborted", `task-${id}`));
  expect(JSON.parse(view.body).event.outcome).toEqual({ state: "failed", message: "Not wanted any more." });
});

it("a recorded job is finished from the start, is in the index and in R2, and is not reported", async () => {
  const here = await repositoryThatKnows("recorded");
  const job = prowJob();
  const status = { ...job.status, state: "success", description: "Overridden by alice" } as const;
  const effect: Effect = { kind: "recordJobs", jobs: [{ ...job, status }] };
  await here.enqueue("override-1", "override", [effect]);
  await here.enqueue("override-2", "override", [effect]);
  const view = await completed(job.metadata.name);
  expect(view).toMatchObject({ state: "success", description: "Overridden by alice", attempt: 1 });
  const row = await until(() =>
    env.DB.prepare("SELECT * FROM prow_job WHERE id = ?").bind(job.metadata.name).first<{ storage_path: string }>(),
  );
  const finished = await until(() => env.ARTIFACTS.get(`${row.storage_path}/finished.json`));
  expect(JSON.parse(await finished.text())).toMatchObject({ result: "SUCCESS" });
  expect(await jobStub(job.metadata.name).abort("too late", "alice", false)).toBe(false);
});

it("an override stops the run that it stands for, whose result is never said (jobs 7.3: prow#908)", async () => {
  const stub = conversation("overridden", 5);
  const wake = wakeOf(5, { repository: { ...REPOSITORY, repo: "Overridden" } });
  await stub.wake(wake);
  await handled("overridden", 5, wake.guid);
  const running = prowJob();
  await stub.enqueue("start-1", "trigger", [{ kind: "startJobs", jobs: [running] }]);
  await until(async () => (await jobStub(running.metadata.name).view())?.state === "triggered");
  const status = { ...running.status, state: "success", description: "By boss" } as const;
  const recorded = { ...prowJob(running.spec), status };
  await stub.enqueue("override-1", "override", [{ kind: "recordJobs", jobs: [recorded] }]);
  expect(await completed(running.metadata.name)).toMatchObject({ state: "aborted", description: "By boss" });
  const object = env.CONVERSATION.getByName("later/overridden#5");
  const rows = (query: string) =>
    runInDurableObject(object, (_instance, state) =>
      state.storage.sql.exec<{ n: number }>(query, running.metadata.name).one(),
    );
  const told = "SELECT count(*) AS n FROM job WHERE id = ? AND complete = 1 AND said_version = version";
  await until(async () => (await rows(told)).n === 1, "the conversation hears of the abort");
  const red = `SELECT count(*) AS n FROM outbox WHERE effect ->> 'kind' = 'setStatus' AND guid LIKE '%' || ? || '%'
    AND effect ->> 'state' <> 'pending'`;
  expect(await rows(red)).toEqual({ n: 0 });
});

it("a job that is not finished is not recorded", async () => {
  const job = prowJob();
  const record = async () => await jobStub(job.metadata.name).record(JSON.stringify(job));
  await expect(record()).rejects.toThrow(/only finished ones are recorded/);
});

it("the newest result of each context on the head is said again on request, and older ones are not", async () => {
  const stub = conversation("said", 5);
  const start = Date.now();
  const summaryOf = async (context: string, startTime: number, sha: string) => {
    const job = prowJob({ context });
    const status = { ...job.status, state: "failure" } as const;
    const summary = await jobStub(job.metadata.name).record(JSON.stringify({ ...job, status }));
    return { ...summary, startTime, sha };
  };
  const [first, other, again] = [
    await summaryOf("one", start - 3000, "c".repeat(40)),
    await summaryOf("other", start - 2000, "d".repeat(40)),
    await summaryOf("one", start - 1000, "d".repeat(40)),
  ];
  const said = () =>
    runInDurableObject(env.CONVERSATION.getByName("later/said#5"), (_instance, state) => {
      const rows = state.storage.sql.exec<{ guid: string; n: number }>(
        "SELECT guid, count(*) AS n FROM outbox WHERE effect ->> 'kind' = 'setStatus' GROUP BY guid",
      );
      return Object.fromEntries(rows.toArray().map(({ guid, n }) => [guid.slice(4), n]));
    });
  for (const summary of [first, other, again]) await stub.jobChanged(summary);
  await until(async () => Object.keys(await said()).length === 3);
  await stub.enqueue("refresh-1", "refresh", [{ kind: "reportAgain" }]);
  await until(async () => (await said())[again.id] === 2);
  expect(await said()).toEqual({ [first.id]: 1, [other.id]: 2, [again.id]: 2 });
});

const SLACK = {
  SERVICES: JSON.stringify({
    slack: { url: "https://slack.test/api", headers: { authorization: "Bearer xoxb-very-secret" } },
  }),
};

it.each([
  ["says ok", () => Response.json({ ok: true }), null],
  [
    "is refused with 200",
    () => Response.json({ ok: false, error: "channel_not_found" }),
    ["permanent", "channel_not_found"],
  ],
  ["is limited with 200", () => Response.json({ ok: false, error: "ratelimited" }), ["rate-limited", "ratelimited"]],
  [
    "is refused, echoing the token",
    () => new Response("no xoxb-very-secret here", { status: 403 }),
    ["permanent", "no \\*\\*\\* here"],
  ],
  ["breaks", () => new Response("oops", { status: 502 }), ["unknown-outcome", "502"]],
  [
    "is redirected",
    () => new Response(null, { status: 302, headers: { location: "http://10.0.0.1/" } }),
    ["permanent", "302"],
  ],
  [
    "cannot be reached",
    () => Promise.reject(new TypeError("xoxb-very-secret")),
    ["unknown-outcome", "could not be reached"],
  ],
] as const)("a call to Slack %s", async (_name, answer, refused) => {
  vi.stubGlobal("fetch", async () => await answer());
  const call = { service: "slack", method: "POST", path: "/chat.postMessage", body: { channel: "#a", text: "b" } };
  const settled = { ...env, ...SLACK };
  if (refused === null) {
    expect(await callService(settled, call)).toBe("slack: 200");
    return;
  }
  const error = await failure(() => callService(settled, call));
  if (!(error instanceof GitHubError)) throw error;
  expect(error.kind).toBe(refused[0]);
  expect(error.message).toMatch(new RegExp(refused[1]));
  expect(error.message).not.toContain("very-secret");
});

it("a PUT that breaks is tried again; a service that nobody set is refused", async () => {
  vi.stubGlobal("fetch", async () => new Response("oops", { status: 502 }));
  const put = { service: "slack", method: "PUT", path: "/x", body: {} };
  expect(await failure(() => callService({ ...env, ...SLACK }, put))).toMatchObject({ kind: "transient" });
  expect(await failure(() => callService(env, { ...put, service: "jira" }))).toMatchObject({ kind: "permanent" });
});

it.each([
  ["JSON-RPC that is done", { error: null, result: {} }, null],
  ["JSON-RPC that refuses with 200", { error: { code: 32_000, message: "no s3cr3t-key here" } }, "32000: no *** here"],
  [
    "a link that is there",
    { error: { code: 100_500, message: "duplicate key value violates unique constraint" } },
    null,
  ],
  ["a link that is gone", { error: { code: 1006, message: "No external tracker bugs were found" } }, null],
  ["an error with 200", { error: true, code: 51, message: "bad" }, "51: bad"],
] as const)("Bugzilla: %s", async (_name, body, refused) => {
  vi.stubGlobal("fetch", async () => Response.json(body));
  const bugzilla = { url: "https://bugs.test", headers: { "x-bugzilla-api-key": "s3cr3t-key" } };
  const services = { SERVICES: JSON.stringify({ bugzilla }) };
  const settled = { ...env, ...services };
  const call = { service: "bugzilla", method: "POST", path: "/jsonrpc.cgi", body: {} };
  const result = callService(settled, call).catch((error: unknown) => error);
  if (refused === null) expect(await result).toBe("bugzilla: 200");
  else expect(await result).toMatchObject({ kind: "permanent", message: expect.stringContaining(refused) });
});
