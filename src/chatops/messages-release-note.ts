/** What is said of release notes. */

const GUIDE = "https://git.k8s.io/community/contributors/guide/release-notes.md";
export const RELEASE_NOTE_MARKER = "<!-- release note needed -->";

const guide = (url: string): string => `[how to write one](${url || GUIDE})`;

/** Why the label is there: a plain case, a deprecation, or parents without notes. */
export function releaseNoteNeeded(why: "plain" | "deprecation" | "parents", guidelines: string, label: string): string {
  const start = {
    plain: `Adding \`${label}\`, because this pull request says nothing about its release note. Put one into a \`release-note\` block of its description (${guide(guidelines)}), or \`NONE\` if users notice nothing.`,
    deprecation: `Adding \`${label}\`, because something is deprecated here (\`kind/deprecation\`): that needs a release note, ${guide(guidelines)}.`,
    parents: `Adding \`${label}\`, because a pull request that this was picked from has no release note. Give it one, or put one here (${guide(guidelines)}).`,
  }[why];
  return `${start}\n${RELEASE_NOTE_MARKER}`;
}

export const noneNeedsStanding = (): string =>
  "you can only say that no release note is needed if you wrote this pull request or are a member of the organisation.";
export const noneContradictsNote = (): string =>
  "the description has a release note. Take it out, or leave it `NONE`, if none is needed.";
export const noneForbiddenByDeprecation = (): string =>
  "what is deprecated needs a release note: `kind/deprecation` is set.";
export const editNeedsMember = (): string => "only members of the organisation can edit release notes by comment.";
export const editNeedsBlock = (): string =>
  "`/release-note-edit` needs the new note in a `release-note` block of the same comment.";
export const editNeedsTarget = (): string => "the description has no release note block that could be edited.";

export function retiredCommand(label: string): string {
  return `the \`/${label}\` command is retired. Put the note into a \`release-note\` block of the description, and the label follows.`;
}
