/** Signing in and out: PKCE, state, cookies, return paths, the admin token (design 10, Web). */
import { afterEach, describe, expect, it, vi } from "vitest";
import { ownPath } from "../../../src/routes/browser.ts";
import { seal } from "../../../src/routes/viewer-seal.ts";
import { ADMIN_TOKEN, as, asPage, call, cookieOf, COOKIE_SECRET, gitHub, ORIGIN, SETTINGS } from "./harness.ts";

afterEach(() => void vi.unstubAllGlobals());

/** `name=value` of the cookies that an answer sets. */
const cookies = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

const who = async (cookie: string, settings: Readonly<Record<string, string>> = SETTINGS): Promise<string> => {
  const html = await (await call("/", { headers: { cookie, accept: "text/html" } }, settings)).text();
  const [, login = "nobody"] = /<form class="crew"[^>]*><span>([^<]+)/.exec(html) ?? [];
  return html.includes("tag-hull") ? `${login}, admin` : login;
};

interface Flow {
  readonly authorize: URL;
  readonly cookie: string;
}

async function begin(query = ""): Promise<Flow> {
  const answer = await call(`/login/github${query}`);
  expect(answer.status).toBe(303);
  return { authorize: new URL(answer.headers.get("location") ?? ""), cookie: cookies(answer) };
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  return btoa(String.fromCharCode(...digest))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** GitHub's token endpoint as it checks PKCE, and its `/user`. */
function oauthGitHub(challenge: string, login = "mara") {
  return gitHub({
    "POST /login/oauth/access_token": async (request) => {
      const form = new URLSearchParams(await request.text());
      const good =
        form.get("code") === "the-code" &&
        form.get("client_secret") === "client secret" &&
        form.get("redirect_uri") === `${ORIGIN}/login/callback` &&
        (await challengeOf(form.get("code_verifier") ?? "")) === challenge;
      // GitHub answers 200 to a bad code as well.
      return Response.json(
        good ? { access_token: "gho", token_type: "bearer", scope: "" } : { error: "bad_verification_code" },
      );
    },
    "GET /user": () => Response.json({ login, id: 42 }),
  });
}

describe("sign-in with GitHub", () => {
  it("leads to GitHub with PKCE (S256), state and our callback; what it needs later is a short-lived sealed cookie", async () => {
    const { authorize, cookie } = await begin();
    expect(`${authorize.origin}${authorize.pathname}`).toBe("https://github.test/login/oauth/authorize");
    const query = Object.fromEntries(authorize.searchParams);
    expect(query).toMatchObject({
      client_id: "client",
      redirect_uri: `${ORIGIN}/login/callback`,
      code_challenge_method: "S256",
    });
    expect(query["state"]?.length).toBeGreaterThan(20);
    expect(query["code_challenge"]?.length).toBe(43);
    expect(cookie).not.toContain(query["state"]);
    const set = (await call("/login/github")).headers.get("set-cookie");
    expect(set).toMatch(/Max-Age=600.*HttpOnly.*Secure.*SameSite=Lax/);
  });

  it("a good callback starts a session and returns to where one came from", async () => {
    const { authorize, cookie } = await begin("?return=/jobs/1%23L10-L20");
    oauthGitHub(authorize.searchParams.get("code_challenge") ?? "");
    const answer = await call(`/login/callback?code=the-code&state=${authorize.searchParams.get("state")}`, {
      headers: { cookie },
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/jobs/1#L10-L20");
    const session = answer.headers.getSetCookie().find((one) => one.startsWith("__Host-cutwater=")) ?? "";
    expect(session).toMatch(/Path=\/; HttpOnly; Secure; SameSite=Lax|HttpOnly.*Secure.*SameSite=Lax/);
    expect(session).not.toContain("gho");
    expect(await who(session.split(";")[0] ?? "")).toBe("mara");
  });

  it("a login that ADMINS names is an administrator, whatever its case, as long as it is named", async () => {
    const cookie = await cookieOf("HARBORMASTER");
    expect(await who(cookie)).toBe("HARBORMASTER, admin");
    expect(await who(cookie, { ...SETTINGS, ADMINS: "somebody-else" })).toBe("HARBORMASTER");
  });

  it.each([
    ["another state", (flow: Flow) => ({ query: "code=the-code&state=forged", cookie: flow.cookie })],
    ["no state", (flow: Flow) => ({ query: "code=the-code", cookie: flow.cookie })],
    [
      "another browser",
      (flow: Flow) => ({ query: `code=the-code&state=${flow.authorize.searchParams.get("state")}`, cookie: "" }),
    ],
    [
      "a tampered cookie",
      (flow: Flow) => ({
        query: `code=the-code&state=${flow.authorize.searchParams.get("state")}`,
        // Not its last character: some of that one's bits are no part of what it encodes.
        cookie: flow.cookie.replace(/.(?=.{4}$)/, (one) => (one === "A" ? "B" : "A")),
      }),
    ],
    [
      "a code that GitHub does not know",
      (flow: Flow) => ({ query: `code=stolen&state=${flow.authorize.searchParams.get("state")}`, cookie: flow.cookie }),
    ],
    [
      "a refusal at GitHub",
      (flow: Flow) => ({
        query: `error=access_denied&state=${flow.authorize.searchParams.get("state")}`,
        cookie: flow.cookie,
      }),
    ],
  ])("%s ends without a session", async (_, forge) => {
    const flow = await begin();
    oauthGitHub(flow.authorize.searchParams.get("code_challenge") ?? "");
    const { query, cookie } = forge(flow);
    const answer = await call(`/login/callback?${query}`, { headers: { cookie } });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('role="alert"');
    expect(answer.headers.getSetCookie().some((one) => one.startsWith("__Host-cutwater="))).toBe(false);
  });

  it("a verifier of another sign-in does not fit (PKCE)", async () => {
    const mine = await begin();
    const other = await begin();
    oauthGitHub(other.authorize.searchParams.get("code_challenge") ?? "");
    const answer = await call(`/login/callback?code=the-code&state=${mine.authorize.searchParams.get("state")}`, {
      headers: { cookie: mine.cookie },
    });
    expect(answer.status).toBe(400);
  });

  it("a slow or broken GitHub is said, without details", async () => {
    const { authorize, cookie } = await begin();
    gitHub({ "POST /login/oauth/access_token": () => new Response("secret details", { status: 500 }) });
    const answer = await call(`/login/callback?code=x&state=${authorize.searchParams.get("state")}`, {
      headers: { cookie },
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toContain("secret details");
  });

  it("without OAuth settings there is no way to GitHub, and the page says so", async () => {
    const settings = { PUBLIC_URL: ORIGIN, ADMIN_TOKEN };
    expect((await call("/login/github", {}, settings)).status).toBe(404);
    expect(await (await call("/login", {}, settings)).text()).toContain("not set up");
  });
});

describe("the session cookie", () => {
  const session = { kind: "user", login: "mara", userId: 1, token: "t" };

  it.each([
    [
      "changed by one character",
      async () => (await cookieOf("mara")).replace(/.$/, (last) => (last === "A" ? "B" : "A")),
    ],
    [
      "sealed with another secret",
      async () => `__Host-cutwater=${await seal(`${COOKIE_SECRET}!`, "session", session, Date.now() + 1e6)}`,
    ],
    [
      "sealed for another purpose",
      async () => `__Host-cutwater=${await seal(COOKIE_SECRET, "sign-in", session, Date.now() + 1e6)}`,
    ],
    ["past its end", async () => `__Host-cutwater=${await seal(COOKIE_SECRET, "session", session, Date.now() - 1)}`],
    [
      "of a shape that we do not write",
      async () => `__Host-cutwater=${await seal(COOKIE_SECRET, "session", { kind: "root" }, Date.now() + 1e6)}`,
    ],
    ["not base64", async () => "__Host-cutwater=%%%"],
    ["empty", async () => "__Host-cutwater="],
    [
      "without the prefix that keeps subdomains from setting it",
      async () => (await cookieOf("mara")).replace("__Host-", ""),
    ],
  ])("%s is nobody's", async (_, make) => expect(await who(await make())).toBe("nobody"));

  it("signing out is a POST from our own page", async () => {
    const out = await call("/logout", await as("mara", { method: "POST" }));
    expect(out.status).toBe(303);
    expect(out.headers.get("set-cookie")).toMatch(/__Host-cutwater=;.*Max-Age=0/);
    expect((await call("/logout", await as("mara"))).status).toBe(404);
  });
});

describe("return paths", () => {
  it.each([
    ["/jobs/1?x=1#L2", "/jobs/1?x=1#L2"],
    ["//evil.test", "/"],
    ["/\\evil.test", "/"],
    ["/\t/evil.test", "/"],
    ["https://evil.test/", "/"],
    ["javascript:alert(1)", "/"],
    ["/a/../../etc", "/etc"],
    ["/..//evil.test", "/"],
    ["/./\\evil.test", "/"],
    ["", "/"],
    [undefined, "/"],
  ])("%j becomes %j", (wanted, expected) => expect(ownPath(wanted)).toBe(expected));

  it("one who is signed in already is sent on, to our own pages only", async () => {
    const answer = await call("/login?return=//evil.test", await as("mara"));
    expect(answer.headers.get("location")).toBe("/");
  });
});

describe("the admin token", () => {
  const before = { PUBLIC_URL: ORIGIN, ADMIN_TOKEN };
  const enter = (token: string, settings: Readonly<Record<string, string>>, address: string): Promise<Response> =>
    call(
      "/admin",
      {
        method: "POST",
        body: new URLSearchParams({ token }),
        headers: { origin: ORIGIN, "cf-connecting-ip": address },
      },
      settings,
    );

  it("opens a session before OAuth is set up, which ends when the token changes", async () => {
    const answer = await enter(ADMIN_TOKEN, before, "192.0.2.1");
    expect(answer.status).toBe(303);
    expect(await who(cookies(answer), before)).toBe("admin-token, admin");
    expect(await who(cookies(answer), { ...before, ADMIN_TOKEN: "another admin token" })).toBe("nobody");
    expect(await who(cookies(answer), { ...before, COOKIE_SECRET })).toBe("nobody");
  });

  it("the form is gone once administrators can sign in, and there without a token only as 404", async () => {
    expect((await call("/admin", {}, before)).status).toBe(200);
    expect((await call("/admin")).status).toBe(404);
    expect((await enter(ADMIN_TOKEN, SETTINGS, "192.0.2.2")).status).toBe(404);
    expect((await call("/admin", {}, { PUBLIC_URL: ORIGIN })).status).toBe(404);
    expect((await call("/admin", {}, { ...SETTINGS, ADMINS: "" })).status).toBe(200);
  });

  it("a wrong one is refused, and after ten in a minute the right one too, from that address only", async () => {
    for (let tries = 0; tries < 10; tries += 1) expect((await enter("wrong", before, "192.0.2.3")).status).toBe(403);
    expect((await enter(ADMIN_TOKEN, before, "192.0.2.3")).status).toBe(403);
    expect((await enter(ADMIN_TOKEN, before, "192.0.2.4")).status).toBe(303);
  });

  it("as Bearer it is an administrator; a wrong one is nobody, even beside a good cookie", async () => {
    const bearer = (token: string) => ({ authorization: `Bearer ${token}`, "cf-connecting-ip": "192.0.2.5" });
    const ask = async (token: string): Promise<number> => {
      const headers = { ...bearer(token), cookie: await cookieOf("harbormaster") };
      return (await call("/api/deliveries/x/redeliver", { method: "POST", headers })).status;
    };
    expect(await ask(ADMIN_TOKEN)).toBe(404);
    expect(await ask("wrong")).toBe(401);
  });
});

it("pages carry a strict policy and are kept by nobody else", async () => {
  const answer = await call("/login", asPage({}));
  const policy = answer.headers.get("content-security-policy") ?? "";
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ]) {
    expect(policy).toContain(rule);
  }
  expect(policy).not.toContain("unsafe");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(answer.headers.get("cache-control")).toBe("private, no-cache");
});
