/** Who may run next under a limit (spec jobs 2.5): oldest first. Pure. */

/** A job that asks for a slot. `limit`: below 0 unlimited, 0 blocked. */
export interface Waiting {
  readonly job: string;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly limit: number;
}

/**
 * The jobs to grant, given how many hold a slot. A job waits while holders and older waiting jobs together reach its
 * limit, so a younger one never overtakes within the same limit.
 */
export function grants(waiting: readonly Waiting[], holding: number): string[] {
  const granted: string[] = [];
  let ahead = holding;
  for (const { job, limit } of waiting.toSorted((a, b) => a.createdAt - b.createdAt || (a.job < b.job ? -1 : 1))) {
    if (limit < 0 || ahead < limit) granted.push(job);
    ahead += 1;
  }
  return granted;
}
