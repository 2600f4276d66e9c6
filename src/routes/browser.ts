/** What every route for browsers shares: security headers, protection against forged requests, own paths. */
import type { Context, MiddlewareHandler } from "hono";
import { csrf } from "hono/csrf";
import { secureHeaders } from "hono/secure-headers";
import { settings } from "../env.ts";
import type { AppEnv } from "./app.ts";
import { refused } from "./surroundings.ts";

/** Security headers. `formAction`: where forms of the page may lead besides ourselves. */
function headers(formAction: readonly string[]): MiddlewareHandler<AppEnv> {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'", ...formAction],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: "same-origin",
    xFrameOptions: "DENY",
  });
}

export const secured = headers([]);

/** For the one page whose form leads to GitHub. */
export const securedWithGitHubForm: MiddlewareHandler<AppEnv> = (c, next) =>
  headers([new URL(settings(c.env).GITHUB_URL).origin])(c, next);

/** Answers that depend on who asks are kept by nobody but the browser, and asked again each time. */
export const forViewer: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  if (!c.res.headers.has("cache-control")) c.header("Cache-Control", "private, no-cache");
  c.header("Vary", "Cookie, Authorization", { append: true });
};

/** Our own origins: the one that was asked, and the public one. */
function isOwnOrigin(c: Context<AppEnv>, origin: string): boolean {
  return origin === new URL(c.req.url).origin || origin === new URL(settings(c.env).PUBLIC_URL).origin;
}

const formGuard = csrf({ origin: (origin, c: Context<AppEnv>) => isOwnOrigin(c, origin) });

const refuse = (c: Context<AppEnv>): Promise<Response> =>
  refused(
    c,
    403,
    "cross-origin",
    "Not sent from here",
    "This request did not come from a page of ours. Open the page again and repeat it there.",
  );

/**
 * Refuses what another site made a browser send: hono's guard for forms, and for every other body the browser's own
 * word on where the request comes from. A Bearer token is never sent by a browser on its own, so it needs neither.
 */
export const sameOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (["GET", "HEAD", "OPTIONS"].includes(c.req.method) || /^Bearer /i.test(c.req.header("authorization") ?? "")) {
    return next();
  }
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  const own = origin === undefined ? site === "same-origin" : isOwnOrigin(c, origin);
  return own ? formGuard(c, next) : refuse(c);
};

/** A path of ours to return to, or `/`: never another site, whatever `wanted` says. */
export function ownPath(wanted: string | undefined): string {
  if (wanted === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes("\\")) return "/";
  const base = "http://own.invalid";
  const url = URL.canParse(wanted, base) ? new URL(wanted, base) : null;
  if (url === null || url.origin !== base || url.pathname.startsWith("//")) return "/";
  return `${url.pathname}${url.search}${url.hash}`;
}
