/** Now and then the executor removes what is left of attempts that are over; the worker says which those are. */
import { Attempts } from "../src/jobs/protocol.ts";
import { sleep } from "./backoff.ts";
import type { Attempt, Executor } from "./executor.ts";

const CALL_MS = 30_000;

/** Those of some attempts that the worker has done with. Throws when it does not answer that. */
export async function endedAttempts(
  worker: { readonly url: string; readonly cluster: string; readonly token: string },
  attempts: readonly Attempt[],
): Promise<readonly Attempt[]> {
  const answer = await fetch(`${worker.url}/runner/${encodeURIComponent(worker.cluster)}/ended`, {
    method: "POST",
    headers: { authorization: `Bearer ${worker.token}`, "content-type": "application/json" },
    body: JSON.stringify({ attempts }),
    signal: AbortSignal.timeout(CALL_MS),
  });
  if (!answer.ok) throw new Error(`the worker answered ${answer.status} when asked which jobs have ended`);
  return Attempts.parse(await answer.json()).attempts;
}

/** Until `signal`; what goes wrong is said and tried again. Never rejects. */
export async function sweepEvery(
  pauseMs: number,
  options: {
    readonly executor: Executor;
    readonly held: () => readonly Attempt[];
    readonly over: (of: readonly Attempt[]) => Promise<readonly Attempt[]>;
    readonly signal: AbortSignal;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const { executor, held, over, signal, say } = options;
  if (!executor.sweep) return;
  for (;;) {
    await sleep(pauseMs, signal);
    if (signal.aborted) return;
    await executor.sweep(held(), over).catch((error: unknown) => {
      say(`what is left of ended jobs stays for now: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}
