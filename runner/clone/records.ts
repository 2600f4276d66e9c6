/** clone-log.txt, the readable form of clone records (spec jobs 6.4). */
import type { Refs } from "../../src/config/model.ts";
import type { CloneRecord } from "../../src/jobs/protocol.ts";

/** One record as text: what was asked for, each command with its output, and how it ended. */
export function formatRecord(refs: Refs, record: CloneRecord): string {
  const base = refs.base_sha ? `${refs.base_ref ?? ""} (${refs.base_sha})` : (refs.base_ref ?? "");
  const pulls = (refs.pulls ?? []).map((pull) => `#${pull.number} (${pull.sha})`);
  const lines = [`# Cloning ${refs.org}/${refs.repo} at ${base}`];
  if (pulls.length > 0) lines.push(`# Merging ${pulls.join(", ")}`);
  for (const command of record.commands) {
    lines.push(`$ ${command.command}`);
    if (command.output.trim() !== "") lines.push(command.output.trimEnd());
    if (command.error) lines.push(`# Error: ${command.error}`);
  }
  lines.push(
    record.final_sha
      ? `# Final commit: ${record.final_sha}`
      : record.failed
        ? "# Cloning failed"
        : "# The final commit is not known",
    `# Took ${(record.duration / 1e9).toFixed(1)} s`,
  );
  return `${lines.join("\n")}\n`;
}
