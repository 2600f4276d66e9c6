/** What has to be approved (spec chatops 2.2.4, steps 1 and 2). Pure. */
import type { Owners } from "../../../owners/index.ts";

/** Changed files of one OWNERS directory that the same people approve. Logins are lower-cased. */
export interface Area {
  /** The deepest directory that names an approver for them, or the Markdown file itself; `""` is the root. */
  readonly directory: string;
  /** Of the nearest layer only. */
  readonly leaf: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
  /** Whether the owners stand in the file itself, as front matter. */
  readonly isFile: boolean;
}

/**
 * The areas of changed files, sorted by directory. Files in folders without owners of their own, below a directory with
 * `auto_approve_unowned_subfolders`, need nobody. An area goes when an area above it can stand for it: whoever approves that
 * one approves this one too, and no `no_parent_owners` lies between.
 */
export function areasOf(files: readonly string[], owners: Owners): readonly Area[] {
  const byDirectory = new Map<string, Map<string, Area>>();
  for (const file of new Set(files)) {
    const directory = owners.approversDirectory(file);
    const isFile = directory === file;
    if (!isFile && folderOf(file) !== directory && owners.options(directory).auto_approve_unowned_subfolders) continue;
    const all = owners.approvers(file);
    const key = [...all].sort().join("\n");
    const areas = byDirectory.get(directory) ?? new Map<string, Area>();
    if (!areas.has(key)) areas.set(key, { directory, leaf: owners.leafApprovers(file), all, isFile });
    byDirectory.set(directory, areas);
  }
  const needed: Area[] = [];
  for (const directory of [...byDirectory.keys()].sort()) {
    for (const area of byDirectory.get(directory)?.values() ?? []) {
      if (!isCovered(area, byDirectory, owners)) needed.push(area);
    }
  }
  return needed;
}

function isCovered(area: Area, byDirectory: ReadonlyMap<string, ReadonlyMap<string, Area>>, owners: Owners): boolean {
  let place = area.directory;
  while (place !== "" && !owners.options(place).no_parent_owners) {
    place = folderOf(place);
    for (const above of byDirectory.get(place)?.values() ?? []) {
      if (above.all.size > 0 && [...above.all].every((login) => area.all.has(login))) return true;
    }
  }
  return false;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
