/** /deliveries/<guid> and redelivery: as stranger, user and administrator. */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
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
