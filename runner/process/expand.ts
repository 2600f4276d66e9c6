/** Kubernetes' `$(VAR)` references in command, args and env. */

/**
 * `$(NAME)` becomes the variable's value; one that is not defined stays as written; `$$` is a literal `$`, so `$$(NAME)`
 * is never expanded.
 *
 * @example expand("$(A) $$(A) $(B)", new Map([["A", "1"]])) // "1 $(A) $(B)"
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) => {
    if (name === undefined) return "$";
    return variables.get(name) ?? whole;
  });
}
