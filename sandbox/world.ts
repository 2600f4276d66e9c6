/** The one running GitHub: its state, its Git repositories, its outgoing hooks, and who watches. */
import path from "node:path";
import { ApiError } from "./errors.ts";
import type { Faults } from "./faults.ts";
import { Grants } from "./grants.ts";
import type { HookQueue } from "./hooks/queue.ts";
import type { Account, App, Installation, Issue, Pull, Repo, State } from "./state/model.ts";
import type { Store } from "./state/store.ts";
import type { Registered } from "./verbs/apps.ts";

/** Who does something. `app` is set when it is an App's bot, or a user through an App. */
export interface Actor {
  readonly account: Account;
  readonly app: App | null;
}

/** An issue that is a pull request. */
export type PullIssue = Issue & { readonly pull: Pull };

export class World {
  readonly state: State;
  readonly folder: string;
  readonly faults: Faults;
  /** Apps made from a manifest, until their secrets are fetched. */
  readonly manifests = new Grants<Registered>(3600);
  readonly #tickets = new Grants<string>(300);
  /** Set once the server listens: pages below it, the interface below `/api`. */
  url = "";
  readonly #store: Store;
  readonly #locks = new Map<string, Promise<unknown>>();
  readonly #watchers = new Map<string, Set<() => void>>();
  #hooks: HookQueue | null = null;

  constructor(store: Store, folder: string, faults: Faults) {
    this.#store = store;
    this.state = store.state;
    this.folder = folder;
    this.faults = faults;
  }

  get hooks(): HookQueue {
    if (!this.#hooks) throw new Error("the hook queue is not attached");
    return this.#hooks;
  }

  attach(hooks: HookQueue): void {
    this.#hooks = hooks;
  }

  get api(): string {
    return `${this.url}/api`;
  }

  id(): number {
    this.state.lastId += 1;
    return this.state.lastId;
  }

  /** GitHub's times: UTC, whole seconds. */
  now(): string {
    return new Date().toISOString().replace(/\.\d+Z$/, "Z");
  }

  gitDir(repo: Repo): string {
    return path.join(this.folder, "git", repo.owner.toLowerCase(), `${repo.name.toLowerCase()}.git`);
  }

  /** A single-use ticket to download something private. */
  ticket(what: string): string {
    return this.#tickets.put(what);
  }

  /** Whether a ticket is good for this. */
  redeem(ticket: string, what: string): boolean {
    return this.#tickets.take(ticket) === what;
  }

  /**
   * Saves, and tells who watches the topic: `owner/name#number` and its repository, or `owner/name` and all its
   * threads, as a commit's status or a push shows on whichever has that commit.
   */
  changed(topic?: string): void {
    this.#store.touch();
    if (!topic) return;
    const key = topic.toLowerCase();
    const repository = key.split("#")[0] ?? key;
    for (const [watched, tells] of this.#watchers) {
      if (watched === key || watched === repository || watched.startsWith(`${key}#`)) for (const tell of tells) tell();
    }
  }

  watch(topic: string, tell: () => void): () => void {
    const key = topic.toLowerCase();
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers.add(tell));
    return () => watchers.delete(tell);
  }

  /** Runs what touches a repository's Git data one after another. Not re-entrant. */
  lock<T>(repo: Repo, work: () => Promise<T>): Promise<T> {
    const key = fullName(repo).toLowerCase();
    const run = (this.#locks.get(key) ?? Promise.resolve()).then(work);
    this.#locks.set(
      key,
      run.catch(() => {}),
    );
    return run;
  }

  account(login: string): Account | undefined {
    return this.state.accounts[login.toLowerCase()];
  }

  /** The account of a login, or GitHub's ghost when it is gone. */
  accountOrGhost(login: string): Account {
    return (
      this.account(login) ?? {
        id: 10137,
        login: "ghost",
        type: "User",
        name: "Ghost",
        bio: "",
        createdAt: "2008-05-12T00:00:00Z",
      }
    );
  }

  /** Throws 404 when there is none. */
  mustAccount(login: string): Account {
    const account = this.account(login);
    if (!account) throw ApiError.notFound();
    return account;
  }

  repo(name: string): Repo | undefined {
    return this.state.repos[name.toLowerCase()];
  }

  /** Throws 404 when there is none. */
  mustRepo(name: string): Repo {
    const repo = this.repo(name);
    if (!repo) throw ApiError.notFound();
    return repo;
  }

  issue(repo: Repo, number: number | string): Issue {
    const issue = repo.issues[String(number)];
    if (!issue) throw this.#movedOrMissing(repo, number);
    return issue;
  }

  /** GitHub shows the way to a transferred issue. */
  #movedOrMissing(repo: Repo, number: number | string): ApiError {
    const to = this.state.moved[`${fullName(repo)}#${number}`.toLowerCase()]?.split("#");
    if (!to) return ApiError.notFound();
    return new ApiError(301, "Moved Permanently", null, { location: `${this.api}/repos/${to[0]}/issues/${to[1]}` });
  }

  pull(repo: Repo, number: number | string): PullIssue {
    const issue = this.issue(repo, number);
    if (!isPull(issue)) throw ApiError.notFound();
    return issue;
  }

  actor(login: string): Actor {
    return { account: this.mustAccount(login), app: null };
  }

  botOf(app: App): Actor {
    return { account: this.mustAccount(`${app.slug}[bot]`), app };
  }

  appById(id: number): App {
    const app = this.state.apps.find((candidate) => candidate.id === id);
    if (!app) throw ApiError.notFound();
    return app;
  }

  /** Installations that see a repository. */
  installationsOf(repo: Repo): Installation[] {
    return this.state.installations.filter(
      (one) =>
        one.account.toLowerCase() === repo.owner.toLowerCase() &&
        (one.repositories === null || one.repositories.some((name) => name.toLowerCase() === repo.name.toLowerCase())),
    );
  }
}

export const fullName = (repo: Repo): string => `${repo.owner}/${repo.name}`;
export const isPull = (issue: Issue): issue is PullIssue => issue.pull !== null;
export const topicOf = (repo: Repo, issue: Issue): string => `${fullName(repo)}#${issue.number}`;
