/** Who we are (spec velodrome 8.3): who comes, who comes back, and on how few it all rests. */
import { ARRIVALS } from "../measures/arrival.ts";
import type { DeedKind } from "../measures/deed.ts";
import type { Chart, Dashboard, Panel, Table } from "./panel.ts";
import { concentration, readPeople, sums } from "./people-weeks.ts";
import { type Line, readWeeks, weekChart, weeksOf } from "./weekly.ts";

const SEVERAL = "Of several repositories, their sum: who came to two is counted twice.";

const [AUTHORS, NEW, EPISODIC] = ARRIVALS;

const arrivals: Panel = {
  id: "arrivals",
  title: "New and returning contributors",
  definition:
    `People who opened pull requests in each week (from Monday, UTC): for whom it was the first ever in that repository; those who
    had opened some before; and of all, the occasional guests: none in the three months before, and at most 12 overall. ${SEVERAL}`.replaceAll(
      /\s+/g,
      " ",
    ),
  unit: "number",
  async load(db, scope): Promise<Chart> {
    const weeks = weeksOf(scope, ARRIVALS.length);
    const { rows, asOf } = await readWeeks(db, scope, ARRIVALS, weeks);
    const sign = (measure: string) => (measure === AUTHORS ? 1 : -1);
    const lines: readonly Line[] = [
      { name: "new", of: ({ measure }) => measure === NEW, value: ({ n }) => n },
      {
        name: "returning",
        of: ({ measure }) => measure !== EPISODIC,
        value: ({ measure, n }) => sign(measure) * n,
      },
      { name: "occasional guests", of: ({ measure }) => measure === EPISODIC, value: ({ n }) => n, hidden: true },
      { name: "all", of: ({ measure }) => measure === AUTHORS, value: ({ n }) => n, hidden: true },
    ];
    return weekChart(weeks, rows, lines, asOf);
  },
};

const KINDS: readonly (readonly [DeedKind, string])[] = [
  ["pr", "Pull requests opened"],
  ["merged", "Pull requests merged"],
  ["review", "Reviews"],
  ["comment", "Comments"],
  ["issue", "Issues opened"],
];

/** Each kind has its share of what a panel reads. */
const busFactor: Panel = {
  id: "bus-factor",
  title: "Bus factor",
  definition:
    "For each kind of contribution in this time: how many there were, of how many people, the smallest number of people who did more than half of it, and what part the ten busiest did. Of many people, the latest weeks that can be read at once; bots do not count.",
  unit: "number",
  async load(db, scope): Promise<Table> {
    const { rows, asOf } = await readPeople(
      db,
      scope,
      KINDS.map(([kind]) => kind),
    );
    const columns = [
      { name: "Kind", unit: "text" as const },
      ...["How many", "People", "Bus factor"].map((name) => ({ name, unit: "number" as const })),
      { name: "The ten busiest", unit: "share" as const },
    ];
    const cells = KINDS.map(([kind, name]) => {
      const amounts = sums(rows.filter((row) => row.kind === kind)).map(([, n]) => n);
      const { half, topTen } = concentration(amounts);
      const all = amounts.reduce((sum, one) => sum + one, 0);
      return [name, all, amounts.length, half, topTen];
    });
    return { kind: "table", columns, rows: cells, asOf };
  },
};

export const contributors: Dashboard = {
  id: "contributors",
  title: "Contributors",
  about: "Who is new, who comes back, and on how few people does it rest?",
  days: 365,
  sight: "repositories",
  bySig: true,
  panels: [arrivals, busFactor],
};
