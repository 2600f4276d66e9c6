/** A newer run of a pull request takes the place of an older one (spec jobs 2.4, 3.2). */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Conversation } from "../../../durable/conversation.ts";
import type { Effect } from "../../../src/chatops/effects.ts";
import type { ProwJob, ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import { jobStub, prowJob, until } from "../jobs/support.ts";

/** A conversation that has seen an event, so that it knows where it is. */
async function conversation(repo: string) {
  const stub = env.CONVERSATION.getByName(`newer/${repo}#5`);
  const inside = <T>(act: (object: Conversation) => Promise<T>): Promise<T> =>
    runInDurableObject(stub, (instance) => {
      if (!(instance instanceof Conversation)) throw new Error("no conversation");
      return act(instance);
    });
  const repository = { owner: "Newer", repo, private: false, defaultBranch: "main" };
  const guid = `timer-${crypto.randomUUID()}`;
  const wake = { repository, number: 5, sender: "alice", plugin: "needs-rebase", note: "again", afterMs: 0, guid };
  await inside((object) => object.wake(wake));
  await until(() => inside(async (object) => (await object.delivery(guid))?.state === "handled"));
  let nth = 0;
  return (effect: Effect) => inside((object) => object.enqueue(`newer-${(nth += 1)}`, "trigger", [effect]));
}

const view = async (job: ProwJob) => await jobStub(job.metadata.name).view();
const started = (job: ProwJob) => until(async () => (await view(job)) !== null, "its start");

const onRelease = { org: "acme", repo: "rocket", base_ref: "release-1", base_sha: "b".repeat(40) };

it.each<[what: string, newer: Partial<ProwJobSpec>, older: "aborted" | "triggered"]>([
  ["the same job on the same base", {}, "aborted"],
  ["the same job on another base", { refs: onRelease }, "triggered"],
  ["another job", { job: "another" }, "triggered"],
  ["a batch of that name", { type: "batch" }, "triggered"],
  ["a postsubmit of that name", { type: "postsubmit" }, "triggered"],
])("%s", async (_what, newer, older) => {
  const enqueue = await conversation(crypto.randomUUID());
  const first = prowJob();
  const second = prowJob({ ...first.spec, ...newer });
  await enqueue({ kind: "startJobs", jobs: [first] });
  await started(first);
  await enqueue({ kind: "startJobs", jobs: [second] });
  await started(second);
  expect(await view(first)).toMatchObject(
    older === "aborted" ? { state: older, description: "A newer run takes its place." } : { state: older },
  );
  expect(await view(second)).toMatchObject({ state: "triggered" });
});

it("a push stops every presubmit, and says who did", async () => {
  const enqueue = await conversation(crypto.randomUUID());
  const jobs = [prowJob(), prowJob(), prowJob({ type: "batch" })];
  await enqueue({ kind: "startJobs", jobs });
  for (const job of jobs) await started(job);
  await enqueue({ kind: "abortJobs", type: "presubmit", reason: "Aborted by trigger plugin." });
  const states = async () => (await Promise.all(jobs.map(view))).map((one) => one?.state);
  await until(async () => (await states()).filter((state) => state === "aborted").length === 2, "the abort");
  expect(await states()).toEqual(["aborted", "aborted", "triggered"]);
  const [first] = jobs;
  expect(first && (await view(first))?.description).toBe("Aborted by trigger plugin.");
});
