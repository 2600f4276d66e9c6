/** What a misspelt command probably means (issue 3: friendly, once a comment). Pure, and linear in the comment's length. */
import type { RepoConfig } from "../config/model.ts";
import { spokenCommands } from "./commands.ts";
import type { GenericComment } from "./events.ts";
import { isEnabled } from "./external.ts";
import type { Plugin } from "./plugin.ts";

export interface Suggestion {
  /** As it was said, in lower case, without the slash. */
  readonly said: string;
  /** Verbs that are nearest, in their alphabet's order. */
  readonly meant: readonly string[];
}

/** Shorter words are near to too many others. */
const SHORTEST = 4;
const LONGEST = 40;
/** From this length on two slips of the finger count. */
const LONG = 8;
const MOST_WORDS = 20;
const MOST_SUGGESTIONS = 5;
const MOST_MEANT = 3;

/** First parts of paths, and commands of other bots that people say on GitHub. */
const OTHERS: ReadonlySet<string> = new Set(
  (
    "bin boot dev etc home lib media mnt opt proc root run sbin srv sys tmp usr var " +
    "azp bot build check-cla copilot dependabot deploy dist-upgrade easycla fast-forward gcbrun gemini ignore merge ok packit plan preview " +
    "rebase recreate renovate request-review resolve review rerun run-all squash start stop unignore update yes"
  ).split(" "),
);

/** Nothing for what bots write, for what is edited, and where every command is known. */
export function suggestions(
  comment: GenericComment,
  config: RepoConfig,
  registry: readonly Plugin[],
): readonly Suggestion[] {
  if (comment.action !== "created" || comment.author.type === "Bot" || comment.sender.type === "Bot") return [];
  const spoken = spokenCommands(comment);
  if (spoken.length === 0) return [];
  const known = new Set(registry.flatMap(({ verbs }) => [...(verbs ?? [])]));
  const words = new Set<string>();
  for (const { verb } of spoken) {
    const word = verb.toLowerCase();
    if (word.length < SHORTEST || word.length > LONGEST || known.has(word) || OTHERS.has(word)) continue;
    words.add(word);
    if (words.size === MOST_WORDS) break;
  }
  if (words.size === 0) return [];
  const { own, enabled } = verbsOf(config, registry);
  const found = [...words].flatMap((said) => {
    const meant = own.has(said) ? [] : nearest(said, enabled);
    return meant.length > 0 ? [{ said, meant }] : [];
  });
  return found.slice(0, MOST_SUGGESTIONS);
}

const COMMAND = /^\/([A-Za-z][A-Za-z-]*)/;

/** Verbs that are heard here; `own`: those that only jobs and other bots of this repository know. */
function verbsOf(config: RepoConfig, registry: readonly Plugin[]): { own: Set<string>; enabled: readonly string[] } {
  const ofPlugins = registry.flatMap((plugin) => (isEnabled(plugin, config) ? [...(plugin.verbs ?? [])] : []));
  const ofJobs = config.presubmits.flatMap(
    ({ rerun_command }) => COMMAND.exec(rerun_command)?.[1]?.toLowerCase() ?? [],
  );
  const others = [...config.settings.cutwater.known_commands, ...config.externalPlugins.map(({ name }) => name)];
  const own = new Set([...ofJobs, ...others.map((word) => word.replace(/^\//, "").toLowerCase())]);
  return { own, enabled: [...new Set([...ofPlugins, ...ofJobs])].sort() };
}

function nearest(said: string, verbs: readonly string[]): readonly string[] {
  let bound = said.length >= LONG ? 2 : 1;
  let found: string[] = [];
  for (const verb of verbs) {
    const distance = slips(said, verb, bound);
    if (distance > bound || verb.length < SHORTEST) continue;
    if (distance < bound) found = [];
    bound = distance;
    found.push(verb);
  }
  return found.slice(0, MOST_MEANT);
}

/**
 * How many letters are wrong, missing, too many or in their neighbour's place (optimal string alignment); more than
 * `bound` is `bound + 1`.
 */
export function slips(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) > bound) return bound + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      next.push(least);
    }
    if (Math.min(...next) > bound) return bound + 1;
    before = row;
    row = next;
  }
  return Math.min(row[b.length] ?? 0, bound + 1);
}
