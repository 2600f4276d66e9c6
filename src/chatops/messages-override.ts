/** What is said of overrides. "Overridden by" is read by other tools (spec chatops 7.13). */
import { SKIP_RETEST } from "../jobs/triggering.ts";
import { code } from "./messages.ts";

export const OVERRIDDEN_BY = "Overridden by";

const list = (names: readonly string[]): string =>
  names.length === 0
    ? "none"
    : names
        .slice(0, 50)
        .map((name) => `- ${code(name)}`)
        .join("\n");

export const overriddenBy = (login: string, sticky: boolean): string =>
  `${OVERRIDDEN_BY} ${login}${sticky ? SKIP_RETEST : ""}`;
export const overrideCancelledBy = (login: string): string => `Override cancelled by ${login}`;

export const overrideNeedsNames = (verb: string): string =>
  `\`/${verb}\` needs to know what to override: names of contexts or jobs, those with spaces in double quotes.`;

export function overrideRefused(login: string, teams: readonly string[], owners: boolean): string {
  const who = ["administrators of this repository"];
  if (teams.length > 0) who.push(`members of the teams ${teams.map(code).join(", ")}`);
  if (owners) who.push("approvers of the root OWNERS file");
  return `${login} may not override: only ${who.join(", ")} may.`;
}

export function overrideUnknown(unknown: readonly string[], known: readonly string[]): string {
  return `I overrode nothing, since there is nothing to override by these names:\n${list(unknown)}\n\nWhat could be overridden on this commit:\n${list(known)}`;
}

export const overridden = (login: string, names: readonly string[]): string =>
  `Overrode contexts on behalf of ${login}:\n${list(names)}`;
export const overridesCancelled = (login: string, names: readonly string[]): string =>
  `Cancelled overrides on behalf of ${login}:\n${list(names)}`;
export const nothingToCancel = (): string => "there is no override on this commit that could be cancelled.";
export const overrideCouldNotLook = (what: string): string =>
  `I could not look at the ${what} just now, so I overrode nothing. Please try again in a while.`;
