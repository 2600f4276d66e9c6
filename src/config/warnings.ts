/** checkconfig's named warnings (spec jobs 4.12): what is allowed, but hardly meant. Those that need no network. */
import type { Loaded } from "./load.ts";
import type { JobBase, Problem } from "./model.ts";
import type { PluginsConfig } from "./plugins-schema.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { namesWhere, pluginScope, Scope } from "./scopes.ts";
import {
  mismatchedTide,
  needsOkToTest,
  tideContextPolicy,
  tideStrictBranch,
  unmanagedSubconfig,
} from "./warnings-tide.ts";

/** What a check looks at. */
export interface Checkable {
  readonly loaded: Loaded;
  readonly prow: ProwConfig;
  readonly plugins: PluginsConfig;
  readonly requiredAnnotations: readonly string[];
}

/** A sentence, about a job or about the configuration as a whole. */
interface Remark {
  readonly job?: JobBase;
  readonly message: string;
}

function* everyJob({ loaded }: Checkable): Generator<{ job: JobBase; repo: string }> {
  for (const { org, repo, presubmits, postsubmits } of loaded.repositories)
    for (const job of [...presubmits, ...postsubmits]) yield { job, repo: `${org}/${repo}` };
  for (const job of loaded.periodics) yield { job, repo: "" };
}

function* ofJobs(of: Checkable, say: (job: JobBase, repo: string) => string | null): Generator<Remark> {
  for (const { job, repo } of everyJob(of)) {
    const message = say(job, repo);
    if (message !== null) yield { job, message: `job ${job.name}: ${message}` };
  }
}

const remarks = (messages: Iterable<string>): Remark[] => [...messages].map((message) => ({ message }));

const LONGEST_NAME = 63;
const CLONE_KEYS = ["path_alias", "clone_uri", "skip_submodules", "clone_depth", "skip_fetch_head"] as const;
const OWNERS_PLUGINS = ["approve", "blunderbuss", "rifle", "owners-label"];

function repeatedRef(job: JobBase, repo: string): string | null {
  const seen = new Set([repo]);
  for (const ref of job.extra_refs ?? []) {
    const name = `${ref.org}/${ref.repo}`;
    if (seen.has(name)) return `${name} is cloned twice`;
    seen.add(name);
  }
  return null;
}

function* webhooks({ prow }: Checkable): Generator<string> {
  const keys = Object.keys(prow.managed_webhooks?.org_repo_config ?? {});
  for (const key of keys.filter((one) => one.includes("/") && keys.includes(one.split("/")[0] ?? "")))
    yield `managed_webhooks has both ${key} and its organisation: every event would come twice`;
}

function* ownersVerified({ plugins }: Checkable): Generator<string> {
  const users = OWNERS_PLUGINS.map((name) => pluginScope(plugins, name));
  const verified = pluginScope(plugins, "verify-owners");
  const names = namesWhere([...users, verified], (name) => users.some((one) => one.has(name)) && !verified.has(name));
  if (names.length > 0) yield `plugins that read OWNERS are enabled, but verify-owners is not, for ${names.join(", ")}`;
}

function* triggers({ loaded, plugins }: Checkable): Generator<string> {
  const withJobs = loaded.repositories.filter((one) => one.presubmits.length + one.postsubmits.length > 0);
  const enabled = pluginScope(plugins, "trigger");
  const scope = new Scope(
    new Map(),
    withJobs.map((one) => `${one.org}/${one.repo}`),
  );
  const names = namesWhere([scope], (name) => !enabled.has(name));
  if (names.length > 0) yield `there are jobs, but the plugin trigger is not enabled, for ${names.join(", ")}`;
}

function* urls({ prow }: Checkable): Generator<string> {
  const { plank, tide } = prow;
  const all: [string, string | undefined][] = [
    ["status_error_link", prow.status_error_link],
    ["github.link_url", prow.github?.link_url],
    ["tide.target_url", tide?.target_url],
    ...Object.entries(plank?.job_url_prefix_config ?? {}).map(([key, url]): [string, string] => [
      `plank.job_url_prefix_config["${key}"]`,
      url,
    ]),
  ];
  for (const [key, url] of all) if (url && !URL.canParse(url)) yield `${key} is no URL: ${url}`;
}

function* labels({ plugins }: Checkable): Generator<string> {
  const additional = new Set(plugins.label?.additional_labels ?? []);
  for (const [key, list] of Object.entries(plugins.label?.restricted_labels ?? {})) {
    for (const { label } of list) {
      if (label === "") yield `label.restricted_labels of ${key} has an entry without a label`;
      else if (additional.has(label)) yield `label: ${label} is restricted for ${key}, and an additional label too`;
    }
  }
}

function* updaterAcls({ plugins }: Checkable): Generator<string> {
  for (const [file, { allowed_repos, denied_repos }] of Object.entries(plugins.config_updater?.maps ?? {})) {
    for (const name of [...(allowed_repos ?? []), ...(denied_repos ?? [])])
      if (!/^[^/]+(\/[^/]*)?$/.test(name))
        yield `config_updater.maps["${file}"]: "${name}" is neither org nor org/repo`;
  }
}

type Check = (of: Checkable) => Iterable<Remark>;

/** By Prow's own names. */
const CHECKS: Readonly<Record<string, Check>> = {
  "mismatched-tide": (of) => remarks(mismatchedTide(of.prow, of.plugins, false)),
  "mismatched-tide-lenient": (of) => remarks(mismatchedTide(of.prow, of.plugins, true)),
  "tide-strict-branch": (of) => remarks(tideStrictBranch(of.prow)),
  "tide-context-policy": (of) => remarks(tideContextPolicy(of.prow, of.loaded.repositories)),
  "non-decorated-jobs": (of) =>
    ofJobs(of, (job) => (job.agent === "kubernetes" && !job.decorate ? "is not decorated (decorate: true)" : null)),
  "long-job-names": (of) =>
    ofJobs(of, (job) =>
      job.agent === "kubernetes" && job.name.length > LONGEST_NAME
        ? `the name has ${job.name.length} characters; labels hold ${LONGEST_NAME}`
        : null,
    ),
  "duplicate-job-refs": (of) => ofJobs(of, repeatedRef),
  "needs-ok-to-test": (of) => remarks(needsOkToTest(of.prow)),
  "managed-webhooks": (of) => remarks(webhooks(of)),
  "validate-owners": (of) => remarks(ownersVerified(of)),
  "missing-trigger": (of) => remarks(triggers(of)),
  "validate-urls": (of) => remarks(urls(of)),
  "validate-unmanaged-branchconfig-has-no-subconfig": (of) => remarks(unmanagedSubconfig(of.prow["branch-protection"])),
  "validate-label": (of) => remarks(labels(of)),
  "required-job-annotations": (of) =>
    ofJobs(of, (job) => {
      const missing = of.requiredAnnotations.filter((key) => job.annotations?.[key] === undefined);
      return missing.length > 0 ? `lacks the annotations ${missing.join(", ")}` : null;
    }),
  "periodic-default-clone-config": (of) =>
    ofJobs(of, (job, repo) => {
      const set = repo === "" ? CLONE_KEYS.filter((key) => job[key]) : [];
      return set.length > 0 ? `${set.join(", ")} has no effect on a periodic job: use extra_refs` : null;
    }),
  "validate-config-updater-acls": (of) => remarks(updaterAcls(of)),
};

/** What the loader itself finds, by Prow's names; it errs on decoration anyway. */
const OF_LOADING = ["unknown-fields", "unknown-fields-all", "valid-decoration-config"];
/** Prow's warnings that need GitHub, a bucket, or a checkout. */
const NEED_MORE = [
  "verify-owners-presence",
  "validate-cluster-field",
  "validate-supplemental-prow-config-hierarchy",
  "validate-github-app-installation",
];

export const WARNINGS: readonly string[] = [...Object.keys(CHECKS), ...OF_LOADING, ...NEED_MORE];
/** Named when nothing is asked for: the strict form of mismatched-tide covers the lenient one. */
export const DEFAULT_WARNINGS: readonly string[] = [
  ...Object.keys(CHECKS).filter((name) => name !== "mismatched-tide-lenient"),
  ...OF_LOADING,
];
export const needsMore = (name: string): boolean => NEED_MORE.includes(name);

/** `configPath`: where what is about no single job is said to stand. */
export function configWarnings(of: Checkable, names: readonly string[], configPath: string): readonly Problem[] {
  const asked = names.includes("mismatched-tide") ? names.filter((one) => one !== "mismatched-tide-lenient") : names;
  return [...new Set(asked)].flatMap((code) =>
    [...(CHECKS[code]?.(of) ?? [])].map(({ job, message }) => ({
      severity: "warning" as const,
      code,
      file: job?.source.path ?? configPath,
      line: job?.source.line ?? 0,
      path: "",
      message,
    })),
  );
}
