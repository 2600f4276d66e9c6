/** Dashboards over HTTP: hostile queries, who sees what, and addresses to embed that show one thing alone. */
import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, addRepository, call, SETTINGS } from "./harness.ts";

const OPEN = "quay/panels";
const CLOSED = "quay/panels-hidden";
const MIRRORED = { ...SETTINGS, VELODROME_REPOSITORIES: `${OPEN},${CLOSED}` };
const ADMIN = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };

const get = async (path: string, init: RequestInit = {}) => {
  await addRepository(OPEN, false);
  await addRepository(CLOSED, true);
  return await call(path, init, MIRRORED);
};
const DATA = "/velodrome/velocity/merge-rate/data.json";
const many = Array.from({ length: 21 }, (_, n) => `repo=a/r${n}`).join("&");

describe("a query", () => {
  it.each([
    ["", 200],
    ["range=90d", 200],
    ["range=9999y", 200],
    ["from=0&to=4102444800", 200],
    ["from=1700000000", 200],
    ["width=50", 200],
    ["sig=sig/node", 200],
    [`repo=${OPEN}`, 200],
    [`repo=${OPEN.toUpperCase()}`, 200],
    ["range=0d", 400],
    ["range=90", 400],
    ["range=10000d", 400],
    ["range=-1d", 400],
    ["from=2&to=1", 400],
    ["from=1&to=2", 400],
    ["from=-5", 400],
    ["from=1e99", 400],
    ["from=now", 400],
    ["to=99999999999", 400],
    ["width=1", 400],
    ["width=1000000000", 400],
    ["sig=%27;DROP%20TABLE%20metric_run", 400],
    [`sig=${"x".repeat(200)}`, 400],
    ["repo=nowhere", 400],
    ["repo=../etc/passwd", 400],
    [many, 400],
    [`repo=${CLOSED}`, 404],
    ["repo=quay/not-mirrored", 404],
  ])("%s is answered with %i", async (query, status) => {
    const answer = await get(`${DATA}?${query}`);
    expect(answer.status).toBe(status);
    if (status === 400) expect(await answer.text()).toContain("range is a number of hours, days, weeks or years");
    else await answer.text();
  });

  it.each([
    "/velodrome/nothing",
    "/velodrome/velocity/nothing",
    "/velodrome/velocity/nothing/data.csv",
    "/velodrome/__proto__",
    "/velodrome/velocity/constructor/data.json",
  ])("%s is not there", async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

describe("sight", () => {
  it("a dashboard of administrators is theirs", async () => {
    expect((await get("/velodrome/tokens")).status).toBe(404);
    expect((await get("/velodrome/tokens", ADMIN)).status).toBe(200);
    expect(await (await get("/velodrome")).text()).not.toContain("/velodrome/tokens");
    expect(await (await get("/velodrome", ADMIN)).text()).toContain("/velodrome/tokens");
  });

  it("repositories that are not one's to see are not offered, and not in the lines", async () => {
    const page = await (await get("/velodrome/velocity")).text();
    expect(page).not.toContain(CLOSED);
    expect(await (await get(DATA)).text()).not.toContain(CLOSED);
    expect(await (await get(DATA, ADMIN)).text()).toContain(CLOSED);
  });
});

describe("an address to embed", () => {
  const address = async (query: string, init: RequestInit = {}) => {
    const page = await (await get(`/velodrome/velocity/merge-rate?${query}`, init)).text();
    return /src=&quot;[^&]*?(\/embed\/.*?)&quot;/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? null;
  };

  it("is given to everybody for what is public, and to administrators for all", async () => {
    expect(await address(`repo=${OPEN}`)).toMatch(
      /^\/embed\/velocity\/merge-rate\?repo=quay%2Fpanels&range=90d&key=\w{32}$/,
    );
    expect(await address("", ADMIN)).toContain("quay%2Fpanels-hidden");
    expect(await address("")).not.toContain("hidden");
  });

  it("shows what it was made for, at any time, and nothing else", async () => {
    const given = (await address(`repo=${CLOSED}&sig=node`, ADMIN)) ?? "";
    const status = async (path: string) => (await get(path)).status;
    expect(await status(given)).toBe(200);
    expect(await status(given.replace("range=90d", "range=7d"))).toBe(200);
    expect(await status(given.replace("?", "/data.json?"))).toBe(200);
    expect(await status(given.replace("?", "/data.csv?"))).toBe(200);
    expect(await status(given.replace("merge-rate", "comments"))).toBe(404);
    expect(await status(given.replace("sig=node", "sig=network"))).toBe(404);
    expect(await status(`${given}&repo=${OPEN}`)).toBe(404);
    expect(await status(given.replace(/repo=[^&]*&/, ""))).toBe(404);
    expect(await status(given.replace(/key=\w+/, "key="))).toBe(404);
    const answer = await get(given);
    expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors *");
    expect(answer.headers.get("x-frame-options")).toBeNull();
  });
});
