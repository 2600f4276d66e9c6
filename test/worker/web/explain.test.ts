/** The simulation and a pull request's page: who may ask, about what, as whom. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { addDelivery, addJob, addRepository, ADMIN_TOKEN, as, asPage, call, gitHub } from "./harness.ts";

beforeAll(async () => {
  await addRepository("harbor/pier", false);
  await addRepository("harbor/vault", true);
  await addDelivery("of-vault", "harbor", "vault", "harbor/vault#5");
  await addJob({ id: "11111111-1111-4111-8111-111111111111", org: "harbor", repo: "pier", job: "pull-pier-unit" });
  await addJob({
    id: "22222222-2222-4222-8222-222222222222",
    org: "harbor",
    repo: "pier",
    job: "pull-pier-covert",
    hidden: 1,
  });
});

afterEach(() => void vi.unstubAllGlobals());

const request = { repo: "harbor/pier", number: 5, comment: "/hold" };

async function ask(login: string | null, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const init = await as(login, { method: "POST", body: JSON.stringify(body), headers });
  return call("/api/explain", init);
}

const code = async (answer: Response): Promise<string> => {
  const { error } = await answer.json<{ error: { code: string } }>();
  return `${answer.status} ${error.code}`;
};

describe("POST /api/explain", () => {
  it("is for those who are signed in", async () => {
    gitHub({});
    expect(await code(await ask(null, request))).toBe("401 unauthorized");
  });

  it("what the viewer does not see is not there", async () => {
    gitHub({});
    expect(await code(await ask("mara", { ...request, repo: "harbor/vault" }))).toBe("404 not-found");
    expect(await code(await ask(null, { ...request, repo: "harbor/nowhere" }))).toBe("404 not-found");
  });

  it("only administrators try on another's rights: the answer tells who is a member of what", async () => {
    gitHub({});
    expect(await code(await ask("mara", { ...request, as: "ben" }))).toBe("403 forbidden");
    expect(await code(await ask("mara", { ...request, as: "@Mara" }))).toBe("400 no-config");
    expect(await code(await ask("harbormaster", { ...request, as: "ben" }))).toBe("400 no-config");
  });

  it("the admin token is nobody on GitHub: it must say who speaks", async () => {
    const init = { method: "POST", body: JSON.stringify(request), headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
    expect(await code(await call("/api/explain", init))).toBe("400 who");
  });

  it.each([
    ["nothing", null],
    ["no JSON object", "text"],
    ["no comment", { ...request, comment: "" }],
    ["a comment longer than GitHub's", { ...request, comment: "a".repeat(65_537) }],
    ["no repository", { ...request, repo: "harbor" }],
    ["a path for a repository", { ...request, repo: "../../etc" }],
    ["no number", { ...request, number: 0 }],
    ["a login that is none", { ...request, as: "a/b" }],
  ])("refuses %s", async (_what, body) => {
    expect(await code(await ask("harbormaster", body))).toBe("400 bad-request");
  });

  it("does not come from other sites", async () => {
    const init = await as("harbormaster", { method: "POST", body: JSON.stringify(request) });
    const headers = new Headers(init.headers);
    headers.set("origin", "https://evil.test");
    expect((await call("/api/explain", { ...init, headers })).status).toBe(403);
  });

  it("is slowed down for one login", async () => {
    gitHub({});
    const answers: string[] = [];
    for (let nth = 0; nth < 22; nth += 1) answers.push(await code(await ask("keen", request)));
    expect(answers[0]).toBe("400 no-config");
    expect(answers.at(-1)).toBe("429 too-many");
  });
});

describe("/pr/<org>/<repo>/<number>", () => {
  const page = async (path: string, login: string | null = null) => call(path, asPage(await as(login)));

  it("shows the jobs and deliveries that are known, but no hidden job", async () => {
    gitHub({});
    const html = await (await page("/pr/harbor/pier/5")).text();
    expect(html).toContain("pull-pier-unit");
    expect(html).not.toContain("pull-pier-covert");
    expect(await (await page("/pr/harbor/pier/5", "harbormaster")).text()).toContain("pull-pier-covert");
  });

  it("is 404 for what is private, unknown or malformed", async () => {
    gitHub({});
    for (const path of ["/pr/harbor/vault/5", "/pr/harbor/pier/6", "/pr/harbor/pier/x", "/pr/har%20bor/pier/5"]) {
      expect((await page(path)).status, path).toBe(404);
    }
    expect((await page("/pr/harbor/vault/5", "harbormaster")).status).toBe(200);
  });

  it("has a form for those who are signed in", async () => {
    gitHub({});
    expect(await (await page("/pr/harbor/pier/5")).text()).not.toContain("<textarea");
    const own = await (await page("/pr/harbor/pier/5", "mara")).text();
    expect(own).toContain("<textarea");
    expect(own).not.toContain('name="as"');
    expect(await (await page("/pr/harbor/pier/5", "harbormaster")).text()).toContain('name="as"');
  });

  it("simulating leaves no delivery behind", async () => {
    gitHub({});
    const before = await env.DB.prepare("SELECT count(*) AS n FROM delivery").first("n");
    const body = new URLSearchParams({ comment: "/hold", as: "ben" });
    const init = asPage(await as("harbormaster", { method: "POST", body }));
    const answer = await call("/pr/harbor/pier/5", { ...init, headers: new Headers(init.headers) });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("No configuration speaks of harbor/pier");
    expect(await env.DB.prepare("SELECT count(*) AS n FROM delivery").first("n")).toBe(before);
  });
});
