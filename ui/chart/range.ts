/** The time that all panels of a page show: in the page's address, changed by a drawn span, given back by the back button. */
import type { ScopeView } from "./scope.ts";

const CHANGED = "cutwater:range";
/** No span is shorter, in seconds. */
const SHORTEST = 600;

/** Shows another time in all panels. Unix seconds. */
export function setRange(from: number, to: number): void {
  const begin = Math.max(0, Math.floor(from));
  const address = new URL(location.href);
  address.searchParams.delete("range");
  address.searchParams.set("from", String(begin));
  address.searchParams.set("to", String(Math.max(begin + SHORTEST, Math.ceil(to))));
  history.pushState(null, "", address);
  document.dispatchEvent(new Event(CHANGED));
}

/** Calls `take` with each other time, until the answer is called. `own`: what the page came with. */
export function onRange(own: ScopeView, take: (scope: ScopeView) => void): () => void {
  const began = location.search;
  const look = (): void => {
    const query = new URLSearchParams(location.search);
    const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
    take(location.search === began || !query.has("from") ? own : { ...own, range: "", from, to });
  };
  document.addEventListener(CHANGED, look);
  addEventListener("popstate", look);
  return () => {
    document.removeEventListener(CHANGED, look);
    removeEventListener("popstate", look);
  };
}
