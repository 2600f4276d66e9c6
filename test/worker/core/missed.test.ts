/** Webhooks that never arrived are asked for once more (jobs 7.3: test-infra#4770). */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { redeliverMissed, toDeliverAgain } from "../../../src/chatops/missed.ts";
import { saveDeliveryRows } from "../../../src/store/delivery-rows.ts";
import { API, APP, gitHub, isOurJwt, withSettings } from "../github/harness.ts";

afterEach(() => vi.unstubAllGlobals());

const NOW = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const failed = (over: Partial<Parameters<typeof toDeliverAgain>[0][number]> = {}) => ({
  id: "1",
  guid: "g-1",
  event: "issue_comment",
  statusCode: 502,
  deliveredAt: NOW - 3 * MINUTE,
  ofRepository: true,
  ...over,
});

describe("which deliveries are asked for", () => {
  it.each<[string, readonly ReturnType<typeof failed>[], readonly string[]]>([
    ["one that met an error of ours", [failed()], ["1"]],
    ["one that nobody answered", [failed({ statusCode: 0 })], ["1"]],
    ["one that met the platform's limit", [failed({ statusCode: 429 })], ["1"]],
    ["not one that we refused", [failed({ statusCode: 403 }), failed({ id: "2", guid: "g-2", statusCode: 413 })], []],
    ["not one that is here", [failed({ guid: "known" })], []],
    ["not an event that means nothing", [failed({ event: "star" })], []],
    ["not one of no repository", [failed({ ofRepository: false })], []],
    ["not at once: it may be on its way", [failed({ deliveredAt: NOW - MINUTE })], []],
    ["after a second failure, later", [failed(), failed({ id: "2", deliveredAt: NOW - 9 * MINUTE })], []],
    [
      "of its attempts the latest",
      [failed({ deliveredAt: NOW - 30 * MINUTE }), failed({ id: "2", deliveredAt: NOW - 11 * MINUTE })],
      ["2"],
    ],
    [
      "not for ever",
      Array.from({ length: 6 }, (_, id) => failed({ id: String(id), deliveredAt: NOW - 3000 * MINUTE })),
      [],
    ],
    [
      "oldest first",
      [failed({ id: "9" }), failed({ id: "3", guid: "g-3", deliveredAt: NOW - 5 * MINUTE })],
      ["3", "9"],
    ],
  ])("%s", (_what, deliveries, expected) =>
    expect(toDeliverAgain(deliveries, new Set(["known"]), NOW).map(({ id }) => id)).toEqual(expected),
  );
});

const listed = (id: number, guid: string, minutes: number) => ({
  id,
  guid,
  event: "push",
  status_code: 503,
  delivered_at: new Date(NOW - minutes * MINUTE).toISOString(),
  repository_id: 7,
});
const row = { version: 1, object: "acme/ship", event: "push", action: "", org: "acme", repo: "ship", number: 0 };

describe("the duty", () => {
  it("reads the failed ones of three days, page by page, as the App, and asks for those that are not known", async () => {
    const rest = { sender: "ada", received_at: NOW, state: "handled", effects: 0, summary: "" };
    await saveDeliveryRows(env.DB, [{ ...row, ...rest, guid: "missed-known" }]);
    const pages = [
      [listed(1, "missed-known", 4), listed(2, "missed-a", 5)],
      [listed(3, "missed-b", 600), listed(4, "missed-old", 4500)],
    ];
    const hub = gitHub({
      "GET /app/hook/deliveries": (request) => {
        const second = new URL(request.url).searchParams.get("cursor") === "v1_x=";
        const link = `<${API}/app/hook/deliveries?per_page=100&cursor=v1_x%3D>; rel="next"`;
        return Response.json(pages[second ? 1 : 0], { headers: { link } });
      },
      "POST /app/hook/deliveries/2/attempts": () => Response.json({}, { status: 202 }),
      "POST /app/hook/deliveries/3/attempts": () => Response.json({}, { status: 202 }),
    });
    await redeliverMissed(withSettings(APP).env, NOW);
    const posts = hub.asked.filter(({ key }) => key.startsWith("POST"));
    expect(posts.map(({ key }) => key)).toEqual([
      "POST /app/hook/deliveries/3/attempts",
      "POST /app/hook/deliveries/2/attempts",
    ]);
    expect(await isOurJwt(posts[0]?.headers.get("authorization") ?? null)).toBe(true);
    expect(hub.count("GET /app/hook/deliveries")).toBe(2);
  });

  it("does nothing without an App: a repository's own hook tells nobody", async () => {
    const hub = gitHub({});
    await redeliverMissed(withSettings({ GITHUB_TOKEN: "t" }).env, NOW);
    expect(hub.asked).toEqual([]);
  });
});
