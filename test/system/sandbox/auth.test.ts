/** Credentials: what GitHub lets in, where, and how it says no. */
import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, HARBOR, HELLO, jwtOf, PRIVATE, seconds, startBench } from "./harness.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
}, 60_000);
afterAll(() => bench.end());

const tokenOf = (login: string): string => bench.sandbox.control.token(login);

describe("an App's web token", () => {
  const other = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const ROWS: readonly { is: string; token: () => string; status: number; says?: RegExp }[] = [
    { is: "right", token: () => bench.jwt(), status: 200 },
    { is: "of the client id", token: () => bench.jwt({ iss: bench.sandbox.credentials.clientId }), status: 200 },
    {
      is: "of another key",
      token: () =>
        jwtOf(other.privateKey, { iat: seconds(), exp: seconds() + 60, iss: bench.sandbox.credentials.appId }),
      status: 401,
      says: /could not be decoded/,
    },
    { is: "of an unknown App", token: () => bench.jwt({ iss: "1" }), status: 401, says: /Issuer/ },
    { is: "expired", token: () => bench.jwt({ exp: seconds() - 1 }), status: 401, says: /Expiration time/ },
    { is: "too long", token: () => bench.jwt({ exp: seconds() + 3600 }), status: 401, says: /too far in the future/ },
    { is: "from the future", token: () => bench.jwt({ iat: seconds() + 120 }), status: 401, says: /Issued at/ },
    {
      is: "unsigned",
      token: () => `${bench.jwt().split(".").slice(0, 2).join(".")}.x`,
      status: 401,
      says: /could not be decoded/,
    },
    {
      is: "a user's token instead",
      token: () => bench.sandbox.credentials.token,
      status: 401,
      says: /could not be decoded/,
    },
  ];
  for (const { is, token, status, says } of ROWS)
    it(`that is ${is}: ${status}`, async () => {
      const answer = await bench.ask("/app", { token: token() });
      expect(answer.status).toBe(status);
      if (says) expect(answer.json.message).toMatch(says);
    });

  it("opens nothing but what belongs to the App", async () => {
    expect((await bench.ask(`/repos/${HELLO}`, { token: bench.jwt() })).status).toBe(401);
    expect((await bench.ask("/user", { token: bench.jwt() })).status).toBe(403);
  });
});

describe("an installation's token", () => {
  it("lasts an hour, and not longer", async () => {
    const { json } = await bench.ask("/orgs/cutwater-demo/installation", { token: bench.jwt() });
    const made = await bench.ask(`/app/installations/${String(json.id)}/access_tokens`, {
      method: "POST",
      token: bench.jwt(),
    });
    const left = Date.parse(String(made.json.expires_at)) - Date.now();
    expect(left).toBeGreaterThan(59 * 60_000);
    expect(left).toBeLessThanOrEqual(60 * 60_000);
    expect(made.json.permissions).toMatchObject({ issues: "write", metadata: "read" });
  });

  it("sees the private repository that it covers", async () => {
    expect((await bench.ask(`/repos/${PRIVATE}`, { token: await bench.installationToken() })).status).toBe(200);
  });

  it("can be narrowed to one repository and to reading", async () => {
    const token = await bench.installationToken({ repositories: ["hello"], permissions: { contents: "read" } });
    expect((await bench.ask(`/repos/${HELLO}/contents/README.md`, { token })).status).toBe(200);
    expect((await bench.ask(`/repos/${PRIVATE}`, { token })).status).toBe(404);
    const comment = await bench.ask(`/repos/${HELLO}/issues/1/comments`, {
      method: "POST",
      token,
      body: { body: "x" },
    });
    expect([comment.status, comment.json.message]).toEqual([403, "Resource not accessible by integration"]);
    const list = await bench.ask("/installation/repositories", { token });
    expect(list.json.total_count).toBe(1);
  });

  it("is not given for more than the App has", async () => {
    const { json } = await bench.ask("/orgs/cutwater-demo/installation", { token: bench.jwt() });
    const path = `/app/installations/${String(json.id)}/access_tokens`;
    for (const body of [{ permissions: { administration: "write" } }, { repositories: ["nothing"] }])
      expect((await bench.ask(path, { method: "POST", token: bench.jwt(), body })).status).toBe(422);
  });

  it("acts as the bot, and is no user", async () => {
    const token = await bench.installationToken();
    const { json } = await bench.ask(`/repos/${HELLO}/issues/1/comments`, {
      method: "POST",
      token,
      body: { body: "beep" },
    });
    expect(json).toMatchObject({
      user: { login: "cutwater-demo-bot[bot]", type: "Bot" },
      performed_via_github_app: { slug: "cutwater-demo-bot" },
    });
    expect((await bench.ask("/user", { token })).status).toBe(403);
  });

  it("ends when it is revoked", async () => {
    const token = await bench.installationToken();
    expect((await bench.ask("/installation/token", { method: "DELETE", token })).status).toBe(204);
    expect((await bench.ask("/installation/repositories", { token })).status).toBe(401);
  });
});

describe("who may do what", () => {
  type As = string | null;
  const ROWS: readonly { as: As; method?: string; path: string; body?: unknown; status: number }[] = [
    { as: null, path: `/repos/${HELLO}`, status: 200 },
    { as: null, path: `/repos/${PRIVATE}`, status: 404 },
    { as: "mallory", path: `/repos/${PRIVATE}`, status: 404 },
    { as: "mallory", path: `/repos/${PRIVATE}/pulls/1`, status: 404 },
    { as: "dana", path: `/repos/${PRIVATE}`, status: 404 },
    { as: "ben", path: `/repos/${PRIVATE}`, status: 200 },
    { as: null, path: `/repos/${HELLO}/issues/1/comments`, method: "POST", body: { body: "x" }, status: 401 },
    { as: "mallory", path: `/repos/${HELLO}/issues/1/comments`, method: "POST", body: { body: "x" }, status: 201 },
    { as: "mallory", path: `/repos/${HELLO}/issues/1/labels`, method: "POST", body: { labels: ["lgtm"] }, status: 403 },
    { as: "emil", path: `/repos/${HELLO}/issues/1/labels`, method: "POST", body: { labels: ["lgtm"] }, status: 403 },
    { as: "chidi", path: `/repos/${HELLO}/issues/1/labels`, method: "POST", body: { labels: ["lgtm"] }, status: 200 },
    { as: "mallory", path: `/repos/${HELLO}/pulls/2/merge`, method: "PUT", body: {}, status: 403 },
    { as: "mallory", path: `/repos/${HELLO}/pulls/4`, method: "PATCH", body: { title: "My own" }, status: 200 },
    { as: "mallory", path: `/repos/${HELLO}/pulls/2`, method: "PATCH", body: { title: "Not mine" }, status: 403 },
    { as: "mallory", path: `/repos/${HELLO}/collaborators/ben`, status: 403 },
    { as: null, path: `/repos/${HELLO}/collaborators/ben`, status: 401 },
    { as: "ben", path: `/repos/${HELLO}/collaborators/mallory`, status: 404 },
    { as: "ben", path: `/repos/${HELLO}/collaborators/emil`, status: 204 },
    { as: "dana", path: `/repos/${HARBOR}/collaborators/dana`, status: 204 },
    { as: "ben", path: "/orgs/cutwater-demo/members/mallory", status: 404 },
    { as: "mallory", path: "/orgs/cutwater-demo/members/ben", status: 302 },
    { as: "mallory", path: "/orgs/cutwater-demo/teams", status: 404 },
    { as: "ben", path: "/orgs/cutwater-demo/teams/release-managers/memberships/mallory", status: 404 },
    { as: "ben", path: `/repos/${HELLO}/hooks`, status: 403 },
    { as: "nobody-knows", path: "/user", status: 401 },
  ];
  for (const { as, method, path, body, status } of ROWS)
    it(`${as ?? "nobody"} ${method ?? "GET"} ${path}: ${status}`, async () => {
      const token = as === null ? null : as === "nobody-knows" ? "ghp_unknown" : tokenOf(as);
      const answer = await bench.ask(path, { ...(method ? { method } : {}), token, ...(body ? { body } : {}) });
      expect(answer.status, answer.text).toBe(status);
    });

  const OWN: readonly [as: string, query: string, names: string][] = [
    ["ben", "visibility=private&per_page=100&page=1", "secret-harbor"],
    ["emil", "visibility=private", "secret-harbor"],
    ["ben", "type=public&sort=full_name&direction=desc", "hello harbor config"],
    ["dana", "", "harbor"],
    ["dana", "affiliation=organization_member", ""],
    ["dana", "type=member", "harbor"],
    ["mallory", "visibility=private", ""],
    ["mallory", "type=owner", "hello"],
  ];
  it.each(OWN)("GET /user/repos as %s, asked for %s: %s", async (as, query, names) => {
    const answer = await bench.ask(`/user/repos?${query}`, { token: tokenOf(as) });
    const rows: { name: string }[] = JSON.parse(answer.text);
    expect(rows.map(({ name }) => name).join(" ")).toBe(names);
  });

  it("GET /user/repos is for users, and takes type or the newer words", async () => {
    expect((await bench.ask("/user/repos", { token: null })).status).toBe(401);
    expect((await bench.ask("/user/repos", { token: await bench.installationToken() })).status).toBe(403);
    expect((await bench.ask("/user/repos?type=all&visibility=all")).status).toBe(422);
  });

  it("permission tells both scales", async () => {
    const { json } = await bench.ask(`/repos/${HARBOR}/collaborators/dana/permission`);
    expect(json).toMatchObject({ permission: "write", role_name: "write" });
    const stranger = await bench.ask(`/repos/${HARBOR}/collaborators/mallory/permission`);
    expect(stranger.json).toMatchObject({ permission: "read" });
  });
});
