/** Credentials: which installation, one renewal at a time, never in a message, never to another host. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { GitHubError } from "../../../src/github/index.ts";
import { API, APP, clientOf, failure, gitHub, installed, isOurJwt, tokens, withSettings } from "./harness.ts";

const PART_OF_KEY = APP.GITHUB_APP_PRIVATE_KEY.slice(40, 80);

afterEach(() => vi.unstubAllGlobals());

describe("an App's token", () => {
  it("is asked for once by many at once, with a JWT that the App signed", async () => {
    const { env } = withSettings(APP);
    const github = gitHub({ ...installed("one-org", 101), "GET /rate": () => Response.json({}) });
    const client = clientOf(env, "one-org");
    await Promise.all(Array.from({ length: 5 }, () => client.request("GET /rate")));
    const issued = github.asked.filter((one) => one.url.endsWith("/access_tokens"));
    expect(issued).toHaveLength(1);
    expect(await isOurJwt(issued[0]?.headers.get("authorization") ?? null)).toBe(true);
    const reads = github.asked.filter((one) => one.url === `${API}/rate`);
    expect(reads.map((one) => one.headers.get("authorization"))).toEqual(Array(5).fill("token token-1"));
    expect(reads[0]?.headers.get("x-github-delivery")).toBe("guid-1");
    expect(reads[0]?.headers.get("user-agent")).toBe("cutwater");
  });

  it.each([
    ["an hour", 201, 3600_000, 1],
    ["four minutes", 202, 4 * 60_000, 2],
  ])("that lasts %s is renewed early enough", async (_name, id, ms, issues) => {
    const { budget } = withSettings(APP);
    const github = gitHub(installed("any", id, ms));
    await budget(`installation:${id}`).token();
    expect((await budget(`installation:${id}`).token()).token).toBe(`token-${issues}`);
    expect(github.count(`POST /app/installations/${id}/access_tokens`)).toBe(issues);
  });

  it("that GitHub refuses is replaced, and the call is made again", async () => {
    const { env } = withSettings(APP);
    const github = gitHub({
      ...installed("refused-org", 301),
      "GET /thing": (request) =>
        request.headers.get("authorization") === "token token-1"
          ? Response.json({ message: "Bad credentials" }, { status: 401 })
          : Response.json({ fine: true }),
    });
    expect((await clientOf(env, "refused-org").request("GET /thing")).data).toEqual({ fine: true });
    expect(github.count("GET /thing")).toBe(2);
  });

  it("for a clone reads one repository; a personal token is never handed out", async () => {
    const { budget } = withSettings(APP);
    const github = gitHub({ "POST /app/installations/401/access_tokens": tokens() });
    expect(await budget("installation:401").cloneToken("clone-org", "ship")).toBe("token-1");
    expect(JSON.parse(github.asked[0]?.body ?? "{}")).toEqual({
      repositories: ["ship"],
      permissions: { contents: "read" },
    });
    const personal = withSettings({ GITHUB_API_URL: API, GITHUB_TOKEN: "personal-secret" });
    expect(await personal.budget("token").cloneToken("clone-org", "ship")).toBeNull();
  });
});

describe("the installation of an owner", () => {
  it.each([
    ["its repository's", "by-repo", "GET /repos/by-repo/ship/installation"],
    ["its organisation's", "by-org", "GET /orgs/by-org/installation"],
    ["its user's", "by-user", "GET /users/by-user/installation"],
  ])("is %s, and is remembered", async (_name, owner, route) => {
    const { budget } = withSettings(APP);
    const github = gitHub({ [route]: () => Response.json({ id: 7 }) });
    expect(await budget("app").installationOf(owner, "ship")).toBe(7);
    expect(await budget("app").installationOf(owner.toUpperCase(), "other")).toBe(7);
    expect(github.count(route)).toBe(1);
  });

  it("that there is none of is said so that somebody can act", async () => {
    const { env } = withSettings(APP);
    gitHub({});
    const error = await failure(() => clientOf(env, "nowhere", "ship").request("GET /thing"));
    expect(error).toBeInstanceOf(GitHubError);
    expect(error).toMatchObject({ kind: "permanent", status: 404 });
    expect(String(error)).toContain("not installed for nowhere");
  });

  it("is found anew after the App was removed and installed again", async () => {
    const { env } = withSettings(APP);
    let id = 501;
    gitHub({
      "GET /orgs/moved-org/installation": () => Response.json({ id }),
      "POST /app/installations/502/access_tokens": tokens(),
      "GET /thing": () => Response.json({}),
    });
    expect(await failure(() => clientOf(env, "moved-org").request("GET /thing"))).toMatchObject({ status: 404 });
    id = 502;
    const fresh = withSettings(APP);
    expect((await clientOf(fresh.env, "moved-org").request("GET /thing")).status).toBe(200);
  });
});

it("says what to set when there is no credential, or half of one", async () => {
  for (const settings of [{ GITHUB_API_URL: API }, { GITHUB_API_URL: API, GITHUB_APP_ID: "12" }]) {
    const { env } = withSettings(settings);
    const github = gitHub({});
    const error = await failure(() => clientOf(env, "bare").request("GET /thing"));
    expect(String(error)).toContain("GITHUB_APP_PRIVATE_KEY");
    expect(github.asked).toEqual([]);
  }
});

describe("a token stays with the API", () => {
  it("when a tarball lies elsewhere", async () => {
    const { env } = withSettings(APP);
    const elsewhere = "https://codeload.github.test/tar";
    const github = gitHub({
      ...installed("tar-org", 601),
      "GET /repos/tar-org/ship/tarball/main": () =>
        new Response(null, { status: 302, headers: { location: elsewhere } }),
      [`GET ${elsewhere}`]: () => new Response("bytes"),
    });
    expect(await (await clientOf(env, "tar-org").raw("/repos/tar-org/ship/tarball/main")).text()).toBe("bytes");
    const last = github.asked.at(-1);
    expect(last?.url).toBe(elsewhere);
    expect(last?.headers.get("authorization")).toBeNull();
  });

  it("when a page's link points elsewhere", async () => {
    const { env } = withSettings(APP);
    const link = '<https://evil.test/steal>; rel="next"';
    const github = gitHub({
      ...installed("link-org", 602),
      "GET /orgs/link-org/teams": () => Response.json([{ slug: "a" }], { headers: { link } }),
    });
    const error = await failure(() => clientOf(env, "link-org").paginate("GET /orgs/{org}/teams", { org: "link-org" }));
    expect(error).toMatchObject({ kind: "permanent" });
    expect(github.asked.some((one) => one.url.includes("evil"))).toBe(false);
  });

  it.each([
    ["the connection fails", () => Promise.reject(new Error("connect failed: authorization token token-1"))],
    ["GitHub refuses", () => Response.json({ message: "Forbidden" }, { status: 403 })],
    ["GitHub breaks", () => new Response("<html>", { status: 502 })],
  ])("and out of messages when %s", async (name, answer) => {
    const owner = `quiet-${name.replaceAll(" ", "-").toLowerCase()}`;
    const { env } = withSettings(APP);
    gitHub({ ...installed(owner, 700 + name.length), "POST /thing": answer });
    const error = await failure(() => clientOf(env, owner).request("POST /thing", { body: "words" }));
    const said = error instanceof Error ? `${error.message} ${error.stack} ${JSON.stringify(error)}` : "";
    expect(said).toContain("POST /thing");
    expect(said).not.toContain("token-1");
    expect(said).not.toContain(PART_OF_KEY);
  });
});
