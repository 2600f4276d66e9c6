/** What is wrong with changed OWNERS files (spec chatops 2.15, steps 2 and 3, and whom step 4 asks about). Pure. */
import type { OwnersConfig } from "../../../config/model.ts";
import { normalLogin, type OwnersFile, parseAliases, parseOwners } from "../../../owners/index.ts";

/** Texts by path; null: not there. */
export type Texts = Readonly<Record<string, string | null>>;

export interface Finding {
  readonly path: string;
  readonly message: string;
  /** Line of the file that it is about; 0: unknown. */
  readonly line: number;
  /** What stands in the line that it is about. */
  readonly word: string;
}

export interface Inspection {
  /** The file of aliases cannot be read: then nothing else is looked at. */
  readonly aliasesFault: string | null;
  readonly emptyAliases: readonly string[];
  readonly findings: readonly Finding[];
  /** Logins that the change adds, in lower case, with the files that name them. */
  readonly added: ReadonlyMap<string, readonly string[]>;
}

export interface Changed {
  /** OWNERS files of the change, without those of ignored directories and without removed ones. */
  readonly owners: readonly string[];
  /** Where aliases stand, and whether the change touches them. */
  readonly aliases: string;
  readonly aliasesChanged: boolean;
}

/** Looks at the merge of a change, `after`, beside its base, `before`. Never throws for what the files say. */
export function inspect(changed: Changed, after: Texts, before: Texts, config: OwnersConfig): Inspection {
  const aliases = aliasesIn(after[changed.aliases]);
  if (aliases.fault !== null && changed.aliasesChanged) {
    return { aliasesFault: aliases.fault, emptyAliases: [], findings: [], added: new Map() };
  }
  const findings: Finding[] = [];
  const added = new Map<string, string[]>();
  const add = (login: string, path: string): void => {
    if (!aliases.members.has(login)) added.set(login, [...(added.get(login) ?? []), path]);
  };
  for (const path of changed.owners) {
    const text = after[path];
    if (text === null || text === undefined) continue;
    const read = reading(() => parseOwners(text));
    if ("fault" in read) {
      const line = Number(/ at line (\d+)/.exec(read.fault)?.[1] ?? 0);
      findings.push({ path, message: `This file cannot be read: ${read.fault}`, line, word: "" });
      continue;
    }
    findings.push(...faultsOf(path, read.value, config));
    const old = before[path];
    const known = typeof old === "string" ? reading(() => parseOwners(old)) : null;
    const there = new Set(known && "value" in known ? peopleOf(known.value) : []);
    for (const login of peopleOf(read.value)) if (!there.has(login)) add(login, path);
  }
  if (changed.aliasesChanged) {
    const old = aliasesIn(before[changed.aliases]);
    const there = new Set([...old.members.values()].flat());
    for (const login of new Set([...aliases.members.values()].flat())) {
      if (!there.has(login)) add(login, changed.aliases);
    }
  }
  const emptyAliases = changed.aliasesChanged
    ? [...aliases.members].filter(([, members]) => members.length === 0).map(([alias]) => alias)
    : [];
  return { aliasesFault: null, emptyAliases, findings, added };
}

function faultsOf(path: string, file: OwnersFile, { labels_denylist }: OwnersConfig): readonly Finding[] {
  const lists = [...file.filters.values()];
  const findings: Finding[] = [];
  const denied = new Set(labels_denylist.map((label) => label.toLowerCase()));
  const labels = new Set(
    lists.flatMap((list) => list.labels).filter((label) => denied.has(label.trim().toLowerCase())),
  );
  for (const label of labels) {
    const message = `OWNERS files cannot give the label \`${label}\`: it has a meaning of its own.`;
    findings.push({ path, message, line: 0, word: label });
  }
  if (!path.includes("/") && !lists.some((list) => list.approvers.length > 0)) {
    const message =
      "This file at the root of the repository must name approvers: they stand for all that nobody else owns.";
    findings.push({ path, message, line: 0, word: "" });
  }
  return findings;
}

function peopleOf(file: OwnersFile): readonly string[] {
  const people = [...file.filters.values()].flatMap(({ approvers, reviewers }) => [...approvers, ...reviewers]);
  return [...new Set(people.map(normalLogin))];
}

function aliasesIn(text: string | null | undefined): {
  readonly members: ReadonlyMap<string, readonly string[]>;
  readonly fault: string | null;
} {
  if (text === null || text === undefined) return { members: new Map(), fault: null };
  const read = reading(() => parseAliases(text));
  return "fault" in read ? { members: new Map(), fault: read.fault } : { members: read.value, fault: null };
}

/** A value, or why there is none, on one line. */
function reading<T>(read: () => T): { readonly value: T } | { readonly fault: string } {
  try {
    return { value: read() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { fault: (message.split("\n", 1)[0] ?? "").slice(0, 500) };
  }
}
