/**
 * The notice of approve (spec chatops 2.2.6). Its title and its last line are read by other tools: both are Prow's, character
 * by character.
 */
import type { RepoConfig } from "../config/model.ts";
import type { View } from "./plugin.ts";
import type { Approvals } from "./plugins/approve/collect.ts";
import type { AreaState, Verdict } from "./plugins/approve/decide.ts";

/** Begins like a hidden comment, so that no quote of somebody's text can hold it. */
export const APPROVAL_MARKER = '<!-- META={"approvers":[';

/** GitHub takes 65,536 characters in all. */
const LIST_CHARACTERS = 40_000;
const NAMES = 200;

export interface Notice {
  readonly verdict: Verdict;
  readonly approvals: Approvals;
  /** A person set the label by hand, and the rest does not suffice. */
  readonly bypassed: boolean;
  readonly base: string;
}

/** The state of approval, with what is missing and whom to ask. */
export function approvalNotice({ verdict, approvals, bypassed, base }: Notice, view: View): string {
  const { approve: config } = view.config.settings;
  const approved = verdict.requirementsMet || bypassed;
  const enough = verdict.filesApproved || bypassed;
  const parts = [`[APPROVALNOTIFIER] This PR is **${approved ? "" : "NOT "}APPROVED**`];
  if (bypassed) parts.push("The `approved` label was added by hand: what is missing below does not stop it.");
  parts.push(`Approvals so far:${approverList(approvals)}`);
  if (!enough) parts.push(...whomToAsk(verdict, config.pr_process_link));
  if (config.issue_required) parts.push(issueLine(verdict));
  const { owner, repo } = view.repository;
  const commands = `${config.commandHelpLink}?repo=${encodeURIComponent(`${owner}/${repo}`)}`;
  parts.push(`All commands that I understand are [listed here](${commands}).`);
  if (enough) parts.push(`How a change gets merged is [described here](${config.pr_process_link}).`);
  parts.push(details(verdict.areas, enough, base, view));
  const { assigned, others } = verdict.ask;
  const missing = enough ? [] : [...assigned, ...others].sort().slice(0, NAMES);
  return `${parts.join("\n\n")}\n<!-- META=${JSON.stringify({ approvers: missing })} -->`;
}

function approverList(approvals: Approvals): string {
  if (approvals.size === 0) return " none";
  const sorted = [...approvals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, approval]) => approval);
  const shown = sorted.slice(0, NAMES).map(({ login, how, reference }) => {
    return `*<a href="${reference}" title="${how}">${login}</a>*`;
  });
  return ` ${shown.join(", ")}${sorted.length > NAMES ? ` and ${sorted.length - NAMES} more` : ""}`;
}

function whomToAsk({ ask, areas }: Verdict, process: string): readonly string[] {
  const named = (logins: readonly string[]): string => logins.slice(0, NAMES).map(personLink).join(", ");
  const lines: string[] = [];
  if (ask.assigned.length > 0) {
    lines.push(`Once this is reviewed and lgtm, please ask for approval from ${named(ask.assigned)}.`);
  }
  if (ask.others.length > 0) {
    const start = ask.assigned.length > 0 ? "Additionally, please" : "Once this is reviewed and lgtm, please";
    const all = ask.others.slice(0, NAMES).map((login) => `@${login}`);
    lines.push(
      `${start} assign ${named(ask.others)} for approval, by writing \`/assign ${all.join(" ")}\` in a comment. ` +
        `More about this is in the [review process](${process}).`,
    );
  }
  if (lines.length === 0 && areas.length > 0) {
    lines.push(`No OWNERS file names somebody who could approve the rest. See the [review process](${process}).`);
  }
  return lines;
}

function personLink(login: string): string {
  return `[${login}](https://github.com/${encodeURIComponent(login)})`;
}

function issueLine({ issue, noIssueBy }: Verdict): string {
  if (issue !== null) return `Associated issue: *#${issue}*`;
  if (noIssueBy.length > 0) return `The associated issue was waived by *${noIssueBy.slice(0, NAMES).join(", ")}*.`;
  return (
    "*No associated issue*: add a reference such as `#123` to the description and say `/approve` again, or an approver " +
    "waives it with `/approve no-issue`."
  );
}

function details(areas: readonly AreaState[], enough: boolean, base: string, view: View): string {
  const lines = [
    `<details ${enough ? "" : "open"}>`,
    "What needs an approver of each of these files:",
    "",
    ...areaLines(areas, base, view),
    "",
    "Approvers say `/approve` in a comment.",
    "They take it back with `/approve cancel`.",
    "</details>",
  ];
  return lines.join("\n");
}

function areaLines(areas: readonly AreaState[], base: string, view: View): readonly string[] {
  const byDirectory = Map.groupBy(areas, ({ area }) => area.directory);
  const lines: string[] = [];
  let room = LIST_CHARACTERS;
  for (const states of byDirectory.values()) {
    const line = areaLine(states, base, view);
    room -= line.length;
    if (room < 0) break;
    lines.push(line);
  }
  if (lines.length < byDirectory.size) lines.push(`- and ${byDirectory.size - lines.length} more`);
  return lines;
}

/** Filters may give several groups of files of one directory different approvers. */
function areaLine(states: readonly AreaState[], base: string, view: View): string {
  const approvers = [...new Set(states.flatMap((state) => state.approvers))].sort();
  const link = ownersLink(states, base, view);
  if (states.every((state) => state.approvers.length > 0)) return `- ~~${link}~~ [${approvers.join(",")}]`;
  if (approvers.length === 0) return `- **${link}**`;
  return `- **${link}** [${approvers.join(",")}], more approvers are needed: other files below it have other owners`;
}

function ownersLink(states: readonly AreaState[], base: string, { config, repository }: View): string {
  const [first] = states;
  const directory = first?.area.directory ?? "";
  const file = first?.area.isFile ? directory : [directory, ownersName(config)].filter((part) => part !== "").join("/");
  const host = config.prow.link_url.replace(/\/+$/, "");
  const path = [repository.owner, repository.repo, "blob", base, file].map(encodeURI).join("/");
  const url = path.replaceAll("(", "%28").replaceAll(")", "%29").replaceAll("#", "%23").replaceAll("?", "%3F");
  return `[${file.replaceAll(/[[\]<>`\\]/g, "\\$&")}](${host}/${url})`;
}

function ownersName({ owners }: RepoConfig): string {
  return owners.filenames.owners || "OWNERS";
}
