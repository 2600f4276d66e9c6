/** Where refs are cloned from and to (spec jobs 6.3, clonerefs). */
import path from "node:path";
import type { Refs } from "../../src/config/model.ts";

/** Thrown for refs that cannot be cloned as they are written. */
export class BadRefs extends Error {
  override name = "BadRefs";
}

/** Path below `<root>/src`: path_alias, else repo_link without its scheme, else `github.com/org/repo`. */
export function clonePath(refs: Refs): string {
  const written = refs.path_alias || withoutScheme(refs.repo_link ?? "") || `github.com/${refs.org}/${refs.repo}`;
  const clean = path.posix.normalize(written.replace(/\/+$/, ""));
  if (clean === "." || clean.startsWith("/") || clean.split("/").some((part) => part === ".." || part === ".git"))
    throw new BadRefs(`${refs.org}/${refs.repo} cannot be cloned to "${written}": give a path_alias below src/`);
  return clean;
}

function withoutScheme(link: string): string {
  return link.split("://").at(-1) ?? "";
}

/** clone_uri, else `<repo_link>.git`, else `<gitBaseUrl>/org/repo.git`. */
export function cloneUrl(refs: Refs, gitBaseUrl: string): string {
  const url =
    refs.clone_uri ||
    (refs.repo_link ? `${refs.repo_link}.git` : `${gitBaseUrl.replace(/\/+$/, "")}/${refs.org}/${refs.repo}.git`);
  mustBePlain("clone URL", url);
  return url;
}

/** User name and password that a URL carries: they must not show in records. */
export function urlSecrets(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { username, password, host } = new URL(url);
  const userinfo = url.slice(url.indexOf("://") + 3).split("@")[0] ?? "";
  if (password === "") return username === "" || host === "" || url.startsWith("ssh:") ? [] : [userinfo];
  return [password, decodeURIComponent(password)];
}

/** Refuses what git would take for an option, and control characters. */
export function mustBePlain(what: string, value: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (value.startsWith("-") || /[\0-\x1f\x7f]/.test(value)) throw new BadRefs(`The ${what} "${value}" is not usable`);
}

/** All refs of a job in Prow's order: `refs`, then `extra_refs`. Throws BadRefs when one repository comes twice. */
export function refsInOrder(spec: { readonly refs?: Refs; readonly extra_refs?: readonly Refs[] }): Refs[] {
  const all = [...(spec.refs ? [spec.refs] : []), ...(spec.extra_refs ?? [])];
  const taken = new Map<string, Refs>();
  for (const refs of all) {
    const target = clonePath(refs);
    const other = taken.get(target);
    if (other)
      throw new BadRefs(`${other.org}/${other.repo} and ${refs.org}/${refs.repo} are both cloned to src/${target}`);
    taken.set(target, refs);
  }
  return all;
}

/** The refs whose folder is the working directory: the first with `workdir: true`, else the first (spec jobs 6.1). */
export function workdirRefs(all: readonly Refs[]): Refs | undefined {
  return all.find((refs) => refs.workdir === true) ?? all[0];
}
