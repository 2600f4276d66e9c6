/** What plugins that talk to bug trackers share. */
import type { Outside } from "./reads.ts";

/** Where people find a tracker, without a trailing slash: the address that answered, without the path that was asked. */
export function trackerUrl({ url }: Outside, path: string): string {
  if (!URL.canParse(url)) return "";
  return url.endsWith(path) ? url.slice(0, -path.length).replace(/\/+$/, "") : new URL(url).origin;
}
