/** A runner's evidence, cut to what a durable object's row may hold. Pure. */
import type { FinishReport } from "./protocol.ts";

/** Characters of command output kept over all clone records. */
const OUTPUT_CHARS = 256 * 1024;
const METADATA_CHARS = 128 * 1024;
const RECORDS = 100;
const COMMANDS = 200;
const COMMAND_CHARS = 2000;

/** The report with its clone output cut (the last commands keep theirs, since that is where it failed). */
export function storableReport(report: FinishReport, mostMetadata: number = METADATA_CHARS): FinishReport {
  let left = OUTPUT_CHARS;
  const cut = (output: string): string => {
    const kept = output.length <= left ? output : output.slice(output.length - left);
    left -= kept.length;
    return kept;
  };
  const cloneRecords = report.cloneRecords
    .slice(0, RECORDS)
    .toReversed()
    .map((record) => {
      const commands = record.commands
        .slice(-COMMANDS)
        .toReversed()
        .map(({ command, output, error, duration }) => ({
          command: command.slice(0, COMMAND_CHARS),
          output: cut(output),
          ...(error === undefined ? {} : { error: error.slice(0, COMMAND_CHARS) }),
          duration,
        }));
      return { ...record, commands: commands.toReversed() };
    })
    .toReversed();
  const { metadata, ...rest } = report;
  const isSmall = metadata !== undefined && JSON.stringify(metadata).length <= mostMetadata;
  const tooLarge = { "cutwater-error": `metadata.json is larger than ${mostMetadata} characters and was left out` };
  return { ...rest, cloneRecords, ...(metadata === undefined ? {} : { metadata: isSmall ? metadata : tooLarge }) };
}
