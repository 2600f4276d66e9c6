/** Whatever stands in the files, the loader answers with problems; it never throws. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { load, PLUGINS, presubmit, PROW, said } from "./fixtures.ts";

const KEYS = [
  ..."presubmits postsubmits periodics presets plank tide deck branch-protection decorate_all_jobs queries orgs repos".split(
    " ",
  ),
  ..."name spec containers labels branches run_if_changed trigger rerun_command decorate decoration_config env".split(
    " ",
  ),
  ..."plugins external_plugins triggers lgtm size label config_updater maps owners approve cron interval".split(" "),
  ..."acme/ship acme * extra_refs org repo context_options merge_method default_decoration_configs timeout".split(" "),
  "__proto__",
  "constructor",
  "toString",
  "",
  "<<",
];
const leaf = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1.5,
    "",
    "acme/ship",
    "1h",
    "(?m)^/x",
    "(",
    "{{.x",
    "make",
    "@daily",
    "kubernetes",
    1e300,
  ),
  fc.string({ maxLength: 8 }),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ depthSize: "medium", withCrossShrink: true }, leaf, tie("list"), tie("map")),
  list: fc.array(tie("tree"), { maxLength: 3 }),
  map: fc.array(fc.tuple(fc.constantFrom(...KEYS), tie("tree")), { maxLength: 5 }).map((pairs) => new Map(pairs)),
}));
const text = fc.oneof(
  { arbitrary: tree.map((value) => stringify(value)), weight: 6 },
  { arbitrary: fc.string({ maxLength: 60 }), weight: 1 },
  { arbitrary: fc.stringMatching(/^[\s\-:{}[\]&*!|>'"%@`#a?,<~0]{0,40}$/), weight: 2 },
);

describe("the loader never throws", () => {
  it("whatever the three kinds of files hold", () => {
    fc.assert(
      fc.property(text, text, text, (prow, plugins, job) => {
        const loaded = load({
          prow,
          plugins,
          jobs: { "j.yaml": job },
          prowSupplements: [prow],
          pluginsSupplements: [plugins],
        });
        expect(JSON.parse(JSON.stringify(loaded.repositories))).toBeInstanceOf(Array);
      }),
      { numRuns: 400 },
    );
  });

  it("a right configuration with one value replaced", () => {
    const job = {
      name: "x",
      always_run: true,
      branches: ["main"],
      labels: { a: "b" },
      decorate: true,
      max_concurrency: 1,
    };
    const spec = { containers: [{ image: "i", command: ["make"], env: [{ name: "A", value: "b" }] }] };
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(job), "spec", "extra_refs", "trigger", "rerun_auth_config", "reporter_config"),
        tree,
        (key, value) => {
          const loaded = load({
            jobs: { "j.yaml": stringify({ presubmits: { "acme/ship": [{ ...job, spec, [key]: value }] } }) },
          });
          expect(said(loaded).every((line) => line.startsWith("j.yaml:"))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("any prefix of a right file", () => {
    const whole = `${PROW}\n${presubmit("branches: [main]")}`;
    for (let end = 0; end <= whole.length; end += 3)
      load({ prow: whole.slice(0, end), plugins: PLUGINS.slice(0, end) });
  });
});

describe("much of it takes no square of time", () => {
  const many = (count: number, line: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => line(at)).join("\n");
  it.each([
    ["unknown keys", { prow: many(10_000, (at) => `k${at}: 1`) }, 10_000],
    [
      "jobs of one name",
      {
        jobs: {
          "j.yaml": `presubmits:\n  a/b:\n${many(3_000, () => "  - {name: x, spec: {containers: [{image: i, command: [c]}]}}")}`,
        },
      },
      2_999,
    ],
    [
      "wrong jobs",
      { jobs: { "j.yaml": `presubmits:\n  a/b:\n${many(3_000, () => "  - {name: [], always_run: 3}")}` } },
      6_000,
    ],
    ["a large expression", { jobs: { "j.yaml": presubmit(`run_if_changed: '${"(a*)*".repeat(10_000)}'`) } }, 0],
  ])("%s", (_rule, texts, count) => {
    const started = performance.now();
    const loaded = load(texts);
    expect(loaded.index.problems.length).toBe(count);
    expect(performance.now() - started).toBeLessThan(8_000);
  });
});
