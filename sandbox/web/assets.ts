/** Files of the pages, and a face for everybody. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Hono } from "hono";

const TYPES: Readonly<Record<string, string>> = {
  "style.css": "text/css; charset=utf-8",
  "live.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

/** A disc in a colour of its own with the first letters of a name. */
function face(login: string): string {
  const hue = Array.from(login).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  const letters = login
    .replace(/[^a-z0-9]/gi, "")
    .slice(0, 2)
    .toUpperCase();
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><circle cx="20" cy="20" r="20" fill="hsl(${hue} 45% 42%)"/><text x="20" y="26" font-family="system-ui,sans-serif" font-size="16" font-weight="600" text-anchor="middle" fill="#fff">${letters}</text></svg>`;
}

export function assets(): Hono {
  const app = new Hono();
  for (const [name, type] of Object.entries(TYPES)) {
    const content = readFileSync(path.join(import.meta.dirname, name), "utf8");
    app.get(`/_assets/${name}`, (context) =>
      context.body(content, 200, { "content-type": type, "cache-control": "max-age=300" }),
    );
  }
  app.get("/_avatars/:file", (context) => {
    const login = decodeURIComponent(context.req.param("file").replace(/\.svg$/, ""));
    return context.body(face(login), 200, { "content-type": "image/svg+xml", "cache-control": "max-age=86400" });
  });
  return app;
}
