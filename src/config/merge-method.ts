/** Which way a branch's pull requests are merged: `tide.merge_method` resolved for one repository (spec jobs 5.2). */
import { regexFault, goRegExp } from "./goregexp.ts";
import type { RepoName } from "./lookup.ts";
import type { MergeMethod, MergeMethodConfig } from "./plugin-settings.ts";
import type { TideConfig } from "./tide-schema.ts";

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A value of a map whose keys know no case. */
function at<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.entries(map).find(([one]) => same(one, key))?.[1];
}

/** Order: `org/repo@branch`, nested branch patterns of the repository (or of `*`), `org/repo`, nested repository, org, merge. */
export function mergeMethodsOf(tide: TideConfig | undefined, { org, repo }: RepoName): MergeMethodConfig {
  const methods = tide?.merge_method ?? {};
  const prefix = `${org}/${repo}@`;
  const branches = Object.entries(methods).flatMap(([key, method]): [string, MergeMethod][] =>
    typeof method === "string" && same(key.slice(0, prefix.length), prefix) ? [[key.slice(prefix.length), method]] : [],
  );
  const ofOrg = at(methods, org);
  const nested = typeof ofOrg === "object" ? (at(ofOrg, repo) ?? ofOrg["*"]) : undefined;
  const patterns: readonly (readonly [string, MergeMethod])[] =
    typeof nested === "object" ? Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)) : [];
  const shorthand = at(methods, `${org}/${repo}`);
  const whole = [shorthand, nested, ofOrg].find((method) => typeof method === "string");
  return {
    branches,
    patterns: patterns.filter(([pattern]) => regexFault(pattern) === null),
    otherwise: whole ?? "merge",
    merge_label: tide?.merge_label ?? "",
    squash_label: tide?.squash_label ?? "",
    rebase_label: tide?.rebase_label ?? "",
  };
}

/** The method for a branch when no label says otherwise. */
export function mergeMethod({ branches, patterns, otherwise }: MergeMethodConfig, branch: string): MergeMethod {
  const exact = branches.find(([one]) => one === branch);
  const matching = exact ?? patterns.find(([pattern]) => goRegExp(pattern).test(branch));
  return matching ? matching[1] : otherwise;
}
