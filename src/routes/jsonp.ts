/** JSON for programs, or `var name = ...;` for old pages (design 10): the latter to anybody, so only what is public. */
import type { Context } from "hono";
import type { AppEnv } from "./app.ts";
import { refused } from "./surroundings.ts";
import { type Viewer, viewerOf } from "./viewer.ts";

const IDENTIFIER = /^[A-Za-z_$][\w$]{0,63}$/;

/** Answers what `make` makes for the viewer; with `?var=name` for nobody in particular, as a script. */
export async function jsonOrScript(
  c: Context<AppEnv>,
  make: (viewer: Viewer) => Promise<object | null>,
): Promise<Response> {
  const name = c.req.query("var");
  if (name !== undefined && !IDENTIFIER.test(name)) {
    return refused(c, 400, "bad-var", "That is no variable", "var takes a plain identifier such as allBuilds.");
  }
  const value = await make(name === undefined ? await viewerOf(c) : { kind: "anonymous" });
  if (value === null) {
    const message = "There is no such thing, or it is not yours to see";
    return c.json({ error: { code: "not-found", message } }, 404);
  }
  if (name === undefined) return c.json(value);
  // JSON is a subset of JavaScript but for what ends a script element.
  const text = JSON.stringify(value).replaceAll("<", String.raw`\u003c`);
  return c.body(`var ${name} = ${text};`, 200, {
    "content-type": "text/javascript; charset=utf-8",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
  });
}
