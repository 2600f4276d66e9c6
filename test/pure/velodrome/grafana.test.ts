/** Grafana's files: the panels of spec velodrome 1.10, as the list has them, on data sources that are provisioned. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { dashboardJson } from "../../../grafana/form.ts";
import { DASHBOARDS } from "../../../grafana/list.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../grafana");
const read = (...parts: string[]): string => readFileSync(path.join(FOLDER, ...parts), "utf8");

const Source = z.object({ type: z.string(), uid: z.string() });
const Grid = z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() });
const Dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  time: z.object({ from: z.string() }),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      datasource: Source,
      gridPos: Grid,
      targets: z.array(z.object({ refId: z.string(), datasource: Source })).min(1),
    }),
  ),
});
const files = readdirSync(path.join(FOLDER, "dashboards"));
const dashboards = files.map((file) => Dashboard.parse(JSON.parse(read("dashboards", file))));

/** B and C, and A as far as it is not in them; the panel of feedback is a text of the original's own. */
const PANELS: Readonly<Record<string, readonly string[]>> = {
  "Kubernetes Velocity Metrics": [
    "Merge Rate (7 Day MA) Kubernetes Repos",
    "Number of Comments (7 Day MA) Per Repo",
    "Number of Unique Commenters (by week)",
    "New pull-requests",
    "Number/Age of open pull-requests",
    "Number of pull-requests authors",
  ],
  "Kubernetes Developer Velocity": [
    "Merge Rate",
    "LGTM to Merge",
    "Pull-request response time (time before first comment/lgtm)",
    "Rebase",
    "First comment on flaky-test issues",
  ],
  "K8s Contributor Metrics": ["Comments by login, all repositories"],
  Monitoring: [
    "Github Token usage",
    "Submit-queue stats",
    "Mungegithub Loop Frequency",
    "Time since last merge",
    "Blackbox Prober",
    "Tide Pool Sizes",
    "Hourly Merge Rate",
    "Tide Daily Merge Rate",
    "Tide Daily Merge Rate: Batches Only",
    "kubernetes/kubernetes:master",
    "Tide Processing Time",
  ],
  "BigQuery Metrics": [
    "PR Flakiness",
    "Longest Failing PR Jobs",
    "Flakiest PR Jobs (past week)",
    "Pass rate",
    "Job Flakiness",
    "Longest Failing Jobs",
    "Presubmit Failure Rate (%)",
    "BigQuery Ingress Rate",
  ],
  ...Object.fromEntries(
    ["merge", "release"].map((kind) => [
      `job-health (${kind}-blocking)`,
      [
        "Daily failure rate",
        "Continuously failing days",
        "Flake rate",
        "Flakes last week",
        "Duration, 99 % (minutes)",
        "Average hours between runs",
        "Average tests per run",
      ],
    ]),
  ),
  "boskos dashboard": ["GCE", "GKE", "Ingress", "GPU", "Istio", "GCI QA"].map((pool) => `${pool} projects`),
  "Bazel Cache": [
    "Action cache",
    "CAS cache",
    ...["action_hits", "action_misses", "cas_hits", "cas_misses"].map((of) => `bazel_cache_${of} in the last 7 days`),
    "Disk",
    "Age of what was evicted last",
  ],
  "GitHub Cache": [
    "Requests per hour",
    "Efficiency",
    "Github Token usage of k8s-ci-robot",
    "Disk",
    "Tokens saved in the last hour",
    "Tokens saved in the last 7 days",
  ],
  "Cutwater mirrors": ["Mirrored repositories"],
  "Cutwater velocity": [
    "Merge rate (7-day average)",
    "Number of comments (7-day average)",
    "Unique commenters by week",
    "New pull requests (7-day average)",
    "Number and age of open pull requests",
    "Pull request authors by week",
  ],
  "Cutwater reviewing": ["Reviewed, not merged", "Approved, not merged", "Waiting for a rebase", "Reviewers by week"],
};

test("Every panel of the original is there", () => {
  expect(
    Object.fromEntries(dashboards.map(({ title, panels }) => [title, panels.map((panel) => panel.title)])),
  ).toEqual(PANELS);
});

test("The files are those of the list (else: node grafana/build.ts, npm run format)", () => {
  expect(Object.fromEntries(files.map((file) => [file, JSON.parse(read("dashboards", file))]))).toEqual(
    Object.fromEntries(DASHBOARDS.map((one) => [`${one.name}.json`, JSON.parse(JSON.stringify(dashboardJson(one)))])),
  );
});

describe.each(dashboards)("$title", ({ uid, panels }) => {
  test("Its panels have numbers and places of their own", () => {
    expect(uid).toMatch(/^[\w-]{1,40}$/);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    for (const { targets } of panels)
      expect(new Set(targets.map(({ refId }) => refId)).size, "letters of targets").toBe(targets.length);
  });

  test("It reads what is provisioned", () => {
    const Provisioned = z.object({ datasources: z.array(Source.extend({ url: z.string() })) });
    const { datasources } = Provisioned.parse(parse(read("provisioning", "datasources", "velodrome.yaml")));
    const known = datasources.map(({ type, uid: own }) => `${type} ${own}`);
    for (const { datasource, targets } of panels)
      for (const { type, uid: own } of [datasource, ...targets.map((target) => target.datasource)])
        expect(known).toContain(`${type} ${own}`);
  });
});

test("No address and no secret stands in the files: Grafana's environment has them", () => {
  for (const file of ["datasources/velodrome.yaml", "dashboards/velodrome.yaml"]) {
    const text = read("provisioning", file);
    expect(text).not.toMatch(/https?:/);
    for (const [, value = ""] of text.matchAll(/\b(?:url|user|password|path|bearerToken): ?([^,}\n]+)/g))
      expect(value).toMatch(/^\$[A-Z_]+/);
  }
});
