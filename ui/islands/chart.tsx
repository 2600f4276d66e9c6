/** A living panel: loads when it comes into view, zooms, and hides lines. */
import { hydrate } from "preact";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { Legend } from "../chart/legend.tsx";
import type { Answer, PanelData } from "../chart/panel-data.ts";
import { handOver, picture } from "../chart/picture.ts";
import { colorOf, plot } from "../chart/plot.ts";
import { onRange, setRange } from "../chart/range.ts";
import { scopeQuery, type ScopeView } from "../chart/scope.ts";
import { stepText } from "../chart/units.ts";
import { ours } from "../parts/ours.ts";
import { keyOf, PanelFrame } from "../parts/panel.tsx";
import { PanelTable } from "../parts/panel-table.tsx";

type Loaded =
  | { readonly state: "waiting" }
  | { readonly state: "loading" | "failed"; readonly before: Answer | null }
  | { readonly state: "there"; readonly answer: Answer; readonly at: number };

const answerIn = (loaded: Loaded): Answer | null => {
  if (loaded.state === "waiting") return null;
  return loaded.state === "there" ? loaded.answer : loaded.before;
};

function LivePanel(props: PanelData): JSX.Element {
  const { address, alone, title, id, unit, right, stacked } = props;
  const [scope, setScope] = useState<ScopeView>(props.scope);
  const [loaded, setLoaded] = useState<Loaded>({ state: "waiting" });
  const [hidden, setHidden] = useState<ReadonlySet<string> | null>(null);
  const [hover, setHover] = useState<number | null>(null);
  const [seen, setSeen] = useState(alone);
  const [tries, setTries] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<uPlot | null>(null);
  const answer = answerIn(loaded);
  const chart = answer?.kind === "chart" ? answer : null;
  const off = hidden ?? new Set(chart?.lines.flatMap((line) => (line.hidden === true ? [line.name] : [])));

  useEffect(() => onRange(props.scope, setScope), [props.scope]);

  useEffect(() => {
    const element = box.current;
    if (seen || !element) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [seen]);

  useEffect(() => {
    if (!seen) return undefined;
    const width = Math.min(2000, Math.max(120, Math.round(box.current?.clientWidth ?? 600)));
    const stopped = new AbortController();
    setLoaded((now) => ({ state: "loading", before: answerIn(now) }));
    const query = scopeQuery(scope, [["width", String(width)], ...keyOf(props.key)]);
    const load = async (): Promise<void> => {
      try {
        const response = await fetch(`${address}/data.json${query}`, { signal: stopped.signal });
        if (!response.ok) throw new Error(String(response.status));
        setLoaded({ state: "there", answer: ours<Answer>(await response.json()), at: Date.now() });
      } catch {
        if (!stopped.signal.aborted) setLoaded((now) => ({ state: "failed", before: answerIn(now) }));
      }
    };
    void load();
    return () => stopped.abort();
  }, [seen, scope, address, props.key, tries]);

  useEffect(() => {
    const element = box.current;
    if (!element || !chart) return undefined;
    let made: uPlot | null = null;
    const draw = (): void => {
      made?.destroy();
      made = plot(element, {
        chart,
        unit,
        right: right ?? unit,
        stacked: stacked === true,
        hidden: off,
        width: element.clientWidth,
        height: alone ? 380 : 240,
        onZoom: setRange,
        onHover: setHover,
      });
      drawing.current = made;
    };
    draw();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    const observer = new ResizeObserver(() => made?.setSize({ width: element.clientWidth, height: made.height }));
    observer.observe(element);
    return () => {
      scheme.removeEventListener("change", draw);
      observer.disconnect();
      made?.destroy();
      drawing.current = null;
    };
  }, [chart, hidden]);

  const toggle = (name: string): void => {
    const next = new Set(off);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  };
  const save = async (): Promise<void> => {
    const canvas = box.current?.querySelector("canvas");
    const lines = chart?.lines.map(({ name }, at) => ({ name, color: colorOf(at) })) ?? [];
    const blob = canvas
      ? await picture(
          canvas,
          title,
          lines.filter(({ name }) => !off.has(name)),
        )
      : null;
    if (blob) handOver(blob, `${id}.png`);
  };
  const steer = (event: KeyboardEvent): void => {
    const made = drawing.current;
    if (!made || !chart) return;
    const at = hover ?? chart.times.length - 1;
    const time = chart.times[at] ?? scope.from;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const next = Math.min(chart.times.length - 1, Math.max(0, at + (event.key === "ArrowLeft" ? -1 : 1)));
      made.setCursor({ left: made.valToPos(chart.times[next] ?? time, "x"), top: 10 });
    } else if (event.key === "+" || event.key === "-") {
      const span = (scope.to - scope.from) * (event.key === "+" ? 0.25 : 1);
      setRange(Math.floor(time - span), Math.ceil(time + span));
    } else return;
    event.preventDefault();
  };

  const empty = chart !== null && chart.lines.every(({ values }) => values.every((value) => value === null));
  const tools = chart !== null && (
    <button class="panel-tool" type="button" onClick={() => void save()}>
      PNG
    </button>
  );
  return (
    <PanelFrame
      {...props}
      scope={scope}
      tools={tools}
      asOf={loaded.state === "there" ? loaded.answer.asOf : undefined}
      now={loaded.state === "there" ? loaded.at : undefined}
    >
      {answer?.kind === "table" && !alone && <PanelTable {...answer} />}
      {answer?.kind === "table" ? null : (
        <div
          ref={box}
          class={alone ? "plot plot-high" : "plot"}
          tabIndex={chart === null ? undefined : 0}
          role={chart === null ? undefined : "application"}
          aria-label={
            chart === null ? undefined : `${title}, by ${stepText(chart.step)}. Arrow keys move, plus and minus zoom.`
          }
          aria-busy={loaded.state === "loading"}
          onKeyDown={steer}
        />
      )}
      {loaded.state === "failed" && (
        <p class="panel-note" role="alert">
          This could not be loaded.{" "}
          <button class="panel-tool" type="button" onClick={() => setTries(tries + 1)}>
            Try again
          </button>
        </p>
      )}
      {empty && <p class="panel-note soft">Nothing in this time.</p>}
      {chart !== null && !empty && (
        <Legend chart={chart} unit={unit} right={right ?? unit} hidden={off} at={hover} toggle={toggle} />
      )}
    </PanelFrame>
  );
}

export function start(element: HTMLElement, data: PanelData): void {
  hydrate(<LivePanel {...data} />, element);
}
