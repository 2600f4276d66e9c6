/** The start page and the page of an organisation or user. */
import { html } from "hono/html";
import { visibleRepos } from "../access.ts";
import type { Repo } from "../state/model.ts";
import { fullName, type World } from "../world.ts";
import { avatar, type Html, layout, people, type Viewer } from "./layout.ts";

function repoRow(repo: Repo): Html {
  const open = Object.values(repo.issues).filter((issue) => issue.state === "open");
  const pulls = open.filter((issue) => issue.pull).length;
  return html`<li>
    <div class="main">
      <a class="title" href="/${fullName(repo)}">${fullName(repo)}</a>
      <span class="badge">${repo.private ? "Private" : repo.parent ? "Fork" : "Public"}</span>
      <div class="dim">${repo.description}</div>
    </div>
    <div class="row dim">
      <a href="/${fullName(repo)}/pulls">${pulls} pull request${pulls === 1 ? "" : "s"}</a>
      <a href="/${fullName(repo)}/issues">${open.length - pulls} issue${open.length - pulls === 1 ? "" : "s"}</a>
    </div>
  </li>`;
}

/** What to do first. */
const START = [
  { repo: "cutwater-demo/hello", number: 2, as: "ben", say: "/test all", outcome: "Two jobs run, both succeed." },
  {
    repo: "cutwater-demo/hello",
    number: 2,
    as: "chidi",
    say: "/lgtm",
    outcome: "As soon as its jobs have passed, tide merges it. What it waits for stands in the status tide.",
  },
  {
    repo: "cutwater-demo/hello",
    number: 3,
    as: "chidi",
    say: "/test all",
    outcome: "A unit test fails: look at its log, push a fix, say /retest.",
  },
  {
    repo: "cutwater-demo/hello",
    number: 4,
    as: "ada",
    say: "/ok-to-test",
    outcome: "A stranger's pull request becomes trusted, and its jobs run.",
  },
  {
    repo: "cutwater-demo/harbor",
    number: 2,
    as: "dana",
    say: "/test nonsense",
    outcome: "The answer lists the tests that there are.",
  },
] as const;

export function homePage(world: World, viewer: Viewer): Html {
  const orgs = Object.values(world.state.orgs);
  const listener = world.state.hooks.find((hook) => hook.app === world.state.demo?.appId)?.url;
  const dashboard = listener ? new URL(listener).origin : null;
  const body = html`<h1>Sandbox GitHub</h1>
    <p class="dim">
      A GitHub of your own, on your own machine: real Git repositories, signed webhooks, GitHub's interface. Open a pull request, comment
      <code>/test all</code>, and watch. The switch at the top chooses as whom you act.
    </p>
    ${
      START.filter(({ repo }) => world.repo(repo)).length === 0
        ? ""
        : html`<h2>Try this</h2>
    <ul class="list">${START.map(({ repo, number, say, as, outcome }) => html`<li><div class="main">As <strong>${as}</strong>, say <code>${say}</code> on <a class="title" href="/${repo}/pull/${number}">${repo}#${number}</a><div class="dim">${outcome}</div></div></li>`)}</ul>`
    }
    ${orgs.map(
      (org) => html`<h2><a href="/${org.login}">${org.login}</a></h2>
        <ul class="list">${visibleRepos(world, org.login, viewer.account.login).map(repoRow)}</ul>`,
    )}
    <h2>People</h2>
    <ul class="list">
      ${people(world).map(
        ({ login, name, bio }) =>
          html`<li>${avatar(login)}<div class="main"><a class="title" href="/${login}">${login}</a> ${name}<div class="dim">${bio}</div></div></li>`,
      )}
    </ul>
    <p class="dim"><a href="/_deliveries">Webhook deliveries</a>${dashboard ? html` · <a href="${dashboard}">Cutwater’s dashboard</a>` : ""}</p>`;
  return layout(world, viewer, "Start", body);
}

export function ownerPage(world: World, viewer: Viewer, login: string): Html {
  const account = world.mustAccount(login);
  const org = world.state.orgs[account.login.toLowerCase()];
  const repos = visibleRepos(world, account.login, viewer.account.login);
  const members = Object.entries(org?.members ?? {});
  const body = html`<div class="row">${avatar(account.login, 56)}<div><h1>${account.name || account.login}</h1><div class="dim">${account.login} · ${account.bio}</div></div></div>
    <h2>Repositories</h2>
    <ul class="list">${repos.length > 0 ? repos.map(repoRow) : html`<li class="empty">No repositories yet.</li>`}</ul>
    ${
      org
        ? html`<h2>Members</h2>
          <ul class="list">${members.map(([name, { role }]) => html`<li>${avatar(name)}<div class="main"><a class="title" href="/${name}">${name}</a></div><span class="badge">${role === "admin" ? "owner" : role}</span></li>`)}</ul>
          <h2>Teams</h2>
          <ul class="list">${org.teams.map((team) => html`<li><div class="main"><strong>${team.name}</strong><div class="dim">${Object.keys(team.members).join(", ")}</div></div></li>`)}</ul>`
        : ""
    }`;
  return layout(world, viewer, account.login, body);
}

/** What was sent to the Apps, newest first. */
export function deliveriesPage(world: World, viewer: Viewer): Html {
  const latest = world.state.deliveries.slice(-100).toReversed();
  const rows = latest.map(
    (one) => html`<li>
      <span class="mark wide ${one.statusCode >= 200 && one.statusCode < 300 ? "success" : one.status === "pending" ? "pending" : "failure"}">${one.statusCode || "–"}</span>
      <div class="main"><strong>${one.event}${one.action ? `.${one.action}` : ""}</strong> <span class="dim">${one.repo ?? ""}${one.redelivery ? " · redelivery" : ""}</span><div class="mono dim">${one.guid}</div></div>
      <span class="dim">${one.status} in ${one.duration} s</span>
      <form method="post" action="/_deliveries/${one.id}"><button class="small">Redeliver</button></form>
    </li>`,
  );
  const body = html`<h1>Webhook deliveries</h1>
    <p class="dim">The latest hundred. GitHub sends each once; a failed one is sent again only when somebody asks.</p>
    <ul class="list">${rows.length > 0 ? rows : html`<li class="empty">Nothing was sent yet.</li>`}</ul>`;
  return layout(world, viewer, "Webhook deliveries", body);
}
