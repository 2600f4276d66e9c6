/** Webhooks into the mirror, behind the rows of their deliveries (spec velodrome 1.3). */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { mirrorLive } from "../../../durable/mirror-live.ts";
import type { Env } from "../../../src/env.ts";
import type { DeliveryIndexRow } from "../../../src/store/delivery-rows.ts";
import { rememberMove } from "../../../src/velodrome/mirror/upkeep.ts";

const told: unknown[] = [];
const MIRROR = {
  getByName: (name: string) => ({
    relabel: async (from: string, to: string | null) => void told.push([name, "relabel", from, to]),
    sync: async () => void told.push([name, "sync"]),
  }),
};
const mine: Env = Object.assign({ ...env, VELODROME_REPOSITORIES: "live/ship, live/before" }, { MIRROR });

const delivery = (repo: string, event: string, action: string, guid: string): DeliveryIndexRow => {
  const object = `live/${repo}`;
  const rest = { version: 1, number: 7, sender: "ada", state: "handled", effects: 0, summary: "" };
  return { guid, object, event, action, org: "Live", repo, received_at: 1000 + guid.length, ...rest };
};

const at = (second: number): string => `2026-03-01T00:00:0${second}Z`;
const issue = (second: number, over: object = {}) => ({
  number: 7,
  user: { login: "ada" },
  title: `title ${second}`,
  state: "open",
  labels: [{ name: "kind/bug" }],
  assignees: [],
  milestone: null,
  comments: 1,
  created_at: at(0),
  closed_at: null,
  updated_at: at(second),
  ...over,
});
const comment = { id: 70, user: { login: "ben" }, body: "/lgtm", created_at: at(1), updated_at: at(1) };

const bodies: Readonly<Record<string, unknown>> = {
  opened: { action: "opened", issue: issue(1) },
  said: { action: "created", issue: issue(2), comment },
  unsaid: { action: "deleted", issue: issue(3, { comments: 0 }), comment },
  malformed: { action: "opened", issue: { number: "seven" } },
  gone: { action: "transferred", issue: issue(4) },
  renamed: { action: "edited", label: { name: "bug" }, changes: { name: { from: "kind/bug" } } },
  moved: {
    action: "renamed",
    repository: { name: "now", owner: { login: "live" } },
    changes: { repository: { name: { from: "ship" } } },
  },
};
const tell = (repo: string, ...all: [event: string, body: string][]) =>
  mirrorLive(
    mine,
    all.map(([event, body]) => delivery(repo, event, (bodies[body] as { action: string }).action, body)),
    async (guid) => JSON.stringify(bodies[guid]),
  );
const issueOf = (name: string) =>
  env.DB.prepare("SELECT title, comments, gone, seen FROM mirror_issue WHERE repository = ?").bind(name).first();
const commentOf = (name: string) =>
  env.DB.prepare("SELECT body, gone FROM mirror_comment WHERE repository = ?").bind(name).first();

beforeAll(() => void vi.spyOn(console, "warn").mockImplementation(() => undefined));

describe("a webhook", () => {
  it("writes what it tells, the malformed one beside it nothing, an older one afterwards nothing", async () => {
    await tell("Ship", ["issues", "malformed"], ["issue_comment", "said"]);
    expect(await issueOf("live/ship")).toEqual({ title: "title 2", comments: 1, gone: 0, seen: 1004 });
    expect(await commentOf("live/ship")).toEqual({ body: "/lgtm", gone: 0 });
    await tell("Ship", ["issues", "opened"]);
    expect(await issueOf("live/ship")).toMatchObject({ title: "title 2" });
  });

  it("of a deletion leaves a mark that stays", async () => {
    await tell("Ship", ["issue_comment", "unsaid"], ["issues", "gone"]);
    await tell("Ship", ["issue_comment", "said"], ["issues", "opened"]);
    expect(await commentOf("live/ship")).toEqual({ body: "/lgtm", gone: 1 });
    expect(await issueOf("live/ship")).toMatchObject({ title: "title 4", gone: 1 });
  });

  it("of another repository is nobody's", async () => {
    await tell("other", ["issues", "opened"], ["label", "renamed"]);
    expect(await issueOf("live/other")).toBeNull();
    expect(told).toEqual([]);
  });

  it("of a renamed label or repository is its mirror's work", async () => {
    await tell("Ship", ["label", "renamed"]);
    await tell("now", ["repository", "moved"]);
    expect(told).toEqual([
      ["live/ship", "relabel", "kind/bug", "bug"],
      ["live/ship", "sync"],
    ]);
  });

  it("of a repository that was renamed is known by its new name", async () => {
    await rememberMove(env.DB, "live/before", "live/after");
    // As after a minute.
    vi.setSystemTime(Date.now() + 61_000);
    await tell("after", ["issues", "opened"]);
    vi.useRealTimers();
    expect(await issueOf("live/after")).toMatchObject({ title: "title 1" });
  });
});
