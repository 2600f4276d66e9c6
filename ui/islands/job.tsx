/** The living head of the job page: state, timeline and artifacts as they come. */
import { hydrate } from "preact";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { JobBody } from "../parts/job-body.tsx";
import type { JobData } from "../parts/job-body.tsx";
import { isOver, stateWord } from "../parts/state.tsx";
import { jobEvents } from "./job-events.ts";
import { ours } from "../parts/ours.ts";
import { poll } from "./poll.ts";

const POLL_MS = 5_000;

const isLastFile = ({ path }: JobData["artifacts"][number]): boolean => path === "finished.json";

function LiveJob(props: JobData): JSX.Element {
  const [data, setData] = useState(props);
  const [now, setNow] = useState(props.now);
  const over = isOver(data.job.state, data.job.completionTime) && data.job.log.complete;
  // The files of a build are written after its state is told.
  const filed = data.job.buildId === "" || data.moreArtifacts || data.artifacts.some(isLastFile);
  const settled = over && filed;

  useEffect(() => {
    const skew = props.now - Date.now();
    const clock = setInterval(() => setNow(Date.now() + skew), over ? 30_000 : 1_000);
    return () => clearInterval(clock);
  }, [over]);

  useEffect(() => {
    if (over) jobEvents.over();
    if (settled) return undefined;
    const polling = poll(`/api/jobs/${data.job.id}`, POLL_MS, (answer) => {
      setData((known) => ({ ...known, ...ours<Partial<JobData>>(answer) }));
    });
    const off = jobEvents.onChanged(() => polling.now());
    return () => {
      polling.stop();
      off();
    };
  }, [over, settled]);

  useEffect(() => {
    document.title = document.title.replace(/^[^:]*/, stateWord(data.job.state));
  }, [data.job.state]);

  return <JobBody {...data} now={now} />;
}

export function start(element: HTMLElement, data: JobData): void {
  hydrate(<LiveJob {...data} />, element);
}
