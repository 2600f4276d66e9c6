/** Where weekly reports are posted (setting REPORTS): `org/repo#12`, `slack:#channel`, or for one repository `org/repo=slack:#channel`. */

export type Destination = {
  /** As it is written, in lower case. */
  readonly name: string;
  /** `org/repo` in lower case; null: of all that are public. */
  readonly about: string | null;
} & ({ readonly kind: "issue"; readonly issue: string } | { readonly kind: "slack"; readonly channel: string });

const ONE = /^(?:([\w.-]+\/[\w.-]+)=)?(?:([\w.-]+\/[\w.-]+#[1-9]\d{0,9})|slack:(#?[\w.-]{1,80}))$/;

/** Null where one of them is malformed. */
export function destinationsOf(setting: string): readonly Destination[] | null {
  const found: Destination[] = [];
  for (const text of setting.split(",").map((part) => part.trim())) {
    if (text === "") continue;
    const match = ONE.exec(text);
    if (match === null) return null;
    const [, about, issue, channel = ""] = match;
    const common = { name: text.toLowerCase(), about: about?.toLowerCase() ?? null };
    found.push(
      issue === undefined
        ? { ...common, kind: "slack", channel }
        : { ...common, kind: "issue", issue: issue.toLowerCase() },
    );
  }
  return found;
}

/** Whether a repository's report may be posted there: a private one only where it is named, or in its own issue. */
export function isFor(destination: Destination, repository: string, isPublic: boolean): boolean {
  const { about, kind } = destination;
  if (about !== null) return about === repository;
  return isPublic || (kind === "issue" && destination.issue.startsWith(`${repository}#`));
}
