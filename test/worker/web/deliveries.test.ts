/** /deliveries/<guid> and redelivery: as stranger, user and administrator. */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { DeliveryView } from "../../../src/chatops/view.ts";
import { withoutHiddenJobs } from "../../../src/routes/delivery-data.ts";
import { prowJob } from "../jobs/support.ts";
import { addDelivery, addRepository, ADMIN_TOKEN, as, asPage, call, gitHub, ORIGIN } from "./harness.ts";

beforeAll(async () => {
  await addRepository("harbor/open", false);
  await addRepository("harbor/shut", true);
  await addDelivery("of-private", "harbor", "shut", "harbor/shut#5");
  await addDelivery("of-org", "harbor", "", "harbor/");
});

afterEach(() => void vi.unstubAllGlobals());

describe("who sees a delivery", () => {
  it.each(["of-private", "of-org", "unknown", "x".repeat(100), "a b"])("a stranger sees none of %s", async (guid) => {
    gitHub({});
    expect((await call(`/deliveries/${guid}`, asPage({}))).status).toBe(404);
    expect((await call(`/api/deliveries/${guid}`)).status).toBe(404);
  });

  it("a user whom GitHub does not show the repository sees nothing either", async () => {
    gitHub({});
    expect((await call("/api/deliveries/of-private", await as("nobody-special"))).status).toBe(404);
  });
});

it("hidden jobs that a delivery started are not named to others than administrators", () => {
  const jobs = [prowJob({ job: "open" }), prowJob({ job: "covert", hidden: true })];
  const cause = { delivery: "g", plugin: "trigger", rule: "/test", actor: { kind: "system" } } as const;
  const row = { id: 1, cause, state: "done", tries: 1, answer: "", at: 1, nextTryAt: null } as const;
  const delivery: DeliveryView = {
    guid: "g",
    event: "issue_comment",
    action: "created",
    org: "harbor",
    repo: "open",
    number: 5,
    sender: "mara",
    receivedAt: 0,
    state: "handled",
    effects: 2,
    summary: "",
    attempt: 1,
    handledAt: 0,
    configVersion: "",
    payload: "{}",
    runs: [],
    effectList: [
      { ...row, effect: { kind: "startJobs", jobs } },
      { ...row, id: 2, effect: { kind: "addLabel", label: "lgtm" } },
    ],
    forwards: [],
  };
  const shown = JSON.stringify(withoutHiddenJobs(delivery, false));
  expect(shown).toContain("open");
  expect(shown).toContain("lgtm");
  expect(shown).not.toContain("covert");
  expect(withoutHiddenJobs(delivery, true).effectList[0]?.effect).toEqual({ kind: "startJobs", jobs: [] });
});

describe("redelivery", () => {
  const post = (headers: Record<string, string>) =>
    call("/api/deliveries/of-private/redeliver", { method: "POST", headers });

  it("is for administrators", async () => {
    gitHub({});
    expect((await post({ origin: ORIGIN })).status).toBe(401);
    const init = await as("mara", { method: "POST" });
    expect((await call("/api/deliveries/of-private/redeliver", init)).status).toBe(403);
  });

  it("does not come from other sites", async () => {
    const init = await as("harbormaster", { method: "POST" });
    const headers = new Headers(init.headers);
    headers.set("origin", "https://evil.test");
    expect((await call("/api/deliveries/of-private/redeliver", { method: "POST", headers })).status).toBe(403);
  });

  it("of something that is not there is 404", async () => {
    const answer = await call("/api/deliveries/never-seen/redeliver", {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(answer.status).toBe(404);
  });
});
