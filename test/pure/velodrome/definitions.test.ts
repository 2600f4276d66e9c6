/** The argument strings of the original, its config.yaml and lists of metrics: read whole, or refused with a place. */
import { describe, expect, test } from "vitest";
import { readMetricList, readVelodromeConfig } from "../../../src/velodrome/definitions.ts";
import { parseCount } from "../../../src/velodrome/transform/count.ts";
import { DefinitionError } from "../../../src/velodrome/transform/flags.ts";
import { fingerprint, MetricRun } from "../../../src/velodrome/transform/run.ts";
import { eventRow, issueRow } from "./rows-of.ts";

const NOTHING = {
  event: "",
  comments: [],
  state: "",
  percentiles: [],
  noIssues: false,
  noPullRequests: false,
  ignoreAuthors: [],
  logAuthor: false,
};

describe("Arguments of count", () => {
  test.each([
    [[], {}],
    [["--event=merged", "--no-issues"], { event: "merged", noIssues: true }],
    [["--event", "closed", "--event", "merged"], { event: "merged" }],
    [["--comments=a,b", "--comments=c"], { comments: ["a", "b", "c"] }],
    [["--comments="], {}],
    [['--comments=""'], { comments: [""] }],
    [['--comments="a{1,2}",b'], { comments: ["a{1,2}", "b"] }],
    [['--comments="say ""hi"""'], { comments: ['say "hi"'] }],
    [["--comments=a,,b"], { comments: ["a", "", "b"] }],
    [["--comments=(?m)^@k8s-bot.*test this"], { comments: ["(?m)^@k8s-bot.*test this"] }],
    [["--state=opened, !merged ,labeled:a b"], { state: "opened, !merged ,labeled:a b" }],
    [["--event=labeled:a=b"], { event: "labeled:a=b" }],
    [["--percentiles=50,90", "--percentiles", "100"], { percentiles: [50, 90, 100] }],
    [["--no-pull-requests=T", "--log-author", "--no-issues=0"], { noPullRequests: true, logAuthor: true }],
    [["--log-author", "--log-author=false"], {}],
    [["--ignore-authors=k8s-bot,Mixed-Case"], { ignoreAuthors: ["k8s-bot", "Mixed-Case"] }],
  ])("%j", (args, says) => {
    expect(parseCount(args)).toEqual({ ...NOTHING, ...says });
  });

  test.each([
    [["--no-issues", "--no-pull-requests"], /leave nothing to count/, 1],
    [["--no-issues", "--frequency=2"], /no flag --frequency. There are: --event=/, 1],
    [["--no-issues", "false"], /"false" is no flag/, 1],
    [["-h"], /is no flag/, 0],
    [["--"], /is no flag/, 0],
    [["--event"], /needs a value/, 0],
    [["--event=assigned"], /--event=assigned: There is no event "assigned"/, 0],
    [["--event=labeled"], /needs a label/, 0],
    [["--state=opened,closd"], /no event "closd"/, 0],
    [["--state=! merged"], /no event " merged"/, 0],
    [["--log-author=yes"], /true or false, not "yes"/, 0],
    [["--state=opened", "--percentiles=0"], /from 1 to 100, not 0/, 1],
    [["--percentiles=50", "--percentiles=101"], /not 101/, 1],
    [["--percentiles=-5"], /not -5/, 0],
    [["--percentiles=50,"], /whole numbers such as 50,90/, 0],
    [["--percentiles=p50"], /whole numbers/, 0],
    [["--percentiles=99.9"], /whole numbers/, 0],
    [["--comments=ok", "--comments=(unclosed"], /\(unclosed is no regular expression/, 1],
    [["--comments=(a,b)"], /\(a is no regular expression of Go: .*split at commas/, 0],
    [['--comments=a"b'], /double quote/, 0],
    [['--comments="a"b'], /double quote/, 0],
    [['--comments="a'], /double quote/, 0],
  ])("%j is refused", (args, message, argument) => {
    let refusal: unknown = null;
    try {
      parseCount(args);
    } catch (error) {
      refusal = error;
    }
    if (!(refusal instanceof DefinitionError)) throw new Error("Not refused");
    expect(refusal.message).toMatch(message);
    expect(refusal.argument).toBe(argument);
  });
});

describe("A changed definition", () => {
  const rows = { issues: [issueRow(1, 10)], events: [eventRow(1, "closed", 20)], comments: [] };
  const saved = () => {
    const run = new MetricRun("acme/widgets", parseCount(["--state=opened"]));
    run.advance(rows);
    return run.save();
  };

  test("Of other meaning begins anew, of the same goes on", () => {
    const cursorOf = (...args: string[]) => new MetricRun("acme/widgets", parseCount(args), saved()).cursor;
    expect(cursorOf("--state=opened")).toEqual({ at: 20, comment: false, review: false, id: 20 });
    expect(cursorOf("--state", "opened", "--no-issues=false")).not.toBeNull();
    for (const args of [["--state=closed"], ["--state=opened", "--percentiles=50"], ["--state=opened", "--no-issues"]])
      expect(cursorOf(...args)).toBeNull();
  });

  test("What is saved cannot be read: begun anew", () => {
    const options = parseCount(["--state=opened"]);
    for (const broken of [
      "",
      7,
      {},
      { ...rows },
      JSON.parse(JSON.stringify(saved()).replace(/"plugin":.*/, '"plugin":[]}')),
    ]) {
      const run = new MetricRun("acme/widgets", options, broken);
      expect(run.cursor).toBeNull();
      expect(run.advance(rows)).toHaveLength(2);
    }
  });

  test("The order of names does not matter, that of patterns may", () => {
    const of = (...args: string[]) => fingerprint(parseCount(args));
    expect(of("--ignore-authors=a,b")).toBe(of("--ignore-authors=b", "--ignore-authors=a,a"));
    expect(of("--percentiles=50,90")).toBe(of("--percentiles=90,50"));
    expect(of("--event=merged")).not.toBe(of("--event=closed"));
    expect(of("--comments=a")).not.toBe(of("--comments=b"));
    expect(of("--log-author")).not.toBe(of());
  });
});

const CONFIG = `projects:
  kubernetes:
    nginx:
      public-ip: 1.2.3.4
    grafana: {google-analytics-uaid: UA-1}
    prometheus:
      prometheus-config.yml: |
        global: {}
    repositories:
      Kubernetes/Test-Infra:
        merge: &merge
          plugin: count
          args: [--no-issues, --event=merged]
        open:
          plugin: count
          args:
          - --no-issues
          - --state=opened,!merged
          - --percentiles=50
      kubernetes/dns:
        merge: *merge
        all:
          plugin: count
  empty:
    repositories:
      istio/istio:
`;

describe("The original's config.yaml", () => {
  test("Its metrics, for each repository", () => {
    const { definitions, problems } = readVelodromeConfig("config.yaml", CONFIG);
    expect(problems).toEqual([]);
    expect(definitions).toEqual([
      {
        metric: "merge",
        repository: "kubernetes/test-infra",
        options: { ...NOTHING, noIssues: true, event: "merged" },
      },
      {
        metric: "open",
        repository: "kubernetes/test-infra",
        options: { ...NOTHING, noIssues: true, state: "opened,!merged", percentiles: [50] },
      },
      { metric: "merge", repository: "kubernetes/dns", options: { ...NOTHING, noIssues: true, event: "merged" } },
      { metric: "all", repository: "kubernetes/dns", options: NOTHING },
    ]);
  });

  test.each([
    ["--state=opened,!merged", "--state=opened,!merge", 18, /no event "merge"/],
    ["--percentiles=50", "--percentile=50", 19, /no flag --percentile\./],
    ["plugin: count\n          args:\n", "plugin: dummy\n          args:\n", 15, /plugin must be one of count/],
    ["        open:", "        ../open:", 14, /no name for a metric/],
    ["kubernetes/dns", "dns", 20, /must be org\/repo/],
    ["kubernetes/dns", "kubernetes/test-infra", 21, /merge is there already for kubernetes\/test-infra/],
    ["args: [--no-issues, --event=merged]", "args: --no-issues", 13, /must be a list/],
    ["projects:", "projects: [", 0, /not valid YAML/],
  ])("%s as %s", (text, other, line, message) => {
    const { problems } = readVelodromeConfig("config.yaml", CONFIG.replace(text, other));
    const errors = problems.filter(({ severity }) => severity === "error");
    expect(errors[0]?.message).toMatch(message);
    if (line > 0) expect(errors[0]?.line).toBe(line);
  });

  test("An unknown key warns", () => {
    const { definitions, problems } = readVelodromeConfig("config.yaml", CONFIG.replace("nginx:", "ngnix:"));
    expect(problems).toMatchObject([{ severity: "warning", line: 3 }]);
    expect(definitions).toHaveLength(4);
  });
});

describe("A list of metrics", () => {
  test("Is of every repository; other keys may stand beside", () => {
    expect(readMetricList("metrics.json", '{"merge": {"args": ["--event=merged"], "points": 7}}')).toEqual({
      definitions: [{ metric: "merge", repository: null, options: { ...NOTHING, event: "merged" } }],
      problems: [],
    });
  });

  test.each([
    ["", /must be a mapping|nothing/],
    ["[]", /must be a mapping/],
    ['{"merge": {}}', /args is missing/],
    ['{"merge": {"args": "--event=merged"}}', /must be a list/],
    ['{"a/b": {"args": []}}', /no name for a metric/],
    ['{"..": {"args": []}}', /no name for a metric/],
    ['{"a": {"args": [', /not valid YAML/],
  ])("%s is refused", (text, message) => {
    const { definitions, problems } = readMetricList("metrics.json", text);
    expect(definitions).toEqual([]);
    expect(problems[0]?.message ?? "nothing").toMatch(message);
  });
});
