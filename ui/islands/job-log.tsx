/** The living log: follows, jumps to failures, selects lines, fetches what is near. */
import { hydrate } from "preact";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { LogBar } from "../log/bar.tsx";
import type { LogBarState, LogData } from "../log/bar.tsx";
import { parseRange, rangeText } from "../log/lines.ts";
import { initialBar } from "../log/log.tsx";
import type { LogIndex } from "../log/log-index.ts";
import { followLog } from "../log/source.ts";
import { LogViewer } from "../log/viewer.ts";
import type { LogElements } from "../log/viewer.ts";
import { ours } from "../parts/ours.ts";
import { jobEvents } from "./job-events.ts";

/** Closer than this to what is not loaded, it is loaded. */
const NEAR_PX = 600;
const WRAP_KEY = "cutwater.wrap";

function elements(): LogElements | null {
  const [lines, earlier, later] = ["log-lines", "log-earlier", "log-later"].map((id) => document.getElementById(id));
  return lines && earlier && later ? { lines, earlier, later } : null;
}

/** Scrolls twice: what was out of view has its true height only once it is in view. */
function scrollToLine(element: HTMLElement): void {
  element.scrollIntoView({ block: "center" });
  requestAnimationFrame(() => requestAnimationFrame(() => element.scrollIntoView({ block: "center" })));
}

const toEnd = (): void => window.scrollTo({ top: document.documentElement.scrollHeight });

const nearEnd = (): boolean => document.documentElement.scrollHeight - window.scrollY - window.innerHeight < 160;

/** Tells which way the reader (not the page) scrolls. Answers a function that ends it. */
function onScrolling(listener: (direction: "up" | "down") => void): () => void {
  let touched = 0;
  const onWheel = (event: WheelEvent): void => listener(event.deltaY < 0 ? "up" : "down");
  const onTouch = (event: TouchEvent): void => {
    const y = event.touches[0]?.clientY ?? 0;
    if (event.type === "touchmove" && y !== touched) listener(y > touched ? "up" : "down");
    touched = y;
  };
  const onKey = ({ key }: KeyboardEvent): void => {
    if (["ArrowUp", "PageUp", "Home"].includes(key)) listener("up");
    if (["ArrowDown", "PageDown", "End"].includes(key)) listener("down");
  };
  const passive = { passive: true };
  window.addEventListener("wheel", onWheel, passive);
  window.addEventListener("touchstart", onTouch, passive);
  window.addEventListener("touchmove", onTouch, passive);
  window.addEventListener("keydown", onKey);
  return () => {
    window.removeEventListener("wheel", onWheel);
    window.removeEventListener("touchstart", onTouch);
    window.removeEventListener("touchmove", onTouch);
    window.removeEventListener("keydown", onKey);
  };
}

/** The map of the whole log; null when it cannot be had. */
async function fetchIndex(id: string): Promise<LogIndex | null> {
  const answer = await fetch(`/api/jobs/${id}/log-index`);
  return answer.ok ? ours<LogIndex>(await answer.json()) : null;
}

/** Numbers of the failing lines among the ones that the page shows. */
function failuresShown(lines: HTMLElement): number[] {
  const numbers = [...lines.querySelectorAll<HTMLElement>(".l.fail[id]")].map((line) => Number(line.id.slice(1)));
  return numbers.sort((a, b) => a - b);
}

function LiveLog({ data, parts }: { readonly data: LogData; readonly parts: LogElements }): JSX.Element {
  const [bar, setBar] = useState<LogBarState>(() => initialBar(data));
  const [alive, setAlive] = useState(false);
  const viewerRef = useRef<LogViewer | null>(null);
  const over = useRef(data.complete);
  const change = (part: Partial<LogBarState>): void => setBar((now) => ({ ...now, ...part }));

  useEffect(() => {
    const viewer = new LogViewer(data.id, parts, data);
    viewerRef.current = viewer;
    const wrap = localStorage.getItem(WRAP_KEY) !== "no";
    parts.lines.parentElement?.classList.toggle("wrap", wrap);
    const follow = !data.complete && location.hash === "" && nearEnd();
    viewer.following = follow;
    change({ wrap, follow, failures: failuresShown(parts.lines) });
    setAlive(true);

    const ready = data.from === 0 ? Promise.resolve() : loadIndex(viewer);
    const goToHash = async (): Promise<void> => {
      await ready;
      const range = parseRange(location.hash);
      change({ selection: range });
      viewer.mark(range?.first ?? 1, range?.last ?? 0);
      const element = range && (await viewer.reveal(range.first));
      if (element) scrollToLine(element);
    };
    void goToHash();
    const onHash = (): void => void goToHash();
    window.addEventListener("hashchange", onHash);

    const stopFollowing = data.complete ? () => undefined : startFollowing(viewer);
    const near = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void viewer.loadLater();
      },
      { rootMargin: `${NEAR_PX}px` },
    );
    near.observe(parts.later);
    const loadEarlier = (): void => void viewer.loadEarlier();
    parts.earlier.addEventListener("click", loadEarlier);
    // Not by observing: what is above the first lines must not push them away before somebody goes there.
    const offScroll = onScrolling((direction) => {
      const isNear = parts.earlier.getBoundingClientRect().bottom > -NEAR_PX;
      if (direction === "up" && window.scrollY > 0 && isNear) loadEarlier();
    });
    return () => {
      near.disconnect();
      offScroll();
      parts.earlier.removeEventListener("click", loadEarlier);
      stopFollowing();
      window.removeEventListener("hashchange", onHash);
    };
  }, []);

  async function loadIndex(viewer: LogViewer): Promise<void> {
    const index = await fetchIndex(data.id);
    if (index === null) return;
    await viewer.setIndex(index);
    change({ failures: index.failures });
  }

  function startFollowing(viewer: LogViewer): () => void {
    const stop = followLog(data.id, data.to, () => over.current, {
      bytes(bytes, offset) {
        viewer.append(bytes, offset);
        const shown = failuresShown(parts.lines);
        setBar((now) => ({ ...now, size: viewer.size, failures: union(now.failures, shown) }));
        if (viewer.following) toEnd();
      },
      changed: () => jobEvents.changed(),
      restarted(offset) {
        viewer.restart(offset);
        change({ size: 0, failures: [], failure: -1 });
      },
      ended() {
        viewer.end();
        viewer.following = false;
        change({ growing: false, follow: false });
      },
    });
    const offEnded = jobEvents.onOver(() => {
      over.current = true;
    });
    const offScroll = onScrolling((direction) => {
      const follow = direction === "down" ? viewer.following || (nearEnd() && viewer.atEnd) : false;
      if (follow === viewer.following || over.current) return;
      viewer.following = follow;
      change({ follow });
    });
    return () => {
      stop();
      offEnded();
      offScroll();
    };
  }

  useEffect(() => {
    const onClick = (event: MouseEvent): void => {
      const anchor = event.target instanceof Element ? event.target.closest("a.n") : null;
      const line = Number(anchor?.textContent);
      if (!anchor || event.metaKey || event.ctrlKey || !Number.isInteger(line)) return;
      event.preventDefault();
      const from = event.shiftKey && bar.selection ? bar.selection.first : line;
      const selection = { first: Math.min(from, line), last: Math.max(from, line) };
      history.replaceState(null, "", rangeText(selection.first, selection.last));
      viewerRef.current?.mark(selection.first, selection.last);
      change({ selection });
    };
    parts.lines.addEventListener("click", onClick);
    return () => parts.lines.removeEventListener("click", onClick);
  }, [bar.selection]);

  const say = (said: string): void => change({ said });
  const copy = (text: string, said: string): void => {
    navigator.clipboard.writeText(text).then(
      () => say(said),
      () => say("The browser did not allow copying"),
    );
  };
  const actions = {
    async jump(step: 1 | -1) {
      const failure = Math.max(0, Math.min(bar.failures.length - 1, bar.failure + step));
      const line = bar.failures[failure];
      const viewer = viewerRef.current;
      if (line === undefined || !viewer) return;
      viewer.following = false;
      change({ failure, follow: false, selection: { first: line, last: line } });
      history.replaceState(null, "", rangeText(line, line));
      viewer.mark(line, line);
      const element = await viewer.reveal(line);
      if (element) scrollToLine(element);
    },
    toggleWrap() {
      localStorage.setItem(WRAP_KEY, bar.wrap ? "no" : "yes");
      parts.lines.parentElement?.classList.toggle("wrap", !bar.wrap);
      change({ wrap: !bar.wrap });
    },
    async toggleFollow() {
      const viewer = viewerRef.current;
      if (!viewer) return;
      viewer.following = !bar.follow;
      change({ follow: !bar.follow });
      if (!bar.follow) await actions.toEnd();
    },
    async toEnd() {
      const viewer = viewerRef.current;
      if (!viewer) return;
      if (!viewer.atEnd) await loadIndex(viewer);
      await viewer.openEnd();
      toEnd();
    },
    copyLines() {
      const { selection } = bar;
      if (selection) copy(viewerRef.current?.textOf(selection.first, selection.last) ?? "", "Lines copied");
    },
    copyLink: () => copy(location.href, "Link copied"),
  };
  return (
    <LogBar
      {...bar}
      id={data.id}
      actions={
        alive
          ? {
              ...actions,
              jump: (step) => void actions.jump(step),
              toggleFollow: () => void actions.toggleFollow(),
              toEnd: () => void actions.toEnd(),
            }
          : null
      }
    />
  );
}

const union = (known: readonly number[], shown: readonly number[]): readonly number[] => {
  const all = new Set(known);
  const before = all.size;
  for (const line of shown) all.add(line);
  return all.size === before ? known : [...all].sort((a, b) => a - b);
};

export function start(element: HTMLElement, data: LogData): void {
  const parts = elements();
  if (parts !== null) hydrate(<LiveLog data={data} parts={parts} />, element);
}
