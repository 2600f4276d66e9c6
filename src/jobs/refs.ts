/** Refs as text (spec jobs 1.3, 6.2). */
import type { Refs } from "../config/model.ts";
import type { ProwJobSpec } from "./prowjob.ts";

/** `<base_ref>[:<base_sha>]`, then `,<number>:<sha>[:<ref>]` of each pull, in order. */
export function refsString(refs: Refs): string {
  const base = refs.base_sha ? `${refs.base_ref ?? ""}:${refs.base_sha}` : (refs.base_ref ?? "");
  const pulls = (refs.pulls ?? []).map((pull) => [pull.number, pull.sha, ...(pull.ref ? [pull.ref] : [])].join(":"));
  return [base, ...pulls].join(",");
}

/** Where a repository is cloned to, below `src/`: path_alias, else its link without the scheme, else on github.com. */
export function clonePath(refs: Refs): string {
  if (refs.path_alias) return refs.path_alias;
  if (refs.repo_link) return refs.repo_link.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  return `github.com/${refs.org}/${refs.repo}`;
}

/** The repository that a job belongs to: its refs, for periodics the first of extra_refs. */
export function mainRefs(spec: ProwJobSpec): Refs | null {
  return spec.refs ?? spec.extra_refs?.[0] ?? null;
}

/** The repository whose commit is the version under test: the first that is not auxiliary. */
export function versionRefs(spec: ProwJobSpec): Refs | null {
  if (spec.refs) return spec.refs;
  return spec.extra_refs?.find((refs) => refs.auxiliary !== true) ?? spec.extra_refs?.[0] ?? null;
}

/** The commit under test before any merge: first pull's SHA, else base SHA, else base ref. */
export function revisionOf(refs: Refs | null): string {
  return refs?.pulls?.[0]?.sha || refs?.base_sha || refs?.base_ref || "";
}
