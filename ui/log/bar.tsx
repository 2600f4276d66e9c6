/** The bar above a log: what there is, where the failures are, how it is shown. */
import type { JSX } from "preact";
import { Icon } from "../parts/icons.tsx";
import type { IconName } from "../parts/icons.tsx";
import { size } from "../parts/time.tsx";

/** What the server knows of a log when it renders the page. */
export interface LogData {
  readonly id: string;
  /** Bytes at the time of rendering. */
  readonly size: number;
  readonly complete: boolean;
  /** The rendered lines are those that begin in [from, to). */
  readonly from: number;
  readonly to: number;
  readonly firstLine: number | null;
}

export interface LogBarState {
  readonly size: number;
  readonly failures: readonly number[];
  /** Index into `failures` of the one that was jumped to; -1 before the first jump. */
  readonly failure: number;
  readonly wrap: boolean;
  readonly follow: boolean;
  /** Following makes sense while the log grows. */
  readonly growing: boolean;
  readonly selection: { readonly first: number; readonly last: number } | null;
  /** What was just done, said to the reader. */
  readonly said: string;
}

interface LogBarActions {
  readonly jump: (step: 1 | -1) => void;
  readonly toggleWrap: () => void;
  readonly toggleFollow: () => void;
  readonly toEnd: () => void;
  readonly copyLines: () => void;
  readonly copyLink: () => void;
}

export interface LogBarProps extends LogBarState {
  readonly id: string;
  /** Null on the server and until the island is alive: then there are no buttons that do nothing. */
  readonly actions: LogBarActions | null;
}

export function LogBar(props: LogBarProps): JSX.Element {
  const { id, actions } = props;
  return (
    <div class="log-bar">
      <h2>Log</h2>
      <span class="soft small log-size">{props.size === 0 ? "empty" : size(props.size)}</span>
      <div class="log-tools">{actions !== null && <Tools {...props} actions={actions} />}</div>
      <a class="button" href={`/jobs/${id}/log`}>
        <Icon name="raw" /> Raw
      </a>
    </div>
  );
}

function Tools(props: LogBarState & { readonly actions: LogBarActions }): JSX.Element {
  const { failures, failure, selection, actions, said } = props;
  return (
    <>
      <span class="unseen" role="status">
        {said}
      </span>
      {selection !== null && (
        <span class="group">
          <Tool icon="copy" text="Copy" title={linesWord(selection)} onClick={actions.copyLines} />
          <Tool icon="link" text="Link" title="Copy a link to the selected lines" onClick={actions.copyLink} />
        </span>
      )}
      {failures.length > 0 && (
        <span class="group group-failure">
          <button
            type="button"
            class="button"
            onClick={() => actions.jump(-1)}
            disabled={failure <= 0}
            aria-label="Previous failure"
          >
            ‹
          </button>
          <button
            type="button"
            class="button"
            onClick={() => actions.jump(1)}
            disabled={failure === failures.length - 1}
          >
            {failureWords(failure, failures.length)} ›
          </button>
        </span>
      )}
      <span class="group">
        <Tool icon="wrap" text="Wrap" title="Wrap long lines" pressed={props.wrap} onClick={actions.toggleWrap} />
        {props.growing ? (
          <Tool
            icon="down"
            text="Follow"
            title="Stay at the end"
            pressed={props.follow}
            onClick={actions.toggleFollow}
          />
        ) : (
          <Tool icon="down" text="End" title="Go to the end" onClick={actions.toEnd} />
        )}
      </span>
    </>
  );
}

/** `failure`: index of the one that was jumped to, -1 before. */
function failureWords(failure: number, count: number): string {
  if (failure >= 0) return `Failure ${failure + 1} of ${count}`;
  return count === 1 ? "To the failure" : `First of ${count} failures`;
}

const linesWord = ({ first, last }: { readonly first: number; readonly last: number }): string =>
  first === last ? `Copy line ${first}` : `Copy lines ${first} to ${last}`;

interface ToolProps {
  readonly icon: IconName;
  readonly text: string;
  readonly title: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Tool({ icon, text, title, pressed, onClick }: ToolProps): JSX.Element {
  return (
    <button type="button" class="button" title={title} aria-pressed={pressed} onClick={onClick}>
      <Icon name={icon} /> {text}
    </button>
  );
}
