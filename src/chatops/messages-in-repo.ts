/** What is said of jobs that a repository brings itself. */
import type { Problem } from "../config/model.ts";

export const IN_REPO_MARKER = "<!-- in-repository configuration -->";
const SHOWN = 30;
const MESSAGE = 400;
/** The most that GitHub takes as a status's description. */
const DESCRIPTION = 140;

/** One line, as code: it quotes what anybody may have written. */
const inline = (text: string): string => `\`${text.replaceAll(/[`\s]+/g, " ").slice(0, MESSAGE)}\``;

const placeOf = ({ file, line }: Problem): string => (line > 0 ? `${file}:${line}` : file);

/** The pull request's own jobs cannot be used. */
export function inRepoBroken(problems: readonly Problem[]): string {
  const lines = problems.slice(0, SHOWN).map((one) => `- ${inline(placeOf(one))}: ${inline(one.message)}`);
  if (problems.length > SHOWN) lines.push(`- and ${problems.length - SHOWN} more`);
  return [
    "The jobs that this pull request configures cannot be used, so none of this repository's own jobs run here, only those of the central configuration:",
    ...lines,
    "",
    "Push a correction, and I look again.",
    IN_REPO_MARKER,
  ].join("\n");
}

/** The same as a status's description. */
export function inRepoBrokenStatus([first, ...more]: readonly Problem[]): string {
  const text = first ? `${placeOf(first)}: ${first.message}` : "";
  const rest = more.length > 0 ? ` (and ${more.length} more)` : "";
  const room = DESCRIPTION - rest.length;
  return `${text.length > room ? `${text.slice(0, room - 3)}...` : text}${rest}`;
}
