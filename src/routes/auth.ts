/** Sign-in with GitHub, sign-out, and the admin token's form for the time before. */
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Context } from "hono";
import { AdminPage, LoginPage } from "../../ui/pages/sign-in.tsx";
import { renderPage } from "../../ui/render.tsx";
import { settings } from "../env.ts";
import { createApp } from "./app.ts";
import type { AppEnv } from "./app.ts";
import { forViewer, ownPath, sameOrigin, secured } from "./browser.ts";
import { beginSignIn, finishSignIn, PendingSignIn, SignInError } from "./oauth.ts";
import { broken, notFound, surroundings } from "./surroundings.ts";
import { adminLogins, isAdminToken, viewerOf } from "./viewer.ts";
import { seal, unseal } from "./viewer-seal.ts";
import { cookieSecret, endSession, fingerprint, isSecure, signInIsSetUp, startSession } from "./viewer-session.ts";

export const auth = createApp();

const PENDING_COOKIE = "cutwater-sign-in";
const PENDING_SECONDS = 600;

for (const path of ["/login/*", "/logout", "/admin"]) auth.use(path, secured, forViewer, sameOrigin);
auth.onError((error, c) => broken(c, error));

async function loginPage(c: Context<AppEnv>, returnTo: string, problem: string | null): Promise<Response> {
  const props = { ...(await surroundings(c)), returnTo, problem };
  return c.html(renderPage(LoginPage, props), problem === null ? 200 : 400);
}

auth.get("/login", async (c) => {
  const returnTo = ownPath(c.req.query("return"));
  const viewer = await viewerOf(c);
  return viewer.kind === "anonymous" ? loginPage(c, returnTo, null) : c.redirect(returnTo, 303);
});

auth.get("/login/github", async (c) => {
  const secret = cookieSecret(c.env);
  if (!signInIsSetUp(c.env) || secret === null) return notFound(c);
  const begun = await beginSignIn(c.env, ownPath(c.req.query("return")));
  if (begun === null) return notFound(c);
  const sealed = await seal(secret, "sign-in", begun.pending, Date.now() + PENDING_SECONDS * 1000);
  const kept = {
    httpOnly: true,
    sameSite: "Lax",
    secure: isSecure(c),
    path: "/login",
    maxAge: PENDING_SECONDS,
  } as const;
  setCookie(c, PENDING_COOKIE, sealed, kept);
  return c.redirect(begun.url, 303);
});

auth.get("/login/callback", async (c) => {
  const secret = cookieSecret(c.env);
  if (!signInIsSetUp(c.env) || secret === null) return notFound(c);
  const cookie = getCookie(c, PENDING_COOKIE) ?? "";
  deleteCookie(c, PENDING_COOKIE, { path: "/login", secure: isSecure(c) });
  const pending = PendingSignIn.safeParse(await unseal(secret, "sign-in", cookie, Date.now()));
  if (!pending.success) {
    const problem = `This sign-in was not begun in this browser, or too long ago. Begin again at ${settings(c.env).PUBLIC_URL}.`;
    return loginPage(c, "/", problem);
  }
  try {
    const user = await finishSignIn(c.env, new URL(c.req.url), pending.data);
    const { login, userId, token } = user;
    await startSession(c, { kind: "user", login, userId, token }, user.expiresIn ?? undefined);
    return c.redirect(pending.data.returnTo, 303);
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    return loginPage(c, pending.data.returnTo, error.message);
  }
});

auth.post("/logout", (c) => {
  endSession(c);
  return c.redirect("/", 303);
});

/** The form is there only while nobody can be an administrator by signing in. */
const formIsOpen = (c: Context<AppEnv>): boolean =>
  settings(c.env).ADMIN_TOKEN !== undefined && !(signInIsSetUp(c.env) && adminLogins(c.env).length > 0);

auth.get("/admin", async (c) =>
  formIsOpen(c) ? c.html(renderPage(AdminPage, { ...(await surroundings(c)), problem: null })) : notFound(c),
);

auth.post("/admin", async (c) => {
  const { ADMIN_TOKEN } = settings(c.env);
  if (ADMIN_TOKEN === undefined || !formIsOpen(c)) return notFound(c);
  const { token } = await c.req.parseBody();
  if (typeof token === "string" && (await isAdminToken(c, token.trim()))) {
    await startSession(c, { kind: "admin", tokenPrint: await fingerprint(ADMIN_TOKEN) });
    return c.redirect("/", 303);
  }
  const problem = "That is not the admin token, or there were too many tries. Wait a minute and try again.";
  return c.html(renderPage(AdminPage, { ...(await surroundings(c)), problem }), 403);
});
