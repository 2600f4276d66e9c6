/** What runs for a merge pool now. */
import type { JSX } from "preact";
import type { PoolRunView } from "../../src/tide/view.ts";
import { StateMark } from "./state.tsx";
import { duration } from "./time.tsx";

interface PoolRunsProps {
  readonly runs: readonly PoolRunView[];
  readonly now: number;
}

export function PoolRuns({ runs, now }: PoolRunsProps): JSX.Element {
  return (
    <ul class="plain pool-runs">
      {runs.map(({ id, job, type, state, pulls, startedAt }) => (
        <li key={id}>
          <StateMark state={isState(state) ? state : "pending"} />{" "}
          <a href={`/jobs/${encodeURIComponent(id)}`}>
            <b>{job}</b>
          </a>{" "}
          <span class="soft small">
            {type === "batch" ? "batch of " : "for "}
            {pulls.map((number) => `#${number}`).join(", ")}, since {duration(now - startedAt)}
          </span>
        </li>
      ))}
    </ul>
  );
}

const isState = (state: string): state is "scheduling" | "triggered" | "pending" =>
  state === "scheduling" || state === "triggered" || state === "pending";
