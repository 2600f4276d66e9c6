/** Of the machinery: queue, merge pools, tokens, caches, leased projects (spec velodrome 1.10, B and C). */
import type { Dashboard, Panel } from "./form.ts";

const tokens: Panel = {
  title: "Github Token usage",
  source: "monitoring",
  max: 5000,
  limits: [3000, 4000],
  targets: [
    {
      query:
        'SELECT mean("value") FROM "github_token_count" WHERE $timeFilter GROUP BY time($__interval), "login" fill(previous)',
      legend: "$tag_login",
    },
    {
      query:
        'SELECT mean("value") FROM "github_token_count" WHERE $timeFilter GROUP BY time(1w), "login" fill(previous)',
      legend: "$tag_login by week",
    },
  ],
};

const POOL = "{{org}}/{{repo}}:{{branch}}";
const KUBERNETES = '{org="kubernetes",repo="kubernetes",branch="master"}';
const freshPools = "pooledprs and on (org, repo, branch) (time() - updatetime < 240)";
const merges = (span: string, seconds: number, from = "merges_sum") =>
  `sum by (org, repo, branch) (rate(${from}[${span}])) * ${seconds}`;

export const monitoring: Dashboard = {
  name: "monitoring",
  title: "Monitoring",
  span: "7d",
  panels: [
    tokens,
    {
      title: "Submit-queue stats",
      source: "prometheus",
      targets: [
        { query: "submitqueue_queued_pullrequests_total", legend: "Queued" },
        { query: "submitqueue_open_pullrequests_total", legend: "Open", right: true },
        { query: "increase(submitqueue_merge_total[1d])", legend: "Merged in a day" },
      ],
    },
    {
      title: "Mungegithub Loop Frequency",
      source: "prometheus",
      targets: [{ query: 'increase(mungegithub_loops{app=~"submit-queue|misc-mungers"}[1h])', legend: "{{app}}" }],
    },
    {
      title: "Time since last merge",
      source: "prometheus",
      unit: "s",
      description: "Bad from four hours on, while the queue is not empty.",
      limits: [14_400],
      targets: [
        { query: "time() - submitqueue_time_of_last_merge", legend: "Since the last merge" },
        { query: "submitqueue_queued_pullrequests_total", legend: "Queued", right: true },
      ],
    },
    {
      title: "Blackbox Prober",
      source: "prometheus",
      max: 1,
      description: "1: the probe went well.",
      targets: [{ query: 'probe_success{job="blackbox"}', legend: "{{instance}}" }],
    },
    {
      title: "Tide Pool Sizes",
      source: "prometheus",
      targets: [{ query: `avg by (org, repo, branch) (${freshPools})`, legend: POOL }],
    },
    {
      title: "Hourly Merge Rate",
      source: "prometheus",
      targets: [{ query: `${merges("1h", 3600)} > 0`, legend: POOL }],
    },
    {
      title: "Tide Daily Merge Rate",
      source: "prometheus",
      targets: [{ query: merges("1d", 86_400), legend: POOL }],
    },
    {
      title: "Tide Daily Merge Rate: Batches Only",
      source: "prometheus",
      targets: [{ query: `${merges("1d", 86_400)} - ${merges("1d", 86_400, 'merges_bucket{le="1"}')}`, legend: POOL }],
    },
    {
      title: "kubernetes/kubernetes:master",
      source: "prometheus",
      targets: [
        { query: `avg(pooledprs${KUBERNETES})`, legend: "Pool size" },
        { query: `sum(rate(merges_sum${KUBERNETES}[1d])) * 86400`, legend: "Merges a day", right: true },
      ],
    },
    {
      title: "Tide Processing Time",
      source: "prometheus",
      unit: "s",
      targets: [
        { query: "max(syncdur and changes(syncdur[1h]) > 0)", legend: "Sync" },
        { query: "max(statusupdatedur and changes(statusupdatedur[1h]) > 0)", legend: "Status update" },
      ],
    },
  ],
};

const POOLS = { gce: "GCE", gke: "GKE", ingress: "Ingress", gpu: "GPU", istio: "Istio", gci_qa: "GCI QA" };

export const boskos: Dashboard = {
  name: "boskos",
  title: "boskos dashboard",
  span: "24h",
  panels: Object.entries(POOLS).map(([pool, title]) => ({
    title: `${title} projects`,
    source: "prometheus",
    stacked: true,
    targets: ["cleaning", "dirty", "busy", "free"].map((state) => ({
      query: `boskos_${pool}_project_${state}`,
      legend: state,
    })),
  })),
};

const KINDS = { action: "Action", cas: "CAS" };
const BAZEL = ["action", "cas"].flatMap((kind) => ["hits", "misses"].map((of) => `bazel_cache_${kind}_${of}`));
const GB = 1e9;

export const bazelCache: Dashboard = {
  name: "bazel-cache",
  title: "Bazel Cache",
  span: "7d",
  refresh: "1m",
  panels: [
    ...Object.entries(KINDS).map(([kind, title]): Panel => {
      const of = (name: string) => `sum(increase(bazel_cache_${kind}_${name}[30m]))`;
      return {
        title: `${title} cache`,
        source: "prometheus",
        targets: [
          { query: of("hits"), legend: "Hits" },
          { query: of("misses"), legend: "Misses" },
          {
            query: `clamp_min(100 * ${of("hits")} / (${of("hits")} + ${of("misses")}), 0)`,
            legend: "Hit rate (%)",
            right: true,
          },
        ],
      };
    }),
    ...BAZEL.map(
      (name): Panel => ({
        title: `${name} in the last 7 days`,
        source: "prometheus",
        kind: "stat",
        targets: [{ query: `sum(delta(${name}[7d]))` }],
      }),
    ),
    {
      title: "Disk",
      source: "prometheus",
      targets: [
        ...["free", "used", "total"].map((part) => ({
          query: `bazel_cache_disk_${part} / ${GB}`,
          legend: `${part} (GB)`,
        })),
        { query: "100 * bazel_cache_disk_free / bazel_cache_disk_total", legend: "Free (%)", right: true },
      ],
    },
    {
      title: "Age of what was evicted last",
      source: "prometheus",
      unit: "h",
      targets: [{ query: "bazel_cache_last_evicted_access_age", legend: "Hours since it was used" }],
    },
  ],
};

const NO_COST = 'ghcache_responses{mode=~"COALESCED|REVALIDATED"}';
const ALL = 'ghcache_responses{mode=~"COALESCED|REVALIDATED|MISS|CHANGED"}';

export const githubCache: Dashboard = {
  name: "github-cache",
  title: "GitHub Cache",
  span: "7d",
  refresh: "1m",
  panels: [
    {
      title: "Requests per hour",
      source: "prometheus",
      targets: [
        { query: "sum by (mode) (rate(ghcache_responses[1h])) * 3600", legend: "{{mode}}" },
        { query: `sum(rate(${NO_COST}[1h])) * 3600`, legend: "(No Cost)" },
      ],
    },
    {
      title: "Efficiency",
      source: "prometheus",
      unit: "percentunit",
      max: 1,
      targets: [{ query: `sum(rate(${NO_COST}[1h])) / sum(rate(${ALL}[1h]))`, legend: "No cost of all" }],
    },
    {
      title: "Github Token usage of k8s-ci-robot",
      source: "monitoring",
      max: 5000,
      limits: [3000, 4000],
      targets: [
        {
          query: 'SELECT "value" FROM "github_token_count" WHERE "login" = \'k8s-ci-robot\' AND $timeFilter',
          legend: "Used",
        },
        {
          query:
            'SELECT mean("value") FROM "github_token_count" WHERE "login" = \'k8s-ci-robot\' AND $timeFilter GROUP BY time(1h) fill(previous)',
          legend: "Mean by hour",
        },
      ],
    },
    {
      title: "Disk",
      source: "prometheus",
      unit: "percent",
      max: 100,
      targets: [{ query: "100 * ghcache_disk_used / ghcache_disk_total", legend: "Used" }],
    },
    ...[
      ["hour", "1h"],
      ["7 days", "7d"],
    ].map(
      ([span = "", range = ""]): Panel => ({
        title: `Tokens saved in the last ${span}`,
        source: "prometheus",
        kind: "stat",
        targets: [{ query: `sum(increase(${NO_COST}[${range}]))` }],
      }),
    ),
  ],
};
