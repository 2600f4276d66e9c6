/** What is wrong with a plugins.yaml as a whole (spec chatops 1.7). */
import type { Document, Path } from "./document.ts";
import type { Problem } from "./model.ts";
import type { PluginsConfig } from "./plugins-schema.ts";

/** Plugins of Prow and of ours; another name is an error, as in Prow. */
export const KNOWN_PLUGINS: ReadonlySet<string> = new Set(
  (
    "approve assign blockade blunderbuss branchcleaner bugzilla buildifier cat cherry-pick-approved cherry-pick-unapproved cherrypickapproved " +
    "cherrypickunapproved cla config-updater dco docs-no-retest dog golint goose heart help hold invalidcommitmsg issue-management jira label lgtm " +
    "lifecycle merge-method-comment mergecommitblocker milestone milestoneapplier milestonestatus override owners-label ownersconfig pipeline-controller pony " +
    "project project-manager release-note require-matching-label require-sig retitle reward-owners rifle shrug sigmention size skip slackevents stage testfreeze " +
    "transfer-issue trick-or-treat trigger updateconfig verify-owners welcome wip yuks close reopen releasenote"
  ).split(" "),
);

export function pluginsProblems(plugins: PluginsConfig, document: Document): readonly Problem[] {
  const problems: Problem[] = [];
  const error = (path: Path, message: string): void =>
    void problems.push(document.problem("error", "plugins", path, message));
  const enabled = plugins.plugins ?? {};
  for (const [key, { plugins: names }] of Object.entries(enabled)) {
    for (const name of names.filter((one) => !KNOWN_PLUGINS.has(one)))
      error(["plugins", key], `There is no plugin named ${name}`);
    const [org = "", repo] = key.split("/");
    const ofOrg = repo === undefined ? undefined : enabled[org];
    if (!ofOrg || repo === undefined || ofOrg.excluded_repos.includes(repo)) continue;
    const twice = names.filter((name) => ofOrg.plugins.includes(name));
    if (twice.length > 0)
      error(["plugins", key], `${twice.join(", ")}: enabled for ${org} already; list a plugin at one level only`);
  }
  for (const [key, list] of Object.entries(plugins.external_plugins ?? {})) {
    const [org = "", repo] = key.split("/");
    const ofOrg = repo === undefined ? [] : (plugins.external_plugins?.[org] ?? []);
    const twice = list.filter((one) => ofOrg.some((other) => other.name === one.name));
    for (const { name } of twice)
      error(["external_plugins", key], `The external plugin ${name} is listed for ${org} already`);
  }
  const size = plugins.size;
  if (size) {
    const steps = [size.s, size.m, size.l, size.xl, size.xxl];
    if (steps.some((step, at) => at > 0 && step <= (steps[at - 1] ?? 0)))
      error(["size"], "s, m, l, xl and xxl must grow strictly");
  }
  const requested = plugins.blunderbuss?.["request_count"];
  if (typeof requested === "number" && requested < 1) error(["blunderbuss", "request_count"], "must be at least 1");
  for (const section of ["approve", "welcome", "invalid_commit_msg"] as const) {
    const seen = new Set<string>();
    for (const [at, entry] of (plugins[section] ?? []).entries()) {
      const repos = Array.isArray(entry["repos"]) ? entry["repos"].map(String) : [];
      for (const repo of repos.filter((one) => seen.has(one)))
        error([section, at, "repos"], `${repo} has an entry in ${section} already`);
      for (const repo of repos) seen.add(repo);
    }
  }
  return problems;
}
