/** The worker's own dashboards in Grafana: what their pages show, read through its Infinity data source. */
import type { Dashboard, Panel } from "./form.ts";

/** A panel of the worker by its address. */
const panel = (dashboard: string, id: string, title: string, unit = "short"): Panel => ({
  title,
  source: "infinity",
  unit,
  targets: [
    {
      query: `/velodrome/${dashboard}/${id}/data.json?format=rows&from=\${__from:date:seconds}&to=\${__to:date:seconds}`,
      root: "rows",
      columns: [
        ["time", "timestamp_epoch"],
        ["line", "string"],
        ["value", "number"],
      ],
    },
  ],
});

export const edge: readonly Dashboard[] = [
  {
    name: "cutwater-velocity",
    title: "Cutwater velocity",
    span: "90d",
    panels: [
      panel("velocity", "merge-rate", "Merge rate (7-day average)"),
      panel("velocity", "comments", "Number of comments (7-day average)"),
      panel("velocity", "commenters", "Unique commenters by week"),
      panel("velocity", "new-pull-requests", "New pull requests (7-day average)"),
      panel("velocity", "open-pull-requests", "Number and age of open pull requests", "s"),
      panel("velocity", "authors", "Pull request authors by week"),
    ],
  },
  {
    name: "cutwater-reviewing",
    title: "Cutwater reviewing",
    span: "90d",
    panels: [
      panel("reviewing", "reviewed", "Reviewed, not merged", "s"),
      panel("reviewing", "approved", "Approved, not merged", "s"),
      panel("reviewing", "needs-rebase", "Waiting for a rebase", "s"),
      panel("reviewing", "reviewers", "Reviewers by week"),
    ],
  },
];
