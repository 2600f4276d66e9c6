/** Pages on the way of signing in and of making an App. */
import { html } from "hono/html";
import type { Account, App } from "../state/model.ts";
import type { World } from "../world.ts";
import { avatar, type Html, layout } from "./layout.ts";

export const messagePage = (world: World, message: string): Html =>
  layout(
    world,
    null,
    "Sandbox GitHub",
    html`<section class="narrow card"><p>${message}</p><p><a href="/">To the start</a></p></section>`,
  );

/** Choose whom to sign in as. */
export function authorizePage(
  world: World,
  app: App,
  people: readonly Account[],
  query: Readonly<Record<string, string | undefined>>,
): Html {
  const hidden = ["client_id", "redirect_uri", "state", "code_challenge"].map(
    (name) => html`<input type="hidden" name="${name}" value="${query[name] ?? ""}" />`,
  );
  const choices = people.map(
    ({ login, name, bio }) => html`<li>
      <button name="login" value="${login}" class="choice">
        ${avatar(login, 40)}<span><strong>${login}</strong> ${name}<small>${bio}</small></span>
      </button>
    </li>`,
  );
  const body = html`<section class="narrow card">
    <h1>Sign in to ${app.name}</h1>
    <p>Choose who you are. ${app.name} will learn your login and see what you may see.</p>
    <form method="post" action="/login/oauth/authorize">
      ${hidden}
      <ul class="choices">${choices}</ul>
    </form>
  </section>`;
  return layout(world, null, `Authorize ${app.name}`, body);
}

/** The last step before an App exists: its name can still be changed. */
export function manifestPage(world: World, part: { code: string; name: string; owner: string; state: string }): Html {
  const body = html`<section class="narrow card">
    <h1>Create GitHub App</h1>
    <p>for <strong>${part.owner}</strong></p>
    <form method="post" action="/settings/apps" class="stack">
      <input type="hidden" name="code" value="${part.code}" />
      <input type="hidden" name="owner" value="${part.owner}" />
      <input type="hidden" name="state" value="${part.state}" />
      <label>Name <input name="name" value="${part.name}" required maxlength="34" /></label>
      <button class="primary">Create GitHub App</button>
    </form>
  </section>`;
  return layout(world, null, "Create GitHub App", body);
}

export function installPage(world: World, app: App, accounts: readonly string[]): Html {
  const body = html`<section class="narrow card">
    <h1>Install ${app.name}</h1>
    <form method="post" action="/apps/${app.slug}/installations/new">
      <ul class="choices">
        ${accounts.map(
          (login) => html`<li>
            <button name="account" value="${login}" class="choice">${avatar(login, 40)}<span><strong>${login}</strong><small>All repositories</small></span></button>
          </li>`,
        )}
      </ul>
    </form>
  </section>`;
  return layout(world, null, `Install ${app.name}`, body);
}
