/**
 * Supplemental files: parts of config.yaml and plugins.yaml that lie in files of their own (spec jobs 1.1, chatops 1.7).
 * Only some blocks may appear in them, and nothing may be said twice.
 */
import { check } from "./check.ts";
import { type Document, type Path, readDocument } from "./document.ts";
import type { Problem } from "./model.ts";
import { type PluginsConfig, PluginsSchema } from "./plugins-schema.ts";
import { type ProwConfig, ProwSchema } from "./prow-schema.ts";
import type { Read } from "./source.ts";
import { type BranchProtection, PROTECTION_KEYS } from "./tide-schema.ts";
import { pluginsProblems } from "./validate-plugins.ts";
import { prowProblems } from "./validate-prow.ts";
import { isMapping } from "./values.ts";

const PROW_BLOCKS = ["branch-protection", "tide", "slack_reporter_configs"];
const TIDE_BLOCKS = ["merge_method", "queries"];
const PLUGIN_BLOCKS = ["approve", "bugzilla", "external_plugins", "label", "lgtm", "plugins", "triggers", "welcome"];

type Report = (path: Path, message: string) => void;

/** Errors for keys that may not stand in a supplemental file. */
function foreign(value: unknown, path: Path, allowed: readonly string[], report: Report): void {
  if (!isMapping(value)) return;
  for (const key of Object.keys(value).filter((one) => !allowed.includes(one)))
    report([...path, key], `${key} may not stand in a supplemental file: only ${allowed.join(", ")} may`);
}

/** Both maps; a key of both is an error. */
function joined<T>(
  first: Readonly<Record<string, T>> | undefined,
  second: Readonly<Record<string, T>> | undefined,
  path: Path,
  report: Report,
): Record<string, T> {
  for (const key of Object.keys(second ?? {}))
    if (first && Object.hasOwn(first, key)) report([...path, key], `${key} is set in another file already`);
  return { ...first, ...second };
}

type Level = Readonly<Record<string, unknown>>;

/** Policies of one level may be set in one file only; different levels combine. `deeper`: the level's maps, by key. */
function joinedLevel(
  first: Level | undefined,
  second: Level | undefined,
  deeper: readonly string[],
  path: Path,
  report: Report,
): Level {
  if (!first || !second) return first ?? second ?? {};
  const own = (level: Level): boolean => PROTECTION_KEYS.some((key) => level[key] !== undefined);
  if (own(first) && own(second)) report(path, `${path.at(-1) ?? ""} has a policy in another file already`);
  const set = Object.fromEntries(Object.entries(second).filter(([, value]) => value !== undefined));
  const [inner, ...below] = deeper;
  if (inner === undefined) return { ...first, ...set };
  const level = (value: unknown): Level | undefined => (isMapping(value) ? value : undefined);
  const [a, b] = [level(first[inner]) ?? {}, level(second[inner]) ?? {}];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const maps = names.map((name) => [
    name,
    joinedLevel(level(a[name]), level(b[name]), below, [...path, inner, name], report),
  ]);
  return { ...first, ...set, [inner]: Object.fromEntries(maps) };
}

function joinedProtection(
  first: BranchProtection | undefined,
  second: BranchProtection | undefined,
  report: Report,
): BranchProtection | undefined {
  if (!first || !second) return first ?? second;
  const joint = joinedLevel(first, second, ["orgs", "repos", "branches"], ["branch-protection"], report);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each level is the union of two that the schema let through
  return joint as BranchProtection;
}

const reporter = (document: Document, problems: Problem[]): Report => {
  return (path, message) => void problems.push(document.problem("error", "supplemental", path, message));
};

/** config.yaml with one supplemental file on top. `now` in milliseconds. */
export function withProwSupplement(prow: ProwConfig, file: string, text: string, now: number): Read<ProwConfig> {
  const { document, problems: found } = readDocument(file, text);
  const problems = [...found];
  if (document.value === null) return { value: prow, problems };
  const report = reporter(document, problems);
  const root = isMapping(document.value) ? document.value : {};
  foreign(root, [], PROW_BLOCKS, report);
  foreign(root["tide"], ["tide"], TIDE_BLOCKS, report);
  const checked = check(ProwSchema, document, document.value);
  problems.push(...checked.problems);
  const more = checked.value;
  if (more === null) return { value: prow, problems };
  problems.push(...prowProblems(more, document, now));
  const key = "branch-protection";
  const value: ProwConfig = {
    ...prow,
    [key]: joinedProtection(prow[key], more[key], report),
    tide: more.tide
      ? {
          ...(prow.tide ?? more.tide),
          queries: [...(prow.tide?.queries ?? []), ...(more.tide.queries ?? [])],
          merge_method: joined(prow.tide?.merge_method, more.tide.merge_method, ["tide", "merge_method"], report),
        }
      : prow.tide,
    slack_reporter_configs: joined(
      prow.slack_reporter_configs,
      more.slack_reporter_configs,
      ["slack_reporter_configs"],
      report,
    ),
  };
  return { value, problems };
}

/** plugins.yaml with one supplemental file on top. What spans files (a plugin at two levels) is found there too. */
export function withPluginsSupplement(plugins: PluginsConfig, file: string, text: string): Read<PluginsConfig> {
  const { document, problems: found } = readDocument(file, text);
  const problems = [...found];
  if (document.value === null) return { value: plugins, problems };
  const report = reporter(document, problems);
  const root = isMapping(document.value) ? document.value : {};
  foreign(root, [], PLUGIN_BLOCKS, report);
  foreign(root["label"], ["label"], ["restricted_labels"], report);
  const checked = check(PluginsSchema, document, document.value);
  problems.push(...checked.problems);
  const more = checked.value;
  if (more === null) return { value: plugins, problems };
  if (plugins.bugzilla && more.bugzilla) report(["bugzilla"], "bugzilla is set in another file already");
  const value: PluginsConfig = {
    ...plugins,
    plugins: joined(plugins.plugins, more.plugins, ["plugins"], report),
    external_plugins: joined(plugins.external_plugins, more.external_plugins, ["external_plugins"], report),
    bugzilla: plugins.bugzilla ?? more.bugzilla,
    label: {
      additional_labels: plugins.label?.additional_labels,
      restricted_labels: joined(
        plugins.label?.restricted_labels,
        more.label?.restricted_labels,
        ["label", "restricted_labels"],
        report,
      ),
    },
    approve: [...(plugins.approve ?? []), ...(more.approve ?? [])],
    lgtm: [...(plugins.lgtm ?? []), ...(more.lgtm ?? [])],
    triggers: [...(plugins.triggers ?? []), ...(more.triggers ?? [])],
    welcome: [...(plugins.welcome ?? []), ...(more.welcome ?? [])],
  };
  const known = new Set(pluginsProblems(plugins, document).map((problem) => problem.message));
  problems.push(...pluginsProblems(value, document).filter((problem) => !known.has(problem.message)));
  return { value, problems };
}
