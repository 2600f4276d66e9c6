/** How long people wait (spec velodrome 8.3, 8.4), by the week in which the issue or pull request was opened. */
import type { LatencyName } from "../measures/latency.ts";
import type { Dashboard, Panel, Scope } from "./panel.ts";
import { type Line, readWeeks, type WeekRow, weekChart, weeksOf } from "./weekly.ts";

const SIZES = ["XS", "S", "M", "L", "XL", "XXL", "none"];
const PERCENTILES = ["p15", "p50", "p85", "p95"] as const;
const COMMON = `By the week (from Monday, UTC) in which it was opened; what bots opened is left out. A percentile is the value that was
there (nearest rank). The weeks that are not over, and those before, still change as more comes to its end.`;

interface Measure {
  readonly name: LatencyName;
  readonly title: string;
  readonly definition: string;
}

const MEASURES: readonly Measure[] = [
  {
    name: "pr-response",
    title: "Pull requests: time to engagement",
    definition: `From opening to the first act of a person who is neither the author nor a bot: a comment, a review, or an event that they
      made (a label, closing, ...). Acts in the first 30 seconds are left out: automation in the author's name. Those that nobody
      answered yet are not in it.`,
  },
  {
    name: "issue-response",
    title: "Issues: time to engagement",
    definition: "As for pull requests: from opening to the first act of a person who is neither the author nor a bot.",
  },
  {
    name: "pr-review",
    title: "Time to first review",
    definition: `From opening to the first review, or comment on a line, of a person who is neither the author nor a bot. Those without one
      are not in it.`,
  },
  {
    name: "pr-round",
    title: "Round of review",
    definition: `From opening, or from the first push after an answer, to the next comment or review of a person who is neither the author
      nor a bot; every answered round counts. Left out is the time in which it was a draft, or labelled do-not-merge/work-in-progress,
      do-not-merge/hold or needs-rebase. Pushes are forced ones, and those that a review saw.`,
  },
  {
    name: "pr-lgtm",
    title: "Open to LGTM",
    definition: `Merged pull requests: from opening to the first lgtm label; without one, to the first approved label; without either,
      to the merge.`,
  },
  {
    name: "pr-approve",
    title: "LGTM to approve",
    definition: `Merged pull requests: from the first lgtm label to the first approved label (0 if that came first); without an approved
      label, to the merge; without an lgtm label, 0.`,
  },
  {
    name: "pr-approved-merge",
    title: "Approve to merge",
    definition: "Merged pull requests: from the first approved label to the merge; without that label, 0.",
  },
  { name: "pr-merge", title: "Open to merge", definition: "Merged pull requests: from opening to the merge." },
  {
    name: "issue-close",
    title: "Issues: open to close",
    definition: "Issues that are closed now: from opening to when they were closed.",
  },
];

const panel = (id: string, title: string, definition: string, load: Panel["load"]): Panel => {
  const words = `${definition} ${COMMON}`.replaceAll(/\s+/g, " ");
  return { id, title, definition: words, unit: "seconds", right: "number", load };
};

/** All percentiles of one repository; the median of each of several, whose percentiles cannot be added up. */
function byRepository({ name, title, definition }: Measure): Panel {
  const several = "Of several repositories, the median of each.";
  return panel(name, title, `${definition} ${several}`, async (db, scope) => {
    const weeks = weeksOf(scope, 1);
    const { rows, asOf } = await readWeeks(db, scope, [name], weeks);
    return weekChart(weeks, rows, linesOf(scope), asOf);
  });
}

function linesOf({ repositories }: Scope): readonly Line[] {
  const [only] = repositories;
  if (repositories.length === 1 && only !== undefined)
    return [
      ...PERCENTILES.map((percentile) => ({
        name: percentile,
        of: () => true,
        value: (row: WeekRow) => row[percentile],
      })),
      { name: "how many", of: () => true, value: ({ n }) => n, right: true, hidden: true },
    ];
  return repositories.flatMap((repository): readonly Line[] => {
    const of = (row: WeekRow) => row.repository === repository;
    return [
      { name: repository, of, value: ({ p50 }) => p50 },
      { name: `${repository}: how many`, of, value: ({ n }) => n, right: true, hidden: true },
    ];
  });
}

/** The median of each size. */
function bySize({ name, title, definition }: Measure): Panel {
  const sizes = `The median for each size label (none: without one). Of several repositories, the mean of their medians, each as often as it
    has pull requests.`;
  return panel(`${name}-by-size`, `${title}, by size`, `${definition} ${sizes}`, async (db, scope) => {
    const weeks = weeksOf(scope, SIZES.length);
    const { rows, asOf } = await readWeeks(db, scope, [name], weeks, SIZES);
    const counts = new Map<string, number>();
    for (const { week, size, n } of rows) counts.set(`${week} ${size}`, (counts.get(`${week} ${size}`) ?? 0) + n);
    const lines = SIZES.map((wanted): Line => {
      const share = ({ week, size, n, p50 }: WeekRow) =>
        p50 === null ? null : (p50 * n) / (counts.get(`${week} ${size}`) ?? n);
      return { name: wanted, of: ({ size }) => size === wanted, value: share };
    });
    return weekChart(weeks, rows, lines, asOf);
  });
}

const SIZED = new Set<LatencyName>(["pr-response", "pr-review", "pr-lgtm", "pr-merge"]);

export const latency: Dashboard = {
  id: "latency",
  title: "Latency of reviews and merges",
  about: "How long do issues and pull requests wait, and for what?",
  days: 365,
  sight: "repositories",
  bySig: true,
  panels: [...MEASURES.map(byRepository), ...MEASURES.filter(({ name }) => SIZED.has(name)).map(bySize)],
};
