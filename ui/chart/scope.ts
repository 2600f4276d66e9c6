/** Where and when the panels of a page look, as its address says it. */

export interface ScopeView {
  /** Such as `90d`; empty: from and to. */
  readonly range: string;
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** `org/repo` in lower case; none: all. */
  readonly repositories: readonly string[];
  /** Without `sig/`. */
  readonly sig: string;
}

/** With its question mark; what is so anyway does not stand in it. */
export function scopeQuery({ range, from, to, repositories, sig }: ScopeView, more: readonly [string, string][] = []) {
  const query = new URLSearchParams(repositories.map((name): [string, string] => ["repo", name]));
  if (range === "") {
    query.set("from", String(from));
    query.set("to", String(to));
  } else query.set("range", range);
  if (sig !== "") query.set("sig", sig);
  for (const [name, value] of more) query.set(name, value);
  return `?${query.toString()}`;
}
