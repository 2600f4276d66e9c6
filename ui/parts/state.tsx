/** How states look and read, everywhere the same. */
import type { JSX } from "preact";
import type { JobRow } from "../../src/jobs/view.ts";
import { Icon } from "./icons.tsx";

export type JobState = JobRow["state"];

const WORDS: Readonly<Record<JobState, string>> = {
  scheduling: "Scheduling",
  triggered: "Queued",
  pending: "Running",
  success: "Success",
  failure: "Failure",
  aborted: "Aborted",
  error: "Error",
};

/** Whether a job with this state and completion is over. An aborted one may still be stopping. */
export const isOver = (state: JobState, completionTime: number | null): boolean =>
  completionTime !== null || ["success", "failure", "error"].includes(state);

/** The word a person reads for a state. */
export const stateWord = (state: JobState): string => WORDS[state];

const isState = (text: string): text is JobState => Object.hasOwn(WORDS, text);

/** The word for a state as it was typed into a URL; the text itself when it is none. */
export const stateText = (text: string): string => (isState(text) ? WORDS[text] : text);

interface StateMarkProps {
  readonly state: JobState;
  readonly big?: boolean;
  /** Another word for things that are like this state. */
  readonly word?: string;
}

export function StateMark({ state, big = false, word = WORDS[state] }: StateMarkProps): JSX.Element {
  return (
    <span class={`state state-${state}${big ? " state-big" : ""}`}>
      <Icon name={state} spin={state === "pending"} />
      <span>{word}</span>
    </span>
  );
}
