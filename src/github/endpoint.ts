/** Route templates from real paths, so that usage is counted per endpoint and not per pull request. */

/** What the segment after one of these words is called. */
const AFTER: Readonly<Record<string, string>> = {
  orgs: "{org}",
  users: "{username}",
  members: "{username}",
  memberships: "{username}",
  collaborators: "{username}",
  teams: "{team_slug}",
  labels: "{name}",
  commits: "{ref}",
  statuses: "{sha}",
  trees: "{tree_sha}",
  blobs: "{file_sha}",
  tarball: "{ref}",
};

/** Everything after one of these words is one parameter, slashes and all. */
const REST: Readonly<Record<string, string>> = {
  contents: "{path}",
  ref: "{ref}",
  refs: "{ref}",
  branches: "{branch}",
};

/** E.g. `POST /repos/{owner}/{repo}/issues/{number}/comments` for a method and a path such as `/repos/o/r/issues/5/comments`. */
export function endpointOf(method: string, path: string): string {
  const segments = path
    .replace(/[?#].*$/, "")
    .split("/")
    .filter((segment) => segment !== "");
  const inRepository = segments[0] === "repos";
  const named: string[] = [];
  for (const [at, segment] of segments.entries()) {
    const before = segments[at - 1] ?? "";
    const rest = inRepository && at > 3 ? REST[before] : undefined;
    if (rest !== undefined) return `${method} /${[...named, rest].join("/")}`;
    if (inRepository && at === 1) named.push("{owner}");
    else if (inRepository && at === 2) named.push("{repo}");
    else if (/^\d+$/.test(segment)) named.push("{number}");
    else named.push((at > 0 ? AFTER[before] : undefined) ?? segment);
  }
  return `${method} /${named.join("/")}`;
}
