/** What became of one delivery: from the dispatcher's outcome to what is kept and shown. Pure. */
import { GitHubError } from "../github/index.ts";
import type { RepoConfig } from "../config/model.ts";
import type { Decided } from "./coalesce.ts";
import type { Dispatched } from "./dispatch.ts";
import type { ChatEvent } from "./events.ts";
import type { PullState } from "./messages-summary.ts";
import type { PluginRun } from "./view.ts";

/** See `summary.ts` and `obsolete.ts`. */
export interface Quieting {
  readonly config: RepoConfig;
  readonly events: readonly ChatEvent[];
  /** The pull request before the effects; null when nobody looked. */
  readonly pull: PullState | null;
}

export interface Handled {
  /** Empty when no configuration was asked. */
  readonly configVersion: string;
  /** One sentence for the list: what was done, or why nothing was. */
  readonly summary: string;
  readonly runs: readonly PluginRun[];
  readonly effects: readonly Decided[];
  /** What deciding on fewer comments needs; null when nothing was decided. */
  readonly quieting: Quieting | null;
  /** A failure that may be over when the event is decided anew; null when the decision stands. */
  readonly passing: GitHubError | null;
}

/** Nothing was decided, for a reason. */
export const unhandled = (summary: string): Handled => ({
  configVersion: "",
  summary,
  runs: [],
  effects: [],
  quieting: null,
  passing: null,
});

/** `told`: what the object itself has to say, when no plugin has. */
export function outcomeOf({ runs, effects }: Dispatched, told: string): Pick<Handled, "summary" | "runs" | "effects"> {
  return { summary: summaryOf(runs, effects.length, told), runs, effects };
}

/** GitHub could not be read just now: an event that is decided without an answer would vanish (spec chatops 1.12). */
export function passingError(errors: readonly unknown[]): GitHubError | null {
  for (const error of errors) if (error instanceof GitHubError && error.passing) return error;
  return null;
}

function summaryOf(runs: readonly PluginRun[], effects: number, told: string): string {
  const acting = runs.filter((run) => run.outcome === "effects");
  const failed = runs.find((run) => run.outcome === "error" || run.outcome === "timeout");
  if (effects > 0) {
    const who = [...new Set(acting.map((run) => run.plugin))].join(", ");
    return `${who}: ${acting[0]?.why ?? ""}${failed ? ` (${failed.plugin} failed)` : ""}`;
  }
  if (failed) return `${failed.plugin} failed: ${failed.why}`;
  const why = acting[0]?.why ?? runs.find((run) => run.why !== "")?.why;
  return why ?? (told || "No plugin of this repository handles it");
}
