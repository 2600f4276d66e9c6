/** Sets of repositories as Prow's documents write them: organisations with exceptions, and single repositories. */
import type { PluginsConfig } from "./plugins-schema.ts";
import type { TideQuery } from "./tide-schema.ts";

export class Scope {
  /** Organisations with the `org/repo` that they except. */
  readonly orgs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly repos: ReadonlySet<string>;

  constructor(orgs: ReadonlyMap<string, ReadonlySet<string>>, repos: Iterable<string>) {
    this.orgs = orgs;
    this.repos = new Set(repos);
  }

  /** `name`: an organisation as a whole, or `org/repo`. */
  has(name: string): boolean {
    const slash = name.indexOf("/");
    if (slash === -1) return this.orgs.has(name);
    const excepted = this.orgs.get(name.slice(0, slash));
    return this.repos.has(name) || (excepted !== undefined && !excepted.has(name));
  }

  /** Every name that is written somewhere in it. */
  names(): string[] {
    return [...this.orgs.keys(), ...[...this.orgs.values()].flatMap((excepted) => [...excepted]), ...this.repos];
  }
}

/** Names of `scopes` for which `test` holds; a repository is left out where its organisation as a whole is in. */
export function namesWhere(scopes: readonly Scope[], test: (name: string) => boolean): string[] {
  const names = [...new Set(scopes.flatMap((scope) => scope.names()))].sort();
  const found = new Set(names.filter(test));
  return names.filter((name) => {
    const slash = name.indexOf("/");
    return found.has(name) && (slash === -1 || !found.has(name.slice(0, slash)));
  });
}

/** Where tide merges by some of its queries. An exception of one query that another covers is none. */
export function tideScope(queries: readonly TideQuery[]): Scope {
  const repos = new Set(queries.flatMap((query) => query.repos ?? []));
  const orgs = new Map<string, ReadonlySet<string>>();
  for (const query of queries) {
    for (const org of query.orgs ?? []) {
      const excepted = new Set(
        (query.excludedRepos ?? []).filter((repo) => repo.startsWith(`${org}/`) && !repos.has(repo)),
      );
      const before = orgs.get(org);
      orgs.set(org, before ? new Set([...before].filter((repo) => excepted.has(repo))) : excepted);
    }
  }
  return new Scope(orgs, repos);
}

/** Where a plugin is enabled. */
export function pluginScope(config: PluginsConfig, plugin: string): Scope {
  const orgs = new Map<string, ReadonlySet<string>>();
  const repos = new Set<string>();
  for (const [key, { plugins, excluded_repos }] of Object.entries(config.plugins ?? {})) {
    if (!plugins.includes(plugin)) continue;
    if (key.includes("/")) repos.add(key);
    else orgs.set(key, new Set(excluded_repos.map((repo) => `${key}/${repo}`)));
  }
  return new Scope(orgs, repos);
}

/** Where an external plugin is told of events. */
export function externalScope(config: PluginsConfig, plugin: string): Scope {
  const keys = Object.entries(config.external_plugins ?? {})
    .filter(([, list]) => list.some((one) => one.name === plugin))
    .map(([key]) => key);
  return new Scope(
    new Map(keys.filter((key) => !key.includes("/")).map((key) => [key, new Set<string>()])),
    keys.filter((key) => key.includes("/")),
  );
}
