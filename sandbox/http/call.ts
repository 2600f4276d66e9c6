/** One call of the interface, as its handler sees it, and the answers that handlers give. */
import { atLeast, permissionOf } from "../access.ts";
import { ApiError } from "../errors.ts";
import type { Org, Permission, Repo } from "../state/model.ts";
import type { Actor, World } from "../world.ts";
import { actorOf, type Caller, loginOf } from "./caller.ts";
import type { Rates } from "./rate.ts";

export interface Reply {
  readonly status: number;
  /** JSON; undefined: no body. */
  readonly body?: unknown;
  /** Instead of JSON. */
  readonly text?: { readonly type: string; readonly content: string | Uint8Array };
  readonly headers?: Readonly<Record<string, string>>;
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Reply => ({
  status,
  body,
  headers,
});
export const empty = (status = 204): Reply => ({ status });
export const text = (content: string | Uint8Array, type: string): Reply => ({ status: 200, text: { type, content } });

type Level = "read" | "write";

export class Call {
  readonly world: World;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly url: URL;
  readonly accept: string;
  readonly rates: Rates;
  readonly address: string;
  readonly #body: unknown;

  constructor(part: {
    world: World;
    caller: Caller;
    params: Readonly<Record<string, string>>;
    url: URL;
    accept: string;
    rates: Rates;
    address: string;
    body: unknown;
  }) {
    this.world = part.world;
    this.caller = part.caller;
    this.params = part.params;
    this.url = part.url;
    this.accept = part.accept;
    this.rates = part.rates;
    this.address = part.address;
    this.#body = part.body;
  }

  /** A path parameter; the router has made sure that it is there. */
  param(name: string): string {
    const value = this.params[name];
    if (value === undefined) throw ApiError.notFound();
    return value;
  }

  number(name: string): number {
    return Number(this.param(name));
  }

  query(name: string): string | null {
    return this.url.searchParams.get(name);
  }

  get body(): unknown {
    return this.#body;
  }

  /** A member of the body. */
  field(name: string): unknown {
    const body = this.#body;
    return typeof body === "object" && body !== null
      ? Object.entries(body).find(([key]) => key === name)?.[1]
      : undefined;
  }

  string(name: string): string | undefined {
    const value = this.field(name);
    return typeof value === "string" ? value : undefined;
  }

  strings(name: string): string[] {
    const value = this.field(name);
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  }

  boolean(name: string): boolean | undefined {
    const value = this.field(name);
    return typeof value === "boolean" ? value : undefined;
  }

  get login(): string | null {
    return loginOf(this.caller);
  }

  get actor(): Actor {
    return actorOf(this.world, this.caller);
  }

  /** The repository of the path if the caller may see it. Throws 404. */
  get repo(): Repo {
    const repo = this.world.mustRepo(`${this.param("owner")}/${this.param("repo")}`);
    if (!this.sees(repo)) throw ApiError.notFound();
    return repo;
  }

  get org(): Org {
    const org = this.world.state.orgs[this.param("org").toLowerCase()];
    if (!org) throw ApiError.notFound();
    return org;
  }

  /** Whether the caller's installation covers a repository. */
  covers(repo: Repo): boolean {
    if (this.caller.kind !== "installation") return false;
    const { installation, token } = this.caller;
    const name = repo.name.toLowerCase();
    return (
      this.world.installationsOf(repo).includes(installation) &&
      (token.repositories === null || token.repositories.some((one) => one.toLowerCase() === name))
    );
  }

  sees(repo: Repo): boolean {
    if (!repo.private) return true;
    return this.caller.kind === "installation"
      ? this.covers(repo)
      : permissionOf(this.world, repo, this.login) !== null;
  }

  /** What an installation's token may do with a kind of thing. */
  granted(scope: string): Level | null {
    if (this.caller.kind !== "installation") return null;
    const { app, token } = this.caller;
    const level = (token.permissions ?? app.permissions)[scope];
    return level === "write" || level === "admin" ? "write" : level === "read" ? "read" : null;
  }

  /**
   * Makes sure that the caller may do it here. `scopes` are an App's permissions, any of which is enough; `need` is a user's.
   * Throws 401, 403, or 404 for what must not be known.
   */
  allow(repo: Repo, level: Level, scopes: readonly string[], need: Permission): void {
    const { caller } = this;
    if (caller.kind === "app") throw new ApiError(401, "Requires authentication");
    if (caller.kind === "anonymous") {
      if (level === "write" || need !== "read") throw new ApiError(401, "Requires authentication");
      return;
    }
    if (caller.kind === "installation") {
      const enough = scopes.some(
        (scope) => this.granted(scope) === "write" || (level === "read" && this.granted(scope) !== null),
      );
      const publicRead = level === "read" && need === "read" && !repo.private && !this.covers(repo);
      if (!publicRead && !(this.covers(repo) && enough)) throw ApiError.forbidden();
      return;
    }
    if (atLeast(permissionOf(this.world, repo, caller.account.login), need)) return;
    throw need === "admin" || need === "maintain"
      ? ApiError.forbidden("Must have admin rights to Repository.")
      : ApiError.forbidden(`Must have ${need} access to the repository.`);
  }
}
