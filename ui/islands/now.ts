/** The server's clock in the browser. */
import { useEffect, useState } from "preact/hooks";

const TICK_MS = 1_000;

/** Milliseconds, each second anew while the page is in view. `served`: what it was when the page was made. */
export function useNow(served: number): number {
  const [now, setNow] = useState(served);
  useEffect(() => {
    const skew = served - Date.now();
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now() + skew);
    }, TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
