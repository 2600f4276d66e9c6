/** The summary of a pull request's state, in words. */
import { ownValue } from "../config/lookup.ts";
import type { RepoConfig } from "../config/model.ts";
import { COMMENT_MARKER } from "../jobs/report.ts";
import { code } from "./messages.ts";
import { APPROVAL_MARKER } from "./messages-approve.ts";
import { RELEASE_NOTE_MARKER } from "./messages-release-note.ts";
import { hasLabel } from "./permissions.ts";

export const SUMMARY_MARKER = "<!-- cutwater: summary -->";

export interface Section {
  readonly marker: string;
  readonly body: string;
  /** What it asks for, in a line; or empty. */
  readonly next: string;
}

/** Of a pull request, what bears on the next step. */
export interface PullState {
  readonly labels: readonly string[];
  readonly state: "open" | "closed" | "merged";
  readonly draft: boolean;
}

/** GitHub takes 65,536 in all. */
const CHARACTERS = 60_000;

const TITLES: Readonly<Record<string, string>> = {
  [COMMENT_MARKER]: "Tests",
  [RELEASE_NOTE_MARKER]: "Release note",
};

/** Labels that a merge needs where the plugin that sets them is enabled. */
const NEEDED: readonly { readonly label: string; readonly plugin: string; readonly how: string }[] = [
  { label: "lgtm", plugin: "lgtm", how: "a reviewer says `/lgtm`." },
  { label: "approved", plugin: "approve", how: "approvers of the changed files say `/approve`." },
];

/** What takes a hindering label off. */
const HINDERING: Readonly<Record<string, string>> = {
  "needs-ok-to-test": "somebody who is trusted here looks at the change and says `/ok-to-test`; then its tests start.",
  "do-not-merge/hold": "`/hold cancel` ends the hold.",
  "do-not-merge/work-in-progress": "mark it as ready for review, and take `WIP` out of its title.",
  "do-not-merge/release-note-label-needed":
    "say in a `release-note` block of the description what users should know, or comment `/release-note-none`.",
  "do-not-merge/cherry-pick-not-approved": "an approver of the release branch approves it.",
  "do-not-merge/contains-merge-commits": "rebase it, so that it contains no merge commit.",
  "do-not-merge/invalid-commit-message": "reword its commit messages.",
  "do-not-merge/invalid-owners-file": "mend its OWNERS files.",
  "do-not-merge/blocked-paths": "it changes protected files.",
  "needs-rebase": "rebase it, since it conflicts with its base.",
  "cncf-cla: no": "sign the CLA, then say `/check-cla`.",
  "dco-signoff: no": "sign off every commit, then say `/check-dco`.",
};

/** What has to happen before a merge, a line each; nothing once it is closed. */
export function nextSteps(pull: PullState, sections: readonly Section[], config: RepoConfig): readonly string[] {
  if (pull.state !== "open") return [];
  const { plugins, settings } = config;
  const demanded = new Set(settings.require_matching_label.map(({ missing_label }) => missing_label.toLowerCase()));
  const hindering = pull.labels.flatMap((label) => {
    const how = howToEnd(label.toLowerCase(), demanded);
    return how === null ? [] : [`${code(label)} is set: ${how}`];
  });
  const asked = sections.flatMap(({ next }) => (next === "" ? [] : [next]));
  const missing = NEEDED.filter(({ label, plugin }) => plugins.includes(plugin) && !hasLabel(pull.labels, label));
  return [...hindering.sort(), ...asked, ...missing.map(({ label, how }) => `${code(label)} is missing: ${how}`)];
}

function howToEnd(label: string, demanded: ReadonlySet<string>): string | null {
  const how = ownValue(HINDERING, label);
  if (how !== undefined) return how;
  if (demanded.has(label)) return "give it the label that it lacks.";
  return label.startsWith("do-not-merge") ? "it has to go before a merge." : null;
}

/** The whole comment. The approval's title, when there is one, is its first line; what is too long is only named. */
export function summaryText(sections: readonly Section[], pull: PullState, steps: readonly string[]): string {
  const approval = sections[0]?.marker === APPROVAL_MARKER ? sections[0] : null;
  const [title = "", ...rest] = approval?.body.split("\n") ?? ["**The state of this pull request**"];
  const parts = [title, whatNext(pull, steps)];
  const details = rest.join("\n").trim();
  if (details !== "") parts.push(details);
  let room = CHARACTERS - parts.join("\n\n").length;
  for (const { marker, body } of sections) {
    if (marker === approval?.marker) continue;
    const head = `---${marker in TITLES ? `\n\n### ${TITLES[marker]}` : ""}\n\n`;
    room -= head.length + body.length;
    parts.push(head + (room > 0 ? body : `This part is too long for a comment.\n${marker}`));
  }
  return [...parts, SUMMARY_MARKER].join("\n\n");
}

function whatNext({ state }: PullState, steps: readonly string[]): string {
  if (state !== "open") return `It is ${state}.`;
  if (steps.length === 0) return "**Next:** nothing that I know of.";
  return ["**Next:**", "", ...steps.map((step) => `- ${step}`)].join("\n");
}
