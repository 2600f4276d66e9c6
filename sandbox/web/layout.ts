/** What all pages share: head, header with the switch of users, and small parts. */
import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { Account, Label, Repo } from "../state/model.ts";
import type { World } from "../world.ts";
import { markdown } from "./markdown.ts";

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Viewer {
  readonly account: Account;
  /** Where the page is, to come back to after switching. */
  readonly path: string;
}

export const people = (world: World): Account[] =>
  Object.values(world.state.accounts)
    .filter((account) => account.type === "User")
    .sort((a, b) => a.login.localeCompare(b.login));

export const avatar = (login: string, size = 32): Html =>
  html`<img class="avatar" src="/_avatars/${login}.svg" alt="" width="${size}" height="${size}" />`;

/** The shell of a page. `live` names what to watch for changes: `owner/name` or `owner/name#number`. */
export function layout(world: World, viewer: Viewer | null, title: string, body: Html, live?: string): Html {
  const switcher = viewer
    ? html`<form method="post" action="/act-as" class="switch">
        <input type="hidden" name="back" value="${viewer.path}" />
        <label>${avatar(viewer.account.login, 24)} <span>acting as</span>
          <select name="login" data-autosubmit>
            ${people(world).map(({ login }) => html`<option value="${login}" ${login === viewer.account.login ? raw("selected") : ""}>${login}</option>`)}
          </select>
        </label>
        <noscript><button class="small">Switch</button></noscript>
      </form>`
    : "";
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Sandbox GitHub</title>
        <link rel="stylesheet" href="/_assets/style.css" />
        <link rel="icon" href="/_assets/icon.svg" type="image/svg+xml" />
        <script src="/_assets/live.js" defer></script>
      </head>
      <body ${live ? html`data-live="${live}"` : ""}>
        <header class="top">
          <a class="brand" href="/"><img src="/_assets/icon.svg" alt="" width="24" height="24" /> Sandbox GitHub</a>
          ${switcher}
        </header>
        <main>${body}</main>
      </body>
    </html>`;
}

/** Dark or light text, whichever can be read on a label's colour. */
function inkOn(color: string): string {
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return r * 0.299 + g * 0.587 + b * 0.114 > 140 ? "dark" : "light";
}

export const labelChip = (label: Pick<Label, "name" | "color"> & { description?: string | null }): Html =>
  html`<span class="label on-${inkOn(label.color)}" data-color="${label.color}" title="${label.description ?? ""}"
    ><svg viewBox="0 0 10 10" preserveAspectRatio="none" aria-hidden="true"><rect width="10" height="10" fill="#${label.color}" /></svg
    ><span>${label.name}</span></span
  >`;

export const labelsOf = (repo: Repo, names: readonly string[]): Html[] =>
  names.map((name) => labelChip(repo.labels.find((one) => one.name === name) ?? { name, color: "ededed" }));

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
];

/** `3 hours ago`, with the exact time as a tooltip. */
export function ago(time: string): Html {
  const seconds = (Date.now() - Date.parse(time)) / 1000;
  const unit = UNITS.find(([length]) => seconds >= length);
  const count = unit ? Math.floor(seconds / unit[0]) : 0;
  const text = unit ? `${count} ${unit[1]}${count === 1 ? "" : "s"} ago` : "just now";
  return html`<time datetime="${time}" title="${time}">${text}</time>`;
}

export const prose = (body: string | null, repo: Repo): Html =>
  body?.trim()
    ? html`<div class="prose">${raw(markdown(body, `${repo.owner}/${repo.name}`))}</div>`
    : html`<div class="prose empty">No description provided.</div>`;
