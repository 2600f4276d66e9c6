/** What reviews of linters say. "<!-- golint -->" is the original's own mark (spec chatops 2.33). */

const MOST_CHARACTERS = 2000;

export const lintMarker = (linter: string): string => `<!-- ${linter} -->`;

/** A comment on one line; `suggestion` is the text that would be right there. */
export function lintComment(linter: string, text: string, suggestion: string | undefined): string {
  const said = fenced("text", text.slice(0, MOST_CHARACTERS));
  const change = suggestion === undefined ? "" : `\n\n${fenced("suggestion", suggestion.replace(/\n$/, ""))}`;
  return `${linter} says:\n\n${said}${change}\n${lintMarker(linter)}`;
}

interface Counts {
  readonly fresh: number;
  readonly old: number;
  readonly shown: number;
}

/** The review's own words. */
export function lintSummary(linter: string, { fresh, old, shown }: Counts): string {
  const few = shown < fresh ? ` I show ${shown} of them.` : "";
  return `${linter}: ${warnings(fresh)} new on the lines that this adds, ${warnings(old)} told before.${few}`;
}

/** The linter could not be run. */
export function lintFailed(linter: string, message: string): string {
  return `${linter} could not be run:\n\n${fenced("", message.slice(0, MOST_CHARACTERS))}`;
}

const warnings = (count: number): string => `${count} ${count === 1 ? "warning" : "warnings"}`;

/** A code block that its own content cannot end. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
