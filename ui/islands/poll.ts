/** Asks a JSON address again and again while the page is in view; unchanged answers cost a 304. */

export interface Poll {
  stop(): void;
  /** Asks at once, then goes on in its rhythm. */
  now(): void;
}

/** Calls `take` with each changed answer. Failures wait longer and longer, up to a minute; 401 and 404 end it. */
export function poll(address: string, everyMs: number, take: (answer: unknown) => void): Poll {
  let etag: string | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const again = (): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void ask(), Math.min(60_000, everyMs * 2 ** failures));
  };
  const ask = async (): Promise<void> => {
    if (document.hidden) return;
    try {
      const headers: Record<string, string> = etag === null ? {} : { "if-none-match": etag };
      const answer = await fetch(address, { headers, cache: "no-store" });
      if (answer.status === 401 || answer.status === 404) stopped = true;
      if (answer.ok && !stopped) {
        etag = answer.headers.get("etag");
        take(await answer.json());
      }
      failures = answer.ok || answer.status === 304 ? 0 : failures + 1;
    } catch {
      failures += 1;
    }
    again();
  };
  const onView = (): void => {
    if (!document.hidden && !stopped) void ask();
  };
  document.addEventListener("visibilitychange", onView);
  again();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onView);
    },
    now: () => void ask(),
  };
}
