/** Which contexts of a head matter (spec jobs 5.4). */
import { goRegExp } from "../config/goregexp.ts";
import type { HeadContext, Policy } from "./model.ts";

/** The context that tide itself writes. */
export const TIDE = "tide";

interface Index {
  readonly required: ReadonlySet<string>;
  readonly ifPresent: ReadonlySet<string>;
  readonly optional: ReadonlySet<string>;
}

const indexes = new WeakMap<Policy, Index>();

function indexOf(policy: Policy): Index {
  const known = indexes.get(policy);
  if (known) return known;
  const made: Index = {
    required: new Set(policy.required),
    ifPresent: new Set(policy.requiredIfPresent),
    optional: new Set(policy.optional),
  };
  indexes.set(policy, made);
  return made;
}

/** In this order: named optional, matching an optional pattern, required, required if present; else as unknown ones go. */
export function isOptional(policy: Policy, context: string): boolean {
  const { required, ifPresent, optional } = indexOf(policy);
  if (optional.has(context)) return true;
  if (policy.optionalPatterns.some((pattern) => goRegExp(pattern).test(context))) return true;
  if (required.has(context) || ifPresent.has(context)) return false;
  return policy.skipUnknown;
}

/** Contexts that keep a head from being merged; a required one that is absent is EXPECTED. `tide` never counts. */
export function unsuccessful(policy: Policy, contexts: readonly HeadContext[]): readonly HeadContext[] {
  const seen = new Set(contexts.map(({ context }) => context));
  const failing = contexts.filter(
    ({ context, state }) => state !== "SUCCESS" && context !== TIDE && !isOptional(policy, context),
  );
  const absent = [...indexOf(policy).required].filter((context) => !seen.has(context));
  return [...failing, ...absent.map(expected)];
}

function expected(context: string): HeadContext {
  return { context, state: "EXPECTED", description: "", url: "", source: "status" };
}
