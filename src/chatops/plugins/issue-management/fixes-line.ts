/** The line of a pull request's description that names the issues which it closes (spec chatops 2.25). Pure. */

export interface IssueRef {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
}

const REFERENCE = /^(?:([A-Za-z0-9-]+)\/([A-Za-z0-9._-]+)#|#)?(\d{1,9})$/;
const FIXES = /^fixes[\t\f\r ]+(.*)$/i;

/** `N`, `#N` or `org/repo#N`; null for anything else. */
export function parseReference(word: string, here: Omit<IssueRef, "number">): IssueRef | null {
  const [, owner, repo, digits] = REFERENCE.exec(word) ?? [];
  const number = Number(digits);
  if (!Number.isInteger(number) || number === 0) return null;
  if (owner === undefined || repo === undefined) return { ...here, number };
  return sameName(owner, here.owner) && sameName(repo, here.repo) ? { ...here, number } : { owner, repo, number };
}

/** As GitHub reads it: short within the repository. */
export function formatReference({ owner, repo, number }: IssueRef, here: Omit<IssueRef, "number">): string {
  return owner === here.owner && repo === here.repo ? `#${number}` : `${owner}/${repo}#${number}`;
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What may stand in such a line; anything else is somebody's prose and stays as it is. */
const LISTED = /^(?:(?:[\w-]+\/[\w.-]+)?#\d+|https:\/\/\S+\/issues\/\d+)$/i;

/** The references of a `Fixes` line; null when the line is none. */
function referencesOf(line: string): readonly string[] | null {
  const said = FIXES.exec(line)?.[1];
  const words = said?.split(/[\s,]+/).filter((word) => word !== "" && word.toLowerCase() !== "fixes") ?? [];
  return words.length > 0 && words.every((word) => LISTED.test(word)) ? words : null;
}

/**
 * A description whose first `Fixes` line has some references more and others less; the line comes at the end when there is
 * none, and goes when nothing is left. Each reference has the word before it: GitHub closes no issue without.
 */
export function withReferences(description: string, add: readonly string[], remove: readonly string[]): string {
  const lines = description.split("\n");
  const index = lines.findIndex((line) => referencesOf(line) !== null);
  const known = index < 0 ? [] : (referencesOf(lines[index] ?? "") ?? []);
  const all = new Map(known.map((word) => [word.toLowerCase(), word]));
  const before = [...all.keys()].join(" ");
  for (const word of remove) all.delete(word.toLowerCase());
  for (const word of add) if (!all.has(word.toLowerCase())) all.set(word.toLowerCase(), word);
  if ([...all.keys()].join(" ") === before) return description;
  const line = [...all.values()].map((word, at) => `${at === 0 ? "Fixes" : "fixes"} ${word}`).join(", ");
  if (index >= 0) lines.splice(index, 1, ...(all.size > 0 ? [line] : []));
  else if (description === "") return line;
  else lines.push(...(lines.at(-1)?.trim() === "" ? [] : [""]), line);
  return lines.join("\n");
}
