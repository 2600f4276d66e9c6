/** Hands in a job's evidence: until it is taken, or is not wanted any more. */
import type { FinishReport } from "../src/jobs/protocol.ts";
import { type JobApi, NotOurs } from "./api.ts";
import type { LogUpload } from "./log-upload.ts";
import { resumeOffset } from "./log-upload.ts";

/** Total bytes of commands' output in one report. */
const RECORD_BYTES = 512 * 1024;

/** Cuts what is over the wire's limits. */
export function withinLimits(report: FinishReport): FinishReport {
  let left = RECORD_BYTES;
  const cloneRecords = report.cloneRecords.map((record) => ({
    ...record,
    commands: record.commands.map((command) => {
      const output = command.output.slice(0, left);
      left -= output.length;
      return { ...command, output };
    }),
  }));
  return { ...report, message: report.message.slice(0, 4096), cloneRecords };
}

/**
 * Sends the report; when the worker misses a part of the log, that first. Answers whether it was taken; throws NotOurs when
 * the attempt is not ours, and the last error when `signal` aborts.
 */
export async function sendFinish(
  api: JobApi,
  log: LogUpload,
  report: FinishReport,
  signal: AbortSignal,
): Promise<{ readonly taken: boolean; readonly why: string }> {
  for (let round = 1; ; round += 1) {
    const current = { ...report, logBytes: Math.min(report.logBytes, log.sent) };
    const body = () => ({ bytes: JSON.stringify(current) });
    const answer = await api.call({ method: "POST", path: "/finish", type: "application/json", body, signal });
    if (answer.status < 300) return { taken: true, why: "" };
    const missing = answer.status === 409 ? resumeOffset(answer.body) : null;
    const why = `${answer.status} ${answer.code}: ${answer.message}`;
    if (missing === null || missing >= current.logBytes || round >= 20) {
      if (answer.status === 403 || answer.status === 404) throw new NotOurs(why);
      return { taken: false, why };
    }
    await log.rewind(missing);
  }
}
