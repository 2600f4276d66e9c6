/** Fills an empty sandbox: people, an organisation, its repositories with real histories, issues, pull requests, and an App. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Control } from "../control/control.ts";
import type { FileContent, Files } from "../git/write.ts";
import type { Repo } from "../state/model.ts";
import { DEFAULT_EVENTS, DEFAULT_PERMISSIONS, install, registerApp, userToken } from "../verbs/apps.ts";
import { addLabels } from "../verbs/issues.ts";
import { commitTo, createRepo } from "../verbs/repos.ts";
import type { World } from "../world.ts";
import { CHANGES, type DemoIssue } from "./changes.ts";
import { LABELS } from "./labels.ts";
import { MEMBERS, ORG, OTHER_BOT, OWNER, PEOPLE, TEAMS } from "./people.ts";

const FOLDER = path.join(import.meta.dirname, "repositories");
const HOUR_MS = 3_600_000;

const REPOSITORIES: readonly { name: string; description: string; private?: boolean }[] = [
  { name: "hello", description: "Says hello, in several languages" },
  { name: "harbor", description: "Which ship lies at which pier" },
  { name: "config", description: "Prow's configuration of this organisation" },
  { name: "secret-harbor", description: "Signals that not everybody may know", private: true },
];

/** The files of a demo repository, as they lie beside this one. */
async function filesOf(name: string): Promise<Files> {
  const root = path.join(FOLDER, name);
  const entries = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const read = entries.map(async (entry): Promise<[string, FileContent]> => {
    const file = path.join(entry.parentPath, entry.name);
    const executable = ((await stat(file)).mode & 0o100) !== 0;
    return [path.relative(root, file), { text: await readFile(file, "utf8"), executable }];
  });
  return Object.fromEntries((await Promise.all(read)).sort(([a], [b]) => a.localeCompare(b)));
}

function addPeople(world: World): void {
  const createdAt = "2024-03-01T09:00:00Z";
  for (const person of PEOPLE)
    world.state.accounts[person.login] = { id: world.id(), type: "User", createdAt, ...person };
  const bot = { id: world.id(), login: OTHER_BOT, name: "", bio: "", createdAt };
  world.state.accounts[OTHER_BOT] = { ...bot, type: "Bot" };
  world.state.accounts[ORG] = {
    id: world.id(),
    login: ORG,
    type: "Organization",
    name: "Cutwater Demo",
    bio: "A small organisation to try Cutwater with",
    createdAt,
  };
  const member = (role: "admin" | "member") => ({ role, public: true });
  world.state.orgs[ORG] = {
    login: ORG,
    members: { [OWNER]: member("admin"), ...Object.fromEntries(MEMBERS.map((login) => [login, member("member")])) },
    basePermission: "read",
    teams: TEAMS.map((team) => ({
      id: world.id(),
      slug: team.slug,
      name: team.name,
      members: Object.fromEntries(
        team.members.map((login) => [login, { role: "member" as const, state: "active" as const }]),
      ),
      repos: Object.fromEntries(team.repos.map((repo) => [repo, "write" as const])),
    })),
  };
}

async function addRepository(world: World, part: (typeof REPOSITORIES)[number], now: number): Promise<Repo> {
  const repo = await createRepo(world, { owner: ORG, ...part });
  repo.labels = LABELS.map((label) => ({ id: world.id(), ...label, default: false }));
  const files = await filesOf(part.name);
  const first = Object.fromEntries(Object.entries(files).filter(([name]) => /^(README\.md|OWNERS)$/.test(name)));
  const owner = world.actor(OWNER);
  const commit = (message: string, content: Files, age: number) =>
    commitTo(world, repo, owner, { branch: "main", files: content, message, date: new Date(now - age * HOUR_MS) });
  await commit("Begin", first, 72);
  await commit(`Add ${part.description.charAt(0).toLowerCase()}${part.description.slice(1)}`, files, 48);
  return repo;
}

/** A change whose files are made from what the repository holds. */
async function withFiles(change: DemoIssue): Promise<DemoIssue> {
  if (change.repo !== "config" || !change.pull) return change;
  const name = "config/jobs/hello/hello-jobs.yaml";
  const known = (await filesOf("config"))[name];
  const text = typeof known === "object" && known !== null ? known.text : "";
  const changed = text.replace(/run_if_changed: '\^docs.*'\n/, "always_run: true\n");
  return { ...change, pull: { ...change.pull, files: { [name]: changed } } };
}

async function addChange(world: World, control: Control, raw: DemoIssue, createdAt: string): Promise<void> {
  const change = await withFiles(raw);
  const repo = `${ORG}/${change.repo}`;
  const { title, body, by } = change;
  const { number } = change.pull
    ? await control.createPull({ repo, as: by, title, body, createdAt, ...change.pull })
    : control.createIssue({ repo, as: by, title, body });
  addLabels(world, world.mustRepo(repo), world.issue(world.mustRepo(repo), number), world.actor(OWNER), change.labels);
}

async function addApp(world: World): Promise<void> {
  const { app, privateKey } = await registerApp(world, {
    name: "Cutwater Demo Bot",
    owner: ORG,
    url: world.url,
    hookUrl: "",
    hookSecret: "",
    callbackUrls: [],
    setupUrl: null,
    permissions: DEFAULT_PERMISSIONS,
    events: DEFAULT_EVENTS,
  });
  install(world, app, world.actor(OWNER), ORG, null);
  const token = userToken(world, OWNER, "personal", ["repo", "read:org", "admin:repo_hook"]);
  world.state.demo = { appId: app.id, privateKey, token: token.token };
}

/** Makes the demo. No webhook is sent: the App comes last, and has no address yet. */
export async function seed(world: World, control: Control): Promise<void> {
  const now = Date.now();
  addPeople(world);
  for (const part of REPOSITORIES) await addRepository(world, part, now);
  const harbor = world.mustRepo(`${ORG}/harbor`);
  harbor.collaborators.dana = "write";
  const owner = world.actor(OWNER);
  await commitTo(world, harbor, owner, {
    branch: "release-1.0",
    files: { VERSION: "1.0.1\n" },
    message: "Release 1.0",
    date: new Date(now - 40 * HOUR_MS),
  });
  for (const [index, change] of CHANGES.entries())
    await addChange(
      world,
      control,
      change,
      new Date(now - (30 - 2 * index) * HOUR_MS).toISOString().replace(/\.\d+Z$/, "Z"),
    );
  const piers =
    "# Piers\n\nPiers are numbered from the lighthouse inwards, starting with one. Pier 1 is for tugs and the pilot.\n";
  await commitTo(world, harbor, owner, {
    branch: "main",
    files: { "docs/piers.md": piers },
    message: "Give the pilot a pier",
    date: new Date(now - 2 * HOUR_MS),
  });
  await addApp(world);
}
