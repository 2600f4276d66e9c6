/** Of pull requests and people: what the transform's points show (spec velodrome 1.10, A and B). */
import type { Dashboard, Panel } from "./form.ts";

const RANGE = "$timeFilter";

/** A day's value of each repository, averaged over seven days, and the same of all together. */
const weekly = (value: string, measurement: string, fill = "0") => [
  {
    query: `SELECT moving_average(${value}, 7) FROM "${measurement}" WHERE ${RANGE} GROUP BY time(1d), "repository" fill(${fill})`,
    legend: "$tag_repository",
  },
  {
    query: `SELECT moving_average(${value}, 7) FROM "${measurement}" WHERE ${RANGE} GROUP BY time(1d) fill(${fill})`,
    legend: "Sum of all repositories",
    hidden: true,
  } as const,
];

const people = (of: "comment" | "event") =>
  [
    [', "repository"', "$tag_repository"],
    ["", "Overall"],
  ].map(([by = "", legend = ""]) => ({
    query: `SELECT count(distinct("author")) FROM "contributions" WHERE "${of}" = 1 AND ${RANGE} GROUP BY time(1w)${by} fill(0)`,
    legend,
  }));

export const velocity: Dashboard = {
  name: "velocity",
  title: "Kubernetes Velocity Metrics",
  span: "4y",
  panels: [
    {
      title: "Merge Rate (7 Day MA) Kubernetes Repos",
      source: "influx",
      stacked: true,
      targets: weekly('sum("event")', "merge"),
    },
    {
      title: "Number of Comments (7 Day MA) Per Repo",
      source: "influx",
      stacked: true,
      targets: weekly('count("comment")', "contributions"),
    },
    {
      title: "Number of Unique Commenters (by week)",
      source: "influx",
      description: "Different people who commented within a week.",
      targets: people("comment"),
    },
    { title: "New pull-requests", source: "influx", targets: weekly('sum("event")', "contributions") },
    {
      title: "Number/Age of open pull-requests",
      source: "influx",
      description: "Left: median age in seconds. Right: number.",
      targets: [
        {
          query: `SELECT moving_average(last("50%"), 7) / 1000000000 FROM "open" WHERE ${RANGE} GROUP BY time(1d), "repository" fill(previous)`,
          legend: "Age $tag_repository",
        },
        {
          query: `SELECT moving_average(max("count"), 7) FROM "open" WHERE ${RANGE} GROUP BY time(1d), "repository" fill(previous)`,
          legend: "Number $tag_repository",
          right: true,
        },
      ],
    },
    { title: "Number of pull-requests authors", source: "influx", targets: people("event") },
  ],
};

export const contributors: Dashboard = {
  name: "contributors",
  title: "K8s Contributor Metrics",
  span: "30d",
  panels: [
    {
      title: "Comments by login, all repositories",
      source: "influx",
      kind: "table",
      description: "Without logins that contain bot or testing.",
      targets: [
        {
          query: `SELECT "author", "comment" FROM "contributions" WHERE "comment" = 1 AND "author" !~ /bot|testing/ AND ${RANGE}`,
        },
      ],
      steps: [
        {
          id: "groupBy",
          options: {
            fields: {
              author: { aggregations: [], operation: "groupby" },
              comment: { aggregations: ["sum"], operation: "aggregate" },
            },
          },
        },
        { id: "sortBy", options: { sort: [{ field: "comment (sum)", desc: true }] } },
      ],
    },
  ],
};

/** Of a measurement in minutes, shown in hours. */
function hours(title: string, measurement: string, where: string, fill: string): Panel {
  return {
    title,
    source: "influx",
    unit: "h",
    targets: [50, 80].map((percent) => ({
      query: `SELECT percentile("value", ${percent}) / 60 FROM "${measurement}" WHERE ${where}${RANGE} GROUP BY time(1w) fill(${fill})`,
      legend: `${percent} %`,
    })),
  };
}

/** The latency measures that the original's transform had until March 2017. */
export const developerVelocity: Dashboard = {
  name: "developer-velocity",
  title: "Kubernetes Developer Velocity",
  span: "12y",
  panels: [
    {
      title: "Merge Rate",
      source: "influx",
      targets: [
        {
          query: `SELECT sum("value") FROM "merged" WHERE ${RANGE} GROUP BY time(1w) fill(0)`,
          legend: "Merges per week",
        },
        {
          query: `SELECT moving_average(sum("value"), 10) FROM "merged" WHERE ${RANGE} GROUP BY time(1w) fill(0)`,
          legend: "Average of 10 weeks",
        },
      ],
    },
    hours("LGTM to Merge", "lgtm_to_merged", "", "0"),
    hours(
      "Pull-request response time (time before first comment/lgtm)",
      "first_comment",
      "\"pr\" = 'true' AND ",
      "null",
    ),
    {
      title: "Rebase",
      source: "influx",
      targets: [80, 95].map((percent) => ({
        query: `SELECT percentile("value", ${percent}) FROM "rebase" WHERE ${RANGE} GROUP BY time(1w) fill(0)`,
        legend: `${percent} %`,
      })),
    },
    hours("First comment on flaky-test issues", "first_comment", "\"pr\" = 'false' AND ", "0"),
  ],
};
