/** Short texts that plugins write about themselves. */
import type { JSX } from "preact";

/** Text in which what stands between backticks is code. */
export function withCode(text: string): JSX.Element {
  return <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}

/** A command's pattern, which may break after each alternative and nowhere inside one. */
export function breakable(usage: string): JSX.Element {
  const parts = usage.split(/(?<=[|\])])/);
  return (
    <>
      {parts.map((part, index) => (
        <span key={index}>
          {part}
          {index < parts.length - 1 && <wbr />}
        </span>
      ))}
    </>
  );
}
