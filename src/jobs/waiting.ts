/** Why a job is not running yet, in a sentence for its status. Pure. */
/** Why no runner has taken a queued job. Changes with the reason only, so that a status is not set anew for nothing. */
export function waitingForRunner(cluster: string, hasToken: boolean, hasRunner: boolean): string {
  if (hasRunner) return `Waiting for a free runner of build cluster ${cluster}.`;
  if (!hasToken) return `Waiting: build cluster ${cluster} has no runner token (RUNNER_TOKENS), so no runner can come.`;
  return `Waiting: no runner of build cluster ${cluster} is connected.`;
}
