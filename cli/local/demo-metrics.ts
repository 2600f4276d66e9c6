/** The demo's own activity in velodrome's charts: a person who tries it looks at them within minutes, not by the half hour. */
import { tell } from "../worker-client.ts";

/** What the demo mirrors of itself. */
export const DEMO_MIRRORS: readonly string[] = ["cutwater-demo/hello", "cutwater-demo/harbor"];
const EVERY_MS = 30_000;

/** Asks for news and points of them, again and again. Answers how to end it. */
export function keepMetricsFresh(url: string, token: string, log: (line: string) => void): () => void {
  const at = { base: new URL(`${url}/`), token };
  const look = (): void => {
    for (const name of DEMO_MIRRORS)
      tell(at, `api/velodrome/${name}`, { action: "transform" }).catch((error: unknown) =>
        log(`metrics: ${String(error)}`),
      );
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return () => clearInterval(timer);
}
