/** What cherrypicker says (spec chatops 2.40). The first line of a pick's description is read by other tools. */
import type { MissingReply } from "./effects.ts";
import { type Answered, code, reply } from "./messages.ts";
import type { View } from "./plugin.ts";

type Where = Pick<View, "publicUrl" | "repository">;

const branches = (targets: readonly string[]): string => targets.slice(0, 50).map(code).join(", ");

export interface PickFacts {
  readonly number: number;
  /** Who asked; empty: nobody is to be assigned. */
  readonly requester: string;
  readonly note: string;
  readonly chain: readonly string[];
  readonly kinds: readonly string[];
}

/** The description of the new pull request, with commands for it. */
export function pickDescription({ number, requester, note, chain, kinds }: PickFacts): string {
  const parts = [`This is an automated cherry-pick of #${number}`];
  if (requester !== "") parts.push(`/assign ${requester}`);
  if (note !== "") parts.push(`\`\`\`release-note\n${note}\n\`\`\``);
  if (chain.length > 0) parts.push(`/cherrypick ${chain.join(" ")}`);
  if (kinds.length > 0) parts.push(kinds.map((kind) => `/kind ${kind}`).join("\n"));
  return parts.join("\n\n");
}

/** Who asked is no member, as far as GitHub tells. */
export function pickRefused(org: string): string {
  return `only members of ${code(org)} can ask for cherry-picks. If you are one, perhaps your membership is [private](https://github.com/orgs/${encodeURIComponent(org)}/people): make it public and ask again.`;
}

/** The pull request is not merged yet. */
export function pickLater(targets: readonly string[]): string {
  return `once this is merged, I will cherry-pick it to ${branches(targets)}.`;
}

/** It was closed without a merge. */
export function pickClosed(): string {
  return "this was closed without being merged, so there is nothing to cherry-pick.";
}

/** The branch that it was merged into. */
export function pickOntoBase(target: string): string {
  return `this was made for ${code(target)}, so it cannot be cherry-picked to it.`;
}

/** Names that no branch can have. */
export function pickBadTargets(targets: readonly string[]): string {
  return `these cannot be names of branches: ${branches(targets)}.`;
}

/** A pick is open. */
export function pickOpen(target: string, number: number): string {
  return `the cherry-pick to ${code(target)} is open as #${number}.`;
}

/** The target does not exist. */
export function pickNoTarget(target: string, output: string): string {
  return `I cannot find the branch ${code(target)}:\n\n${fenced(output)}`;
}

/** Git could not apply it. */
export function pickConflict(number: number, target: string, output: string): string {
  return `#${number} does not apply to ${code(target)}, so somebody has to pick it by hand:\n\n${fenced(output)}`;
}

/** It could not be tried. */
export function pickFailed(target: string, message: string): string {
  return `the cherry-pick to ${code(target)} failed: ${code(message)}. Saying \`/cherrypick\` again tries it again.`;
}

/** GitHub's answer to the new pull request. */
export function pickOpened(
  to: Answered,
  where: Where,
  target: string,
): { opened: MissingReply; refused: MissingReply } {
  return {
    opened: around(to, where, (mark) => `the cherry-pick to ${code(target)} is ${mark}.`),
    refused: around(to, where, (mark) => `GitHub did not let me open the cherry-pick to ${code(target)}: ${mark}`),
  };
}

/** For somebody who has to do it by hand. */
export function pickIssue(number: number, target: string, output: string): { title: string; body: string } {
  return {
    title: `#${number} does not apply to ${target}`,
    body: `Manual work is needed to cherry-pick #${number} to ${code(target)}:\n\n${fenced(output)}`,
  };
}

const MARK = "\u0000";

/** A reply whose middle only GitHub knows. */
function around(to: Answered, where: Where, say: (mark: string) => string): MissingReply {
  const [before = "", after = ""] = reply(to, where, say(MARK)).split(MARK);
  return { before, after };
}

/** Git's own words, which may hold anything. */
function fenced(text: string): string {
  return `\`\`\`text\n${text.slice(0, 8_000).replaceAll("```", "'''").replaceAll("<!--", "<!‑‑").trim()}\n\`\`\``;
}
