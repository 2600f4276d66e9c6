/** How one plugin looked at an event, and why it did what it did. */
import type { JSX } from "preact";
import type { PluginRun } from "../../src/chatops/view.ts";
import { RunMark } from "./delivery-mark.tsx";

export function RunStep({ run }: { readonly run: PluginRun }): JSX.Element {
  return (
    <li>
      <RunMark outcome={run.outcome} />
      <div>
        <p>
          <b>{run.plugin}</b> <span class="soft">{run.why}</span>
        </p>
        <p class="soft small">
          {run.handler}, {run.ms} ms
        </p>
      </div>
    </li>
  );
}
