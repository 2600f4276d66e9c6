/** Which lines of a log tell of a failure (spec jobs 4.8, buildlog lens). */
import { stripAnsi } from "./ansi.ts";

const FAILURE = /timed out|ERROR:|(?:FAIL|Failure \[)\b|panic\b|^E\d{4} \d\d:\d\d:\d\d\.\d\d\d\]/;
/** Longer lines are data, not messages. */
export const LONGEST_LINE = 10_000;

/** Whether a line tells of a failure. */
export const isFailure = (line: string): boolean => line.length <= LONGEST_LINE && FAILURE.test(stripAnsi(line));
