/** A run of log lines: the same markup from the server and in the browser. */
import type { JSX } from "preact";
import { classesOf, parseAnsi, PLAIN } from "./ansi.ts";
import type { Segment } from "./ansi.ts";
import { isFailure } from "./failure.ts";
import type { Line } from "./lines.ts";

export interface LogChunkProps {
  readonly lines: readonly Line[];
  /** Number of the first line; null while it is not known. */
  readonly firstLine: number | null;
}

export function LogChunk({ lines, firstLine }: LogChunkProps): JSX.Element {
  let style = PLAIN;
  return (
    <>
      {lines.map((line, index) => {
        const { segments, end } = parseAnsi(line.text, style);
        style = end;
        return (
          <LogLine
            key={line.offset}
            line={line}
            segments={segments}
            number={firstLine === null ? null : firstLine + index}
          />
        );
      })}
    </>
  );
}

interface LogLineProps {
  readonly line: Line;
  readonly segments: readonly Segment[];
  readonly number: number | null;
}

function LogLine({ line, segments, number }: LogLineProps): JSX.Element {
  return (
    <div class={isFailure(line.text) ? "l fail" : "l"} id={number === null ? undefined : `L${number}`}>
      {number === null ? (
        <span class="n">·</span>
      ) : (
        <a class="n" href={`#L${number}`}>
          {number}
        </a>
      )}
      <span class="t">
        {segments.map(({ text, style }, index) => {
          const classes = classesOf(style);
          return classes === "" ? (
            text
          ) : (
            <span class={classes} key={index}>
              {text}
            </span>
          );
        })}
        {line.cut && <i class="cut"> … this line goes on in the raw log</i>}
        {"\n"}
      </span>
    </div>
  );
}
