/** Unified diffs of one file, as GitHub lists them. */

export interface PatchLine {
  readonly change: "added" | "removed" | "same";
  readonly text: string;
  /** Number on the old side, for what is removed or the same; otherwise 0. */
  readonly oldLine: number;
  /** Number on the new side, for what is added or the same; otherwise 0. */
  readonly newLine: number;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** The lines of each hunk. What is no diff gives none. */
export function hunksOf(patch: string): readonly (readonly PatchLine[])[] {
  const hunks: PatchLine[][] = [];
  let oldLine = 0;
  let newLine = 0;
  for (const line of patch.split("\n")) {
    const head = HUNK.exec(line);
    const hunk = hunks.at(-1);
    if (head) {
      oldLine = Number(head[1]);
      newLine = Number(head[2]);
      hunks.push([]);
    } else if (hunk && line.startsWith("+")) {
      hunk.push({ change: "added", text: line.slice(1), oldLine: 0, newLine });
      newLine += 1;
    } else if (hunk && line.startsWith("-")) {
      hunk.push({ change: "removed", text: line.slice(1), oldLine, newLine: 0 });
      oldLine += 1;
    } else if (hunk && line.startsWith(" ")) {
      hunk.push({ change: "same", text: line.slice(1), oldLine, newLine });
      oldLine += 1;
      newLine += 1;
    }
  }
  return hunks;
}
