/** `bugzilla` options by branch: default < org < repository, each `*` before the branch, field by field (spec chatops 2.39). */
import { type RepoName, specific } from "./lookup.ts";
import type { BugState, BugzillaBranch } from "./plugin-settings.ts";
import type { PluginsConfig } from "./plugins-schema.ts";

type Branches = NonNullable<NonNullable<PluginsConfig["bugzilla"]>["default"]>;
type Options = Branches[string];

const state = (raw: { status?: string | undefined; resolution?: string | undefined }): BugState => ({
  status: raw.status ?? "",
  resolution: raw.resolution ?? "",
});
/** Older configurations name a status only. */
const stateOr = (of: Parameters<typeof state>[0] | undefined, status: string | undefined): BugState | null =>
  of ? state(of) : status ? { status, resolution: "" } : null;
const statesOr = (
  of: readonly Parameters<typeof state>[0][] | undefined,
  statuses: readonly string[] | undefined,
): BugState[] | null => {
  const all = [...(of ?? []).map(state), ...(statuses ?? []).map((status) => ({ status, resolution: "" }))];
  return of || statuses ? all : null;
};

function branchOf(raw: Options): BugzillaBranch {
  return {
    validate_by_default: raw.validate_by_default ?? null,
    is_open: raw.is_open ?? null,
    target_release: raw.target_release ?? null,
    valid_states: statesOr(raw.valid_states, raw.statuses),
    dependent_bug_states: statesOr(raw.dependent_bug_states, raw.dependent_bug_statuses),
    dependent_bug_target_releases:
      raw.dependent_bug_target_releases ??
      (raw.dependent_bug_target_release ? [raw.dependent_bug_target_release] : null),
    state_after_validation: stateOr(raw.state_after_validation, raw.status_after_validation),
    state_after_merge: stateOr(raw.state_after_merge, raw.status_after_merge),
    state_after_close: stateOr(raw.state_after_close, undefined),
    add_external_link: raw.add_external_link ?? null,
    enable_backporting: raw.enable_backporting ?? null,
    allowed_groups: raw.allowed_groups ?? null,
  };
}

/** What the later says counts; where it says nothing, the earlier. */
function over(earlier: BugzillaBranch | undefined, later: Options): BugzillaBranch {
  const own = branchOf(later);
  if (!earlier || later.exclude_defaults) return own;
  const said = Object.entries(own).filter(([, value]) => value !== null);
  return { ...earlier, ...Object.fromEntries(said) };
}

export function bugzillaOf({ bugzilla }: PluginsConfig, name: RepoName): Readonly<Record<string, BugzillaBranch>> {
  const org = specific(bugzilla?.orgs, { org: name.org, repo: "" });
  const repo = Object.entries(org?.repos ?? {}).find(([key]) => key.toLowerCase() === name.repo.toLowerCase())?.[1];
  const sources: readonly (Branches | undefined)[] = [bugzilla?.default, org?.default, repo?.branches];
  const names = new Set(sources.flatMap((branches) => Object.keys(branches ?? {})));
  const resolved: Record<string, BugzillaBranch> = {};
  for (const branch of names) {
    let options: BugzillaBranch | undefined;
    for (const branches of sources) {
      for (const key of branch === "*" ? ["*"] : ["*", branch]) {
        const own = branches?.[key];
        if (own) options = over(options, own);
      }
    }
    if (options) resolved[branch] = options;
  }
  return resolved;
}
