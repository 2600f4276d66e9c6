/** The few icons, drawn on a 16 px grid in the colour of the text around them. */
import type { JSX } from "preact";

const PATHS = {
  success: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5ZM5.2 8.2l2 2 3.8-4.2",
  failure: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5ZM5.7 5.7l4.6 4.6m0-4.6-4.6 4.6",
  error: "M8 2 1.7 13.5h12.6L8 2Zm0 4.3v3.4m0 1.9v.1",
  aborted: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5ZM3.8 12.2l8.4-8.4",
  pending: "M8 1.75A6.25 6.25 0 1 1 1.75 8",
  triggered: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5ZM8 4.5V8l2.3 1.5",
  scheduling: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  rerun: "M13.5 8A5.5 5.5 0 1 1 11.7 3.9M12 1.5v2.8H9.2",
  stop: "M4 4h8v8H4z",
  link: "M6.5 9.5l3-3M7 4.8l1.6-1.6a2.7 2.7 0 0 1 3.9 3.9L10.9 8.7M9 11.2l-1.6 1.6a2.7 2.7 0 0 1-3.9-3.9l1.6-1.6",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  down: "M8 2.5v10m-4-4 4 4 4-4",
  wrap: "M2 4h12M2 8h9.5a2.25 2.25 0 0 1 0 4.5H8m0 0 1.8-1.8M8 12.5l1.8 1.8M2 12.5h2.5",
  file: "M9 1.75H3.5v12.5h9V5.250L9 1.75Zm0 0v3.5h3.5",
  raw: "M9.5 2.5h4v4M13.5 2.5 8 8M12 9.5v4H2.5V4h4",
} as const;
export type IconName = keyof typeof PATHS;

/** Decorative: the text beside it carries the meaning. */
export function Icon({ name, spin = false }: { readonly name: IconName; readonly spin?: boolean }): JSX.Element {
  return (
    <svg class={spin ? "icon spin" : "icon"} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** A prow above its bow wave. */
export function Prow(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <path d="M6 4h20c-1.7 9.5-6.5 16.5-14 20.5C8 20.5 6 13.5 6 4z" fill="currentColor" />
      <path
        d="M3 28c3.2 0 3.2-2.2 6.5-2.2s3.2 2.2 6.5 2.2 3.2-2.2 6.5-2.2 3.2 2.2 6.5 2.2"
        fill="none"
        stroke="#e8f1f4"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}
