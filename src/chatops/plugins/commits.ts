/** Facts of commits that several plugins ask for. */
import type { Commit } from "../reads.ts";

export const isMerge = ({ parents }: Commit): boolean => parents.length > 1;

export const subjectOf = ({ message }: Commit): string => message.split("\n", 1)[0] ?? "";
