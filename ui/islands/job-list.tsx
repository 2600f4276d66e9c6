/** The living job list: rows change in place, new ones appear on top, and the keyboard walks it. */
import { hydrate } from "preact";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { JobRow } from "../../src/jobs/view.ts";
import { JobList } from "../parts/job-list.tsx";
import type { JobListData } from "../parts/job-list.tsx";
import { ours } from "../parts/ours.ts";
import { useNow } from "./now.ts";
import { poll } from "./poll.ts";

const POLL_MS = 4_000;

/** What `/api/jobs` answers. */
interface Answer {
  readonly jobs: readonly JobRow[];
}

/** Known rows with their newest state; rows that were not there yet are kept apart until the reader wants them. */
export function merge(shown: readonly JobRow[], fresh: readonly JobRow[]): { rows: readonly JobRow[]; added: number } {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  const known = new Set(shown.map((row) => row.id));
  return {
    rows: shown.map((row) => byId.get(row.id) ?? row),
    added: fresh.filter((row) => !known.has(row.id)).length,
  };
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, select, textarea, [contenteditable]") !== null;

function LiveJobList(props: JobListData): JSX.Element {
  const [rows, setRows] = useState(props.rows);
  const [waiting, setWaiting] = useState<readonly JobRow[] | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const now = useNow(props.now);

  useEffect(() => {
    if (props.source === null) return undefined;
    const polling = poll(props.source, POLL_MS, (answer) => {
      const fresh = ours<Answer>(answer).jobs;
      setRows((shown) => {
        const { rows: same, added } = merge(shown, fresh);
        const reading = window.scrollY > 120 || document.querySelector("tr.selected") !== null;
        setWaiting(added > 0 && reading ? fresh : null);
        return reading ? same : fresh;
      });
    });
    return () => polling.stop();
  }, [props.source]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const at = rows.findIndex((row) => row.id === selected);
      if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLInputElement>(".filters input[name=job]")?.focus();
      } else if (event.key === "j" || event.key === "k") {
        const next = rows[event.key === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0)];
        if (next) setSelected(next.id);
      } else if (event.key === "Enter" && at >= 0 && event.target === document.body) {
        location.assign(`/jobs/${selected}`);
      } else if (event.key === "Escape") {
        setSelected(null);
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [rows, selected]);

  useEffect(() => {
    if (selected === null) return;
    document.querySelector("tr.selected")?.scrollIntoView({ block: "nearest" });
    // Who went on to the filter meanwhile stays there.
    if (!isTyping(document.activeElement))
      document.querySelector<HTMLElement>("tr.selected .job-name")?.focus({ preventScroll: true });
  }, [selected]);

  const showNew = (): void => {
    if (waiting !== null) setRows(waiting);
    setWaiting(null);
    setSelected(null);
    window.scrollTo({ top: 0 });
  };
  return (
    <>
      {waiting !== null && (
        <button type="button" class="button button-main float" onClick={showNew}>
          {merge(rows, waiting).added} new
        </button>
      )}
      <JobList {...props} rows={rows} now={now} selected={selected} />
    </>
  );
}

export function start(element: HTMLElement, data: JobListData): void {
  hydrate(<LiveJobList {...data} />, element);
}
