/** What plugins look at later: durable, once per wish, handled in order like any delivery. */
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { RepoRef } from "../../../src/chatops/events.ts";
import { prowJob, jobStub } from "../jobs/support.ts";

const repository = (repo: string): RepoRef => ({ owner: "later", repo, private: false, defaultBranch: "main" });

async function timersOf(repo: string): Promise<{ guid: string; summary: string; state: string }[]> {
  const rows = await env.DB.prepare(
    "SELECT guid, summary, state FROM delivery WHERE event = 'cutwater' AND org = 'later' AND repo = ?",
  )
    .bind(repo)
    .all<{ guid: string; summary: string; state: string }>();
  return rows.results;
}

describe("a conversation that is to look again", () => {
  it("does, once for each wish, though it was never seen before", async () => {
    const conversation = env.CONVERSATION.getByName("later/one#7");
    const wish = { plugin: "needs-rebase", note: "0", afterMs: 0 };
    await conversation.wake(wish, repository("one"), 7, "guid-of-a-push");
    await vi.waitFor(async () => expect(await timersOf("one")).toHaveLength(1), 5000);
    const [row] = await timersOf("one");
    expect(row).toMatchObject({ state: "handled", summary: "No configuration speaks of later/one" });
    expect(row?.guid).toMatch(/^guid-of-a-push:needs-rebase:\d+$/);
  });

  it("the later of two wishes of one kind takes the place of the earlier", async () => {
    const conversation = env.CONVERSATION.getByName("later/two#7");
    await conversation.wake({ plugin: "cla", note: "x", afterMs: 60_000 }, repository("two"), 7, "first");
    await conversation.wake({ plugin: "cla", note: "x", afterMs: 50 }, repository("two"), 7, "second");
    await vi.waitFor(async () => expect(await timersOf("two")).toHaveLength(1), 5000);
    expect((await timersOf("two"))[0]?.guid).toContain("second:");
  });
});

describe("a job that is recorded", () => {
  it("is finished from the start, indexed, and never run", async () => {
    const job = prowJob();
    const overridden = {
      ...job,
      status: { ...job.status, state: "success", description: "Overridden by someone" },
    } as const;
    const stub = jobStub(job.metadata.name);
    expect(await stub.record(JSON.stringify(overridden))).toEqual({ created: true });
    expect(await stub.record(JSON.stringify(overridden))).toEqual({ created: false });
    expect(await stub.view()).toMatchObject({ state: "success", description: "Overridden by someone" });
    const row = () => env.DB.prepare("SELECT state FROM prow_job WHERE id = ?").bind(job.metadata.name).first();
    await vi.waitFor(async () => expect(await row()).toEqual({ state: "success" }), 5000);
  });

  it("is refused when it is not finished", async () => {
    const job = prowJob();
    const record = async () => await jobStub(job.metadata.name).record(JSON.stringify(job));
    await expect(record()).rejects.toThrow(/only finished ones are recorded/);
  });
});
