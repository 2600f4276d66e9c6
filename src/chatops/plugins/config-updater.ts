/**
 * `config-updater`: tells on a merged pull request what became of the configuration that it changed (spec chatops 2.20).
 * The push of the merge loads, checks and activates the configuration; its verdict stands on the merge commit.
 */
import type { ConfigMapSpec } from "../../config/plugin-settings.ts";
import { pathGlob } from "../../config/glob.ts";
import { CONFIG_CONTEXT } from "../../config/status-context.ts";
import { nothing } from "../decide.ts";
import type { Effect, StatusState } from "../effects.ts";
import type { PullRequest, PullRequestEvent, TimerEvent } from "../events.ts";
import { type ChangedKey, configurationOutcome } from "../messages-project.ts";
import type { ChangedFile, CommitStatus, Decision, Plugin, View } from "../plugin.ts";

const NAME = "config-updater";
/** Waits between looks at the commit, in milliseconds: about a quarter of an hour in all. */
const WAITS_MS: readonly number[] = [5_000, 10_000, 20_000, 40_000, ...Array.from({ length: 14 }, () => 60_000)];
/** Looks after which a load that nobody began is not waited for any more. */
const ROUNDS_WITHOUT_STATUS = 4;

const later = (round: number): Effect[] => {
  const afterMs = WAITS_MS[round];
  return afterMs === undefined ? [] : [{ kind: "lookAgain", plugin: NAME, note: String(round), afterMs }];
};

const basename = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The key of a file in a ConfigMap, as Prow names it. */
function keyOf({ key, use_full_path_as_key }: ConfigMapSpec, path: string): string {
  return key || (use_full_path_as_key ? path.replaceAll("/", "-") : basename(path));
}

/** What a merge changes in the configuration, in the order of the files. A rename takes the old key away. */
export function changedKeys(specs: readonly ConfigMapSpec[], files: readonly ChangedFile[]): readonly ChangedKey[] {
  const compiled = specs.map((spec) => ({ spec, pattern: pathGlob(spec.glob) }));
  return files.flatMap(({ filename, status, previousFilename }) =>
    compiled
      .filter(({ pattern }) => pattern.test(filename))
      .flatMap(({ spec }): ChangedKey[] => {
        const map = spec.name || spec.partitioned_names.join(", ");
        const change = { map, key: keyOf(spec, filename), file: filename, removed: status === "removed" };
        const before = status === "renamed" && previousFilename !== null ? keyOf(spec, previousFilename) : change.key;
        if (before === change.key || previousFilename === null) return [change];
        return [{ map, key: before, file: previousFilename, removed: true }, change];
      }),
  );
}

function isMerge({ merged, mergeCommitSha, base }: PullRequest, view: View): boolean {
  return merged && mergeCommitSha !== "" && base.ref === view.repository.defaultBranch;
}

async function pullRequest({ action, pullRequest: pull }: PullRequestEvent, view: View): Promise<Decision> {
  if (action !== "closed" || !isMerge(pull, view)) return nothing("nothing was merged into the default branch");
  const keys = changedKeys(view.config.settings.config_updater, await view.files());
  if (keys.length === 0) return nothing("it changes no configuration");
  return { effects: later(0), why: `it changes ${keys.length} files of the configuration` };
}

/** Waits until the verdict on the merge commit is there, then says it. */
async function timer({ note }: TimerEvent, view: View): Promise<Decision> {
  const pull = await view.pullRequest();
  if (!isMerge(pull, view)) return nothing("nothing was merged into the default branch");
  const round = Number(note) || 0;
  const found = (await view.statuses(pull.mergeCommitSha)).find(({ context }) => context === CONFIG_CONTEXT);
  const patient = found ? WAITS_MS.length : ROUNDS_WITHOUT_STATUS;
  if (!isDecided(found) && round + 1 < patient) {
    return { effects: later(round + 1), why: "the configuration is being loaded" };
  }
  const keys = changedKeys(view.config.settings.config_updater, await view.files());
  const state: StatusState | "none" = found ? stateOf(found) : "none";
  const body = configurationOutcome(state, found?.description ?? "", pull.mergeCommitSha, keys, view);
  return { effects: [{ kind: "comment", body }], why: `the configuration: ${found?.description ?? "nobody loads it"}` };
}

/** A load that waits for an administrator stays pending, and says so. */
function isDecided(status: CommitStatus | undefined): boolean {
  return status !== undefined && (status.state !== "pending" || status.description.startsWith("Waits"));
}

const stateOf = ({ state }: CommitStatus): StatusState =>
  state === "success" || state === "pending" || state === "error" ? state : "failure";

export const configUpdater: Plugin = {
  name: NAME,
  help: {
    description:
      "The config-updater plugin tells on merged pull requests whether the configuration that they change is in use now.",
    commands: [],
    snippet:
      "config_updater:\n  maps:\n    config/prow/config.yaml:\n      name: config\n    config/jobs/**/*.yaml:\n      name: job-config",
    config: ({ settings }) => {
      const globs = settings.config_updater.map(({ glob }) => glob);
      return globs.length > 0 ? `Configuration is: ${globs.join(", ")}.` : "No file here is configuration.";
    },
  },
  pullRequest,
  timer,
};
