/** What Prow's documents say of one repository. GitHub's names know no case, so neither do these. */

export interface RepoName {
  readonly org: string;
  readonly repo: string;
}

const indexes = new WeakMap<object, ReadonlyMap<string, unknown>>();

/** Each list or map is indexed once, however many repositories ask. */
function indexed<T>(of: object, build: () => Map<string, T>): ReadonlyMap<string, T> {
  const known = indexes.get(of);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one list or map is only ever indexed in one way
  if (known) return known as ReadonlyMap<string, T>;
  const made = build();
  indexes.set(of, made);
  return made;
}

export const fullName = ({ org, repo }: RepoName): string => `${org}/${repo}`.toLowerCase();

/** The values of a map keyed by `*`, org and org/repo, from the widest to the most specific. */
export function levels<T>(map: Readonly<Record<string, T>> | undefined, name: RepoName): readonly T[] {
  if (!map) return [];
  const index = indexed(map, () => new Map(Object.entries(map).map(([key, value]) => [key.toLowerCase(), { value }])));
  return ["*", name.org.toLowerCase(), fullName(name)].flatMap((key) => {
    const at = index.get(key);
    return at ? [at.value] : [];
  });
}

/** The most specific of {@link levels}. */
export const specific = <T>(map: Readonly<Record<string, T>> | undefined, name: RepoName): T | undefined =>
  levels(map, name).at(-1);

/** A map's own value: keys such as branches and labels are anybody's words, and may be names of what every object has. */
export const ownValue = <T>(map: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;

/** The first entry that names `org/repo`, else the first that names `org`; entries do not merge. */
export function entryFor<T extends { readonly repos?: readonly string[] | undefined }>(
  entries: readonly T[] | undefined,
  name: RepoName,
): T | undefined {
  if (!entries) return undefined;
  const index = indexed(entries, () => {
    const map = new Map<string, T>();
    for (const entry of entries) {
      for (const repo of entry.repos ?? []) if (!map.has(repo.toLowerCase())) map.set(repo.toLowerCase(), entry);
    }
    return map;
  });
  return index.get(fullName(name)) ?? index.get(name.org.toLowerCase());
}

/** Whether a list of orgs and repositories names this one. */
export function isNamed(list: readonly string[] | undefined, name: RepoName): boolean {
  if (!list) return false;
  const index = indexed(list, () => new Map(list.map((one) => [one.toLowerCase(), true])));
  return index.has(name.org.toLowerCase()) || index.has(fullName(name));
}
