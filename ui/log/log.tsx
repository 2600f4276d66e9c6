/** The log of a job as the server renders it: its last part, readable without a script. */
import type { JSX } from "preact";
import { Island } from "../parts/island.tsx";
import { size } from "../parts/time.tsx";
import { LogBar } from "./bar.tsx";
import type { LogBarState, LogData } from "./bar.tsx";
import { LogChunk } from "./chunk.tsx";
import type { Line } from "./lines.ts";

/** A log that ends about where the window ends is laid out at once: a guess at its height would move what follows. */
const SHORT_LINES = 200;

/** What the bar shows before anything was asked or done. */
export const initialBar = (data: LogData): LogBarState => ({
  size: data.size,
  failures: [],
  failure: -1,
  wrap: true,
  follow: false,
  growing: !data.complete,
  selection: null,
  said: "",
});

export function JobLog({ data, lines }: { readonly data: LogData; readonly lines: readonly Line[] }): JSX.Element {
  return (
    <section class="log" aria-label="Log">
      <Island name="job-log" data={data}>
        <LogBar {...initialBar(data)} id={data.id} actions={null} />
      </Island>
      <div class="log-view wrap" id="log-view">
        <button type="button" class="log-edge" id="log-earlier" hidden={data.from === 0}>
          {size(data.from)} above, in the raw log
        </button>
        <div id="log-lines">
          <div class={lines.length > SHORT_LINES ? "log-chunk" : "log-chunk log-chunk-short"}>
            <LogChunk lines={lines} firstLine={data.firstLine} />
          </div>
        </div>
        <div class="log-edge" id="log-later" hidden={data.complete && data.size > 0}>
          {data.complete ? "This job wrote no log." : "The job is not done; more may follow."}
        </div>
      </div>
    </section>
  );
}
