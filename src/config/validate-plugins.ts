/** What is wrong with a plugins.yaml as a whole (spec chatops 1.7). */
import type { Document, Path } from "./document.ts";
import { isInside } from "./endpoint.ts";
import { entriesOf, type Fault, placed, regexFaults } from "./faults.ts";
import { goRegExp, regexFault } from "./goregexp.ts";
import type { Problem } from "./model.ts";
import { FORMER_PLUGINS, type PluginsConfig, PLUGINS } from "./plugins-schema.ts";
import { updaterFaults } from "./validate-updater.ts";

function* enablementFaults({ plugins, external_plugins }: PluginsConfig): Generator<Fault> {
  for (const [key, { plugins: names }] of entriesOf(plugins)) {
    const path = ["plugins", key];
    for (const name of names.filter((one) => !PLUGINS.has(one) && !FORMER_PLUGINS.has(one)))
      yield [path, `enables ${name}, but there is no such plugin`];
    const [org = "", repo] = key.split("/");
    const ofOrg = repo === undefined ? undefined : plugins?.[org];
    const inherited = ofOrg && repo !== undefined && !ofOrg.excluded_repos.includes(repo) ? ofOrg.plugins : [];
    const twice = names.filter((name) => inherited.includes(name));
    if (twice.length > 0)
      yield [path, `enables ${twice.join(", ")}, which ${org} has already: list a plugin at one level only`];
    const all = new Set([...names, ...inherited]);
    if (all.has("blunderbuss") && all.has("rifle")) yield [path, "has both blunderbuss and rifle: choose one"];
  }
  for (const [key, list] of entriesOf(external_plugins)) {
    const [org = "", repo] = key.split("/");
    const ofOrg = new Set(repo === undefined ? [] : (external_plugins?.[org] ?? []).map((one) => one.name));
    for (const { name } of list.filter((one) => ofOrg.has(one.name)))
      yield [["external_plugins", key], `has ${name}, which ${org} has already: list it at one level only`];
    for (const [at, { name, endpoint }] of list.entries())
      if (PLUGINS.has(name))
        continue; // Built in here, whatever the endpoint.
      else if (!/^https?:\/\/[^\s/]+/.test(endpoint))
        yield [["external_plugins", key, at, "endpoint"], "must begin with http:// or https://"];
      else if (endpoint.startsWith("http://") && URL.canParse(endpoint) && !isInside(endpoint))
        yield [
          ["external_plugins", key, at, "endpoint"],
          "must begin with https://: only names inside a cluster go without",
        ];
  }
}

/** Sections in which a repository may have one entry only. */
function* repeatedRepos(config: PluginsConfig): Generator<Fault> {
  for (const section of ["approve", "welcome", "invalid_commit_msg"] as const) {
    const seen = new Set<string>();
    for (const [at, entry] of (config[section] ?? []).entries()) {
      for (const [nth, repo] of (entry.repos ?? []).entries()) {
        if (seen.has(repo)) yield [[section, at, "repos", nth], `${repo} has an entry in ${section} already`];
        seen.add(repo);
      }
    }
  }
}

function* requireMatchingLabelFaults({ require_matching_label }: PluginsConfig): Generator<Fault> {
  for (const [at, rule] of (require_matching_label ?? []).entries()) {
    const path = ["require_matching_label", at];
    for (const key of ["org", "regexp", "missing_label"] as const) if (!rule[key]) yield [path, `needs ${key}`];
    if (rule.repo?.includes("/")) yield [[...path, "repo"], "must not hold a slash: give the organisation as org"];
    if (!rule.prs && !rule.issues) yield [path, "needs prs: true or issues: true"];
    if (rule.branch && !rule.prs) yield [[...path, "branch"], "needs prs: true"];
    if (rule.grace_period !== undefined && !/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$|^0$/.test(rule.grace_period))
      yield [[...path, "grace_period"], "must be a duration such as 5s"];
    if (!rule.regexp) continue;
    yield* regexFaults([[[...path, "regexp"], rule.regexp]]);
    if (regexFault(rule.regexp) === null && rule.missing_label && goRegExp(rule.regexp).test(rule.missing_label))
      yield [[...path, "regexp"], "must not match its own missing_label"];
  }
}

function* projectManagerFaults({ project_manager }: PluginsConfig): Generator<Fault> {
  for (const [key, { projects }] of entriesOf(project_manager?.orgsRepos)) {
    const path = ["project_manager", "orgsRepos", key];
    if (entriesOf(projects).length === 0) yield [path, "has no projects"];
    for (const [name, { columns }] of entriesOf(projects)) {
      const where = [...path, "projects", name];
      if (!columns?.length) yield [where, "has no columns"];
      const seen = new Set<string>();
      for (const [at, column] of (columns ?? []).entries()) {
        const ofColumn: Path = [...where, "columns", at];
        if (column.id === undefined && !column.name) yield [ofColumn, "needs an id or a name"];
        if (!column.labels?.length) yield [ofColumn, "needs labels"];
        if (!column.org) yield [ofColumn, "needs an org"];
        const labels = [...new Set(column.labels)].sort().join("\n");
        if (column.labels?.length && seen.has(labels)) yield [ofColumn, "has the labels of another column"];
        seen.add(labels);
      }
    }
  }
}

function* invalidCommitMsgFaults({ invalid_commit_msg }: PluginsConfig): Generator<Fault> {
  const known = ["fixupPrefix", "issueClosingKeywords"];
  for (const [at, { repos, checks }] of (invalid_commit_msg ?? []).entries()) {
    for (const [path, repo] of placed(["invalid_commit_msg", at, "repos"], repos))
      if (repo.trim() === "") yield [path, "must be org or org/repo"];
    for (const [path, { name }] of placed(["invalid_commit_msg", at, "checks"], checks))
      if (!known.includes(name ?? "")) yield [[...path, "name"], `must be one of ${known.join(", ")}`];
  }
}

function* patternFaults(config: PluginsConfig): Generator<Fault> {
  for (const [at, blockade] of (config.blockades ?? []).entries()) {
    const path = ["blockades", at];
    yield* regexFaults([
      [[...path, "branchregexp"], blockade.branchregexp],
      ...placed([...path, "blockregexps"], blockade.blockregexps),
      ...placed([...path, "exceptionregexps"], blockade.exceptionregexps),
    ]);
  }
  yield* regexFaults([
    ...placed(["cherry_pick_approved"], config.cherry_pick_approved).map(([path, rule]): [Path, string | undefined] => [
      [...path, "branchregexp"],
      rule.branchregexp,
    ]),
    [["cherry_pick_unapproved", "branchregexp"], config.cherry_pick_unapproved?.branchregexp],
    [["heart", "commentregexp"], config.heart?.commentregexp],
    [["sigmention", "regexp"], config.sigmention?.regexp],
    [["blunderbuss", "wait_for_status", "description"], config.blunderbuss?.wait_for_status?.description],
    [["rifle", "wait_for_status", "description"], config.rifle?.wait_for_status?.description],
  ]);
}

const STEPS = ["s", "m", "l", "xl", "xxl"] as const;

function* sizeFaults({ size }: PluginsConfig): Generator<Fault> {
  const given = STEPS.map((step) => size?.[step] ?? 0);
  if (!size || given.includes(0)) return;
  for (const [at, value] of given.entries())
    if (at > 0 && value <= (given[at - 1] ?? 0))
      yield [["size", STEPS[at] ?? ""], "must be more than the size before it"];
}

export function pluginsProblems(config: PluginsConfig, document: Document): readonly Problem[] {
  const faults = [
    ...enablementFaults(config),
    ...sizeFaults(config),
    ...repeatedRepos(config),
    ...requireMatchingLabelFaults(config),
    ...projectManagerFaults(config),
    ...invalidCommitMsgFaults(config),
    ...updaterFaults(config.config_updater),
    ...patternFaults(config),
  ];
  const problems = faults.map(([path, message]) =>
    document.problem("error", "invalid-plugins", path, `${path.at(-1) ?? ""} ${message}`),
  );
  for (const [key, { plugins }] of entriesOf(config.plugins)) {
    for (const [name, today] of FORMER_PLUGINS) {
      if (!plugins.includes(name)) continue;
      const message = `${name} is part of ${today} now, which is enabled in its place`;
      problems.push(document.problem("warning", "former-plugin", ["plugins", key], message));
    }
  }
  const partial = STEPS.filter((step) => config.size && !config.size[step]);
  if (config.size && partial.length > 0) {
    const message = `${partial.join(", ")} is missing: all five must be set, so the defaults count`;
    problems.push(document.problem("warning", "incomplete-size", ["size"], message));
  }
  return problems;
}
