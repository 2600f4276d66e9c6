/** The search field of the command help. Without a script it is not there: the browser's own search does. */
import type { JSX } from "preact";

export interface CommandFilterProps {
  readonly text: string;
  /** Commands that match; null when nothing is typed. */
  readonly left: number | null;
  readonly onInput: ((text: string) => void) | null;
}

export function CommandFilter({ text, left, onInput }: CommandFilterProps): JSX.Element {
  return (
    <label class="field field-wide command-filter">
      <span>Find a command</span>
      <input
        type="search"
        value={text}
        placeholder="lgtm, retest, label"
        disabled={onInput === null}
        onInput={(event: { readonly currentTarget: { readonly value: string } }) =>
          onInput?.(event.currentTarget.value)
        }
      />
      <span class="soft small" role="status">
        {left === null ? "" : left === 1 ? "1 command" : `${left} commands`}
      </span>
    </label>
  );
}
