/** Reads what `git diff` prints. */

export interface FileChange {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  /** Sha of the blob after the change (before it, when removed). */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  /** Hunks without the file header; null for binary files. */
  readonly patch: string | null;
}

const STATUS: Readonly<Record<string, FileChange["status"]>> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  C: "copied",
  T: "changed",
};

/** Hunks of each file, in the order of the diff. */
function splitPatch(patch: string): (string | null)[] {
  return patch
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith("diff --git "))
    .map((part) => {
      const at = part.search(/^@@ /m);
      return at === -1 ? null : part.slice(at).replace(/\n$/, "");
    });
}

/** `raw` is the output of `git diff --raw --numstat -z --abbrev=40`, `patch` that of `git diff` with the same arguments. */
export function parseChanges(raw: string, patch: string): FileChange[] {
  const fields = raw.split("\0");
  const patches = splitPatch(patch);
  const heads: { path: string; previousPath: string | null; status: FileChange["status"]; sha: string }[] = [];
  let at = 0;
  while (fields[at]?.startsWith(":")) {
    const [, , before = "", after = "", letter = "M"] = (fields[at] ?? "").split(" ");
    const renamed = /^[RC]/.test(letter);
    const first = fields[at + 1] ?? "";
    const path = renamed ? (fields[at + 2] ?? "") : first;
    const status = STATUS[letter.slice(0, 1)] ?? "modified";
    heads.push({ path, previousPath: renamed ? first : null, status, sha: status === "removed" ? before : after });
    at += renamed ? 3 : 2;
  }
  return heads.map((head, index) => {
    const [added = "0", removed = "0", name = ""] = (fields[at] ?? "").split("\t");
    at += name === "" ? 3 : 1; // a rename's two names follow in fields of their own
    const number = (value: string) => (value === "-" ? 0 : Number(value));
    return { ...head, additions: number(added), deletions: number(removed), patch: patches[index] ?? null };
  });
}
