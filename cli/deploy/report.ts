/** What a person reads at the end of a deploy: where it is, what comes next, what is still to set. */
import { setupIsOver, putLine, SETTING_GUIDES, stillUnset } from "./settings.ts";

export interface Outcome {
  readonly url: string;
  /** Named in commands only where wrangler.toml names another. */
  readonly worker: string | null;
  /** Names of all settings that have a value. */
  readonly present: ReadonlySet<string>;
  /** A set-up token made by this very run. */
  readonly setupToken: string | null;
}

function setupLines({ url, worker, setupToken }: Outcome): string[] {
  const guide = SETTING_GUIDES.find(({ name }) => name === "SETUP_TOKEN");
  const known = setupToken ?? "<the SETUP_TOKEN that an earlier deploy printed>";
  const lost =
    setupToken === null && guide
      ? [`  Lost it, or made an App with it already? Choose another: ${putLine(guide, worker)}`]
      : [];
  const elsewhere = worker === null ? [] : [`  Add --name ${worker} to each line that the page shows.`];
  return [
    "",
    "Next: make the GitHub App. This page does it, and shows the values of those marked (App) below:",
    `  ${url}/setup?token=${known}`,
    ...lost,
    ...elsewhere,
  ];
}

export function finalReport(outcome: Outcome): string[] {
  const missing = stillUnset(outcome.present).flatMap((guide) => [
    `  ${putLine(guide, outcome.worker)}`,
    `      ${guide.source === "setup" ? "(App) " : ""}${guide.purpose}`,
  ]);
  return [
    "",
    `The worker is at ${outcome.url}`,
    ...(setupIsOver(outcome.present) ? [] : setupLines(outcome)),
    "",
    ...(missing.length > 0
      ? ["Still to set (each line asks for the value; docs/deploy.md explains them):", ...missing]
      : ["Every setting that has no default is set."]),
  ];
}
