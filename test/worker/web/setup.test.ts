/** /setup: the App by manifest, opened by its token, once (design 10, Web). */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { appManifest, secretCommands } from "../../../src/routes/app-manifest.ts";
import { asPage, call, gitHub, ORIGIN, SETUP_TOKEN } from "./harness.ts";

const OPEN = {
  PUBLIC_URL: ORIGIN,
  GITHUB_URL: "https://github.test",
  GITHUB_API_URL: "https://api.github.test",
  SETUP_TOKEN,
};
const APP = {
  id: 99,
  html_url: "https://github.test/apps/cutwater",
  pem: "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n",
  webhook_secret: "hook's secret",
  client_id: "Iv1.abc",
  client_secret: "client secret",
};
const CONVERSION = "POST /app-manifests/the-code/conversions";

let address = 0;
const post = (form: Record<string, string>, settings: Readonly<Record<string, string>> = OPEN): Promise<Response> =>
  call(
    "/setup",
    asPage({
      method: "POST",
      body: new URLSearchParams(form),
      headers: { origin: ORIGIN, "cf-connecting-ip": `198.51.100.${address}` },
    }),
    settings,
  );

async function begin(org = ""): Promise<{ state: string; cookie: string; html: string }> {
  const answer = await post({ token: SETUP_TOKEN, org });
  expect(answer.status).toBe(200);
  const html = await answer.text();
  const state = /state=([\w-]+)/.exec(html)?.[1] ?? "";
  return { state, html, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
}

const comeBack = (
  state: string,
  cookie: string,
  settings: Readonly<Record<string, string>> = OPEN,
): Promise<Response> => call(`/setup/callback?code=the-code&state=${state}`, asPage({ headers: { cookie } }), settings);

beforeEach(async () => {
  address += 1;
  await env.ARTIFACTS.delete(["setup/state", "setup/done"]);
});
afterEach(() => void vi.unstubAllGlobals());

describe("the way through", () => {
  it("asks for the token, sends the manifest, shows the secrets once, and is gone", async () => {
    gitHub({ [CONVERSION]: () => Response.json(APP, { status: 201 }) });
    const form = await call(`/setup?token=${encodeURIComponent(SETUP_TOKEN)}`, asPage({}), OPEN);
    expect(form.headers.get("cache-control")).toBe("no-store");
    expect(await form.text()).toContain(`value="${SETUP_TOKEN}"`);

    const { state, cookie, html } = await begin("harbor");
    expect(html).toContain("https://github.test/organizations/harbor/settings/apps/new?state=");
    const done = await comeBack(state, cookie);
    expect(done.status).toBe(200);
    expect(done.headers.get("cache-control")).toBe("no-store");
    const text = await done.text();
    expect(text).toContain("wrangler secret put GITHUB_APP_PRIVATE_KEY");
    expect(text).toContain("BEGIN RSA PRIVATE KEY");
    expect(text).toContain("https://github.test/apps/cutwater/installations/new");

    expect((await comeBack(state, cookie)).status).toBe(404);
    expect((await call("/setup", asPage({}), OPEN)).status).toBe(404);
    expect((await post({ token: SETUP_TOKEN })).status).toBe(404);
  });

  it("another SETUP_TOKEN opens it again", async () => {
    gitHub({ [CONVERSION]: () => Response.json(APP, { status: 201 }) });
    const { state, cookie } = await begin();
    await comeBack(state, cookie);
    expect((await call("/setup", asPage({}), { ...OPEN, SETUP_TOKEN: "quite another setup token" })).status).toBe(200);
  });

  it("our own account instead of an organisation", async () => {
    expect((await begin()).html).toContain("https://github.test/settings/apps/new?state=");
  });

  it("the form may lead to GitHub, and nowhere else", async () => {
    const answer = await post({ token: SETUP_TOKEN });
    expect(answer.headers.get("content-security-policy")).toContain("form-action 'self' https://github.test");
  });
});

describe("what is refused", () => {
  it.each([
    ["no setup token", { PUBLIC_URL: ORIGIN }],
    ["an App", { ...OPEN, GITHUB_APP_ID: "1" }],
    ["a token", { ...OPEN, GITHUB_TOKEN: "ghp" }],
  ])("with %s configured there is no page", async (_, settings) => {
    expect((await call("/setup", asPage({}), settings)).status).toBe(404);
    expect((await post({ token: SETUP_TOKEN }, settings)).status).toBe(404);
    expect((await comeBack("x", "", settings)).status).toBe(404);
  });

  it("a wrong token, and after ten of them the right one", async () => {
    for (let tries = 0; tries < 10; tries += 1) expect((await post({ token: "wrong" })).status).toBe(403);
    expect((await post({ token: SETUP_TOKEN })).status).toBe(403);
  });

  it("an organisation that could leave GitHub's path", async () => {
    for (const org of ["../../evil", "a/b", "-a", "x".repeat(40), "a?b"]) {
      expect((await post({ token: SETUP_TOKEN, org })).status).toBe(403);
    }
  });

  it("a form of another site", async () => {
    const body = new URLSearchParams({ token: SETUP_TOKEN });
    const answer = await call("/setup", { method: "POST", body, headers: { origin: "https://evil.test" } }, OPEN);
    expect(answer.status).toBe(403);
    expect(await env.ARTIFACTS.head("setup/state")).toBeNull();
  });

  it.each([
    ["a forged state", () => begin().then(({ cookie }) => comeBack("forged", cookie))],
    ["no state", () => begin().then(({ cookie }) => comeBack("", cookie))],
    ["another browser", () => begin().then(({ state }) => comeBack(state, ""))],
    [
      "a state that a newer one replaced",
      async () => {
        const first = await begin();
        await begin();
        return comeBack(first.state, first.cookie);
      },
    ],
  ])("%s", async (_, attempt) => {
    const asked = gitHub({ [CONVERSION]: () => Response.json(APP, { status: 201 }) });
    expect((await attempt()).status).toBe(403);
    expect(asked).toEqual([]);
  });

  it("a state works once, even when GitHub fails", async () => {
    gitHub({ [CONVERSION]: () => new Response("", { status: 500 }) });
    const { state, cookie } = await begin();
    expect((await comeBack(state, cookie)).status).toBe(502);
    expect((await comeBack(state, cookie)).status).toBe(403);
  });

  it("an answer of GitHub's that is not an App shows nothing of it", async () => {
    gitHub({ [CONVERSION]: () => Response.json({ ...APP, id: "no" }, { status: 201 }) });
    const { state, cookie } = await begin();
    const answer = await comeBack(state, cookie);
    expect(answer.status).toBe(502);
    expect(await answer.text()).not.toContain("client secret");
  });
});

it("the manifest names our own addresses", () => {
  expect(JSON.parse(appManifest("https://prow.example.com"))).toMatchObject({
    name: "cutwater-prow-example-com",
    hook_attributes: { url: "https://prow.example.com/hook" },
    redirect_url: "https://prow.example.com/setup/callback",
    callback_urls: ["https://prow.example.com/login/callback"],
    public: false,
  });
});

it("shell lines quote what they hold", () => {
  expect(secretCommands({ ...APP, webhook_secret: "a'b$(c)" })).toContain(
    `printf %s 'a'\\''b$(c)' | npx wrangler secret put GITHUB_WEBHOOK_SECRETS`,
  );
});
