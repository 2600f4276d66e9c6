/** A request to stop, which can become more urgent. */

type StopReason = "aborted" | "timeout" | "runner-restarted" | "lost";

export interface Stopper {
  /** `lost` overrides an earlier reason; otherwise the first counts. The earliest end of a grace counts. */
  readonly stop: (why: StopReason, message: string, graceSeconds: number) => void;
  /** Aborts when a stop is asked for. */
  readonly asked: AbortSignal;
  /** Aborts when its grace is over. */
  readonly over: AbortSignal;
  /** What was asked for; null before. */
  reason(): { readonly why: StopReason; readonly message: string } | null;
}

export function createStopper(): Stopper {
  const asked = new AbortController();
  const over = new AbortController();
  let reason: ReturnType<Stopper["reason"]> = null;
  let dueAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  return {
    asked: asked.signal,
    over: over.signal,
    reason: () => reason,
    stop(why, message, graceSeconds) {
      if (reason === null || why === "lost") reason = { why, message };
      const due = Date.now() + graceSeconds * 1000;
      if (due < dueAt) {
        dueAt = due;
        clearTimeout(timer);
        if (graceSeconds <= 0) over.abort();
        else timer = setTimeout(() => over.abort(), graceSeconds * 1000).unref();
      }
      asked.abort();
    },
  };
}
