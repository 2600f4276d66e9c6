/** A part of a page that comes alive in the browser: the same component, hydrated with the same data. */
import type { ComponentChildren, JSX } from "preact";

export interface IslandProps {
  /** Name of a file in ui/islands. */
  readonly name: "job-list" | "job" | "job-log" | "command-filter" | "tide" | "chart";
  /** Plain data for the component; it ends up in the page. */
  readonly data: unknown;
  readonly children?: ComponentChildren;
}

export function Island({ name, data, children }: IslandProps): JSX.Element {
  return (
    <div data-island={name} data-props={JSON.stringify(data)}>
      {children}
    </div>
  );
}
