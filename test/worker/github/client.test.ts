/** The client: conditional reads, refusals by kind, limits kept, use counted. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { APP, API, clientOf, failure, gitHub, installed, withSettings } from "./harness.ts";

afterEach(() => vi.unstubAllGlobals());

describe("a read", () => {
  it("is conditional the second time, and the kept body and link count for a 304", async () => {
    const { env } = withSettings(APP);
    const next = `<${API}/orgs/etag-org/teams?page=2>; rel="next"`;
    const first = (request: Request) =>
      request.headers.get("if-none-match") === '"v1"'
        ? new Response(null, { status: 304, headers: { etag: '"v1"' } })
        : Response.json([{ slug: "a" }], { headers: { etag: '"v1"', link: next } });
    const github = gitHub({
      ...installed("etag-org", 1001),
      "GET /orgs/etag-org/teams?page=2": () => Response.json([{ slug: "b" }]),
      "GET /orgs/etag-org/teams": first,
    });
    const slugs = async () => {
      const teams = await clientOf(env, "etag-org").paginate("GET /orgs/{org}/teams", { org: "etag-org" });
      return teams.map((team) => team.slug);
    };
    expect(await slugs()).toEqual(["a", "b"]);
    expect(await slugs()).toEqual(["a", "b"]);
    const sent = github.asked.filter((one) => one.url === `${API}/orgs/etag-org/teams`);
    expect(sent.map((one) => one.headers.get("if-none-match"))).toEqual([null, '"v1"']);
  });

  it("of a list that counts is the list, fresh and kept", async () => {
    const { env } = withSettings(APP);
    const answer = (request: Request) =>
      request.headers.get("if-none-match") === '"v1"'
        ? new Response(null, { status: 304, headers: { etag: '"v1"' } })
        : Response.json({ total_count: 1, check_runs: [{ name: "lint" }] }, { headers: { etag: '"v1"' } });
    gitHub({ ...installed("count-org", 1004), "GET /repos/count-org/r/commits/c/check-runs": answer });
    for (let times = 0; times < 2; times += 1) {
      const call = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
      const runs = await clientOf(env, "count-org").paginate(call, { owner: "count-org", repo: "r", ref: "c" });
      expect(runs.map(({ name }) => name)).toEqual(["lint"]);
    }
  });

  it.each([
    ["too long to keep", 1002, "/long", "x".repeat(256 * 1024)],
    ["about who may", 1003, "/orgs/o/members/ada", "yes"],
  ])("%s is never conditional", async (_name, id, path, text) => {
    const { env } = withSettings(APP);
    const github = gitHub({
      ...installed(`plain-${id}`, id),
      [`GET ${path}`]: () => Response.json({ text }, { headers: { etag: '"v1"' } }),
    });
    for (let times = 0; times < 2; times += 1) {
      expect((await clientOf(env, `plain-${id}`).request(`GET ${path}`)).data).toEqual({ text });
    }
    const sent = github.asked.filter((one) => one.url === `${API}${path}`);
    expect(sent.map((one) => one.headers.get("if-none-match"))).toEqual([null, null]);
  });
});

describe("a call fails as", () => {
  const cut = () => new Response('{"id": 1, "bo', { headers: { "content-type": "application/json" } });
  const down = () => Promise.reject(new TypeError("network"));
  it.each([
    ["transient when a read meets a 502", "GET", () => new Response("", { status: 502 }), "transient", 502],
    ["unknown when a write meets a 502", "POST", () => new Response("", { status: 502 }), "unknown-outcome", 502],
    ["transient when a read's answer is lost", "GET", down, "transient", 0],
    ["unknown when a write's answer is lost", "POST", down, "unknown-outcome", 0],
    ["unknown when a write's answer is cut short", "POST", cut, "unknown-outcome", 0],
    ["permanent when it is refused", "POST", () => Response.json({ message: "No" }, { status: 422 }), "permanent", 422],
    ["permanent when a write is sent elsewhere", "PUT", () => Response.redirect(`${API}/x`, 302), "permanent", 302],
  ] as const)("%s", async (name, method, answer, kind, status) => {
    const owner = name.replace(/\W/g, "-");
    const id = 1100 + name.length;
    const { env } = withSettings(APP);
    const github = gitHub({ ...installed(owner, id), [`${method} /thing`]: answer });
    const error = await failure(() => clientOf(env, owner).request(`${method} /thing`));
    expect(error).toMatchObject({ name: "GitHubError", kind, status });
    expect(github.count(`${method} /thing`)).toBe(1);
  });
});

it("holds every client of a credential back for as long as GitHub said", async () => {
  const { env } = withSettings(APP);
  const github = gitHub({
    ...installed("held-org", 1201),
    "POST /thing": () => Response.json({ message: "slow" }, { status: 403, headers: { "retry-after": "30" } }),
    "GET /other": () => Response.json({}),
  });
  expect(await failure(() => clientOf(env, "held-org").request("POST /thing"))).toMatchObject({
    kind: "rate-limited",
    retryAfterMs: 30_000,
  });
  const elsewhere = withSettings(APP);
  for (const one of [env, elsewhere.env]) {
    const error = await failure(() => clientOf(one, "held-org").request("GET /other"));
    expect(error).toMatchObject({ kind: "rate-limited", status: 0 });
    expect(error).toHaveProperty("retryAfterMs", expect.closeTo(30_000, -4));
  }
  expect(github.count("GET /other")).toBe(0);
});

it("counts use by consumer and endpoint, and loses none when the object cannot be told", async () => {
  const { env, budget, failing } = withSettings(APP);
  gitHub({ ...installed("used-org", 1301), "GET /repos/used-org/a/issues/5": () => Response.json({}) });
  const client = clientOf(env, "used-org");
  const read = () =>
    client.request("GET /repos/{owner}/{repo}/issues/{issue_number}", {
      owner: "used-org",
      repo: "a",
      issue_number: 5,
    });
  failing.add("record");
  await read();
  await client.flush();
  expect(await budget("installation:1301").usage()).toEqual([]);
  failing.clear();
  await read();
  await client.flush();
  const endpoint = "GET /repos/{owner}/{repo}/issues/{number}";
  expect(await budget("installation:1301").usage()).toEqual([{ consumer: "test", endpoint, calls: 2, notModified: 0 }]);
});
