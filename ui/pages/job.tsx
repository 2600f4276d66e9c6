/** The page of one job: its state, what it tests, its log. */
import type { JSX } from "preact";
import { JobLog } from "../log/log.tsx";
import type { LogData } from "../log/bar.tsx";
import type { Line } from "../log/lines.ts";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Island } from "../parts/island.tsx";
import { JobBody } from "../parts/job-body.tsx";
import type { JobData } from "../parts/job-body.tsx";
import { stateWord } from "../parts/state.tsx";

export interface JobPageProps extends Surroundings {
  readonly data: JobData;
  readonly log: LogData;
  readonly lines: readonly Line[];
}

export function JobPage(props: JobPageProps): JSX.Element {
  const { data, log, lines } = props;
  return (
    <Frame {...props} title={`${stateWord(data.job.state)}: ${data.job.job}`}>
      <Island name="job" data={data}>
        <JobBody {...data} />
      </Island>
      <JobLog data={log} lines={lines} />
    </Frame>
  );
}
