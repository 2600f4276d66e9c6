/** Failures that are nobody's fault: tried once more in the pool, and said so (issue 5, scope 7c). */
import { goRegExp } from "../config/goregexp.ts";
import type { KnownFlake } from "../config/tide.ts";
import { pullKey } from "./accumulate.ts";
import type { Pool, Run } from "./model.ts";

/** `number:sha context` of heads whose last failure is to be tried again, and the name of the flake that it was. */
export type Excused = ReadonlyMap<string, string>;

export const excuseKey = (number: number, sha: string, context: string): string =>
  `${pullKey({ number, sha })} ${context}`;

/** The first that explains how a run ended; null: none does, or it did not fail. */
function flakeOf({ state, job, ending }: Run, flakes: readonly KnownFlake[]): KnownFlake | null {
  if (state !== "failure" && state !== "error") return null;
  return flakes.find((one) => goRegExp(one.job).test(job) && goRegExp(one.failure).test(ending)) ?? null;
}

/** Once for each head and context since it last passed: what fails twice in a row is no flake. */
export function excusedOf({ runs, settings }: Pool): Excused {
  const excused = new Map<string, string>();
  if (settings.knownFlakes.length === 0) return excused;
  const failures = new Map<string, number>();
  for (const run of runs.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const [pull] = run.pulls;
    if (run.type !== "presubmit" || !pull) continue;
    const key = `${pullKey(pull)} ${run.context}`;
    const failed = run.state === "failure" || run.state === "error";
    if (!failed && run.state !== "success") continue;
    const many = failed ? (failures.get(key) ?? 0) + 1 : 0;
    const flake = many === 1 ? flakeOf(run, settings.knownFlakes) : null;
    failures.set(key, many);
    if (flake) excused.set(key, flake.name);
    else excused.delete(key);
  }
  return excused;
}
