/** Supplemental files (spec jobs 1.1, chatops 1.7): what may stand in them, how they combine, what may not be said twice. */
import { describe, expect, it } from "vitest";
import { load, said } from "./fixtures.ts";

describe("config.yaml's", () => {
  it("queries add up, merge methods and slack reporters join", () => {
    const loaded = load({
      prow: "tide: { queries: [{ orgs: [a] }], merge_method: { a/b: squash } }",
      prowSupplements: [
        "tide: { queries: [{ orgs: [c] }], merge_method: { a/c: rebase } }\nslack_reporter_configs: { a: { channel: x } }",
        "tide: { queries: [{ orgs: [d] }] }",
      ],
    });
    expect(said(loaded)).toEqual([]);
    const { tide, slack_reporter_configs: slack } = loaded.globals?.prow ?? {};
    expect(tide?.queries?.map((query) => query.orgs)).toEqual([["a"], ["c"], ["d"]]);
    expect(tide?.merge_method).toEqual({ "a/b": "squash", "a/c": "rebase" });
    expect(Object.keys(slack ?? {})).toEqual(["a"]);
  });

  it("branch protection combines on different levels", () => {
    const loaded = load({
      prow: "branch-protection: { orgs: { a: { protect: true } } }",
      prowSupplements: [
        "branch-protection: { orgs: { a: { repos: { b: { enforce_admins: true } } }, c: { protect: false } } }",
        "branch-protection: { orgs: { a: { repos: { b: { branches: { main: { protect: true } } } } } } }",
      ],
    });
    expect(said(loaded)).toEqual([]);
    expect(loaded.globals?.prow["branch-protection"]).toMatchObject({
      orgs: {
        a: { protect: true, repos: { b: { enforce_admins: true, branches: { main: { protect: true } } } } },
        c: { protect: false },
      },
    });
  });

  it.each([
    ["any other block", "{}", "plank: {}", /only branch-protection, tide/],
    ["any other block of tide", "{}", "tide: { sync_period: 1m }", /only merge_method, queries/],
    [
      "a merge method again",
      "tide: { merge_method: { a: squash } }",
      "tide: { merge_method: { a: merge } }",
      /already/,
    ],
    [
      "a slack reporter again",
      "slack_reporter_configs: { a: { channel: x } }",
      "slack_reporter_configs: { a: { channel: y } }",
      /already/,
    ],
    [
      "a policy again, at the top",
      "branch-protection: { protect: true }",
      "branch-protection: { enforce_admins: true }",
      /already/,
    ],
    [
      "a policy again, of an organisation",
      "branch-protection: { orgs: { a: { protect: true } } }",
      "branch-protection: { orgs: { a: { protect: true } } }",
      /already/,
    ],
    ["a wrong value", "{}", "tide: { queries: [{ orgs: 3 }] }", /list/],
    ["what is no YAML", "{}", "tide: [", /YAML/],
  ])("%s is refused, with the file's name", (_rule, prow, supplement, message) => {
    const errors = said(load({ prow, prowSupplements: [supplement] }));
    expect(errors.join("\n")).toMatch(message);
    expect(errors.every((line) => line.startsWith("more/0_prowconfig.yaml:1"))).toBe(true);
  });
});

describe("plugins.yaml's", () => {
  it("plugins, lists and restricted labels join", () => {
    const loaded = load({
      plugins: "plugins: { a: [hold] }\nlgtm: [{ repos: [a] }]",
      pluginsSupplements: [
        "plugins: { b: { plugins: [wip] } }\nlgtm: [{ repos: [b] }]\ntriggers: [{ repos: [b] }]",
        "label: { restricted_labels: { b: [{ label: x }] } }\nexternal_plugins: { b: [{ name: why }] }",
      ],
    });
    expect(said(loaded)).toEqual([]);
    const { plugins, lgtm, label, external_plugins: external } = loaded.globals?.plugins ?? {};
    expect(Object.keys(plugins ?? {})).toEqual(["a", "b"]);
    expect(lgtm?.map((entry) => entry.repos)).toEqual([["a"], ["b"]]);
    expect(Object.keys(label?.restricted_labels ?? {})).toEqual(["b"]);
    expect(external).toMatchObject({ b: [{ name: "why", endpoint: "http://why" }] });
  });

  it.each([
    ["any other block", "{}", "size: {}", /only approve/],
    ["an organisation again", "plugins: { a: [hold] }", "plugins: { a: [wip] }", /already/],
    ["a plugin at two levels, over files", "plugins: { a: [hold] }", "plugins: { a/b: [hold] }", /one level only/],
    ["a plugin that there is not", "{}", "plugins: { a: [nonsense] }", /no such plugin/],
    ["additional labels", "{}", "label: { additional_labels: [x] }", /only restricted_labels/],
  ])("%s is refused", (_rule, plugins, supplement, message) => {
    expect(said(load({ plugins, pluginsSupplements: [supplement] })).join("\n")).toMatch(message);
  });

  it("one found fault of plugins.yaml is not said again for each file", () => {
    const loaded = load({
      plugins: "plugins: { a: [nonsense] }",
      pluginsSupplements: ["{}", "plugins: { b: [hold] }"],
    });
    expect(said(loaded)).toHaveLength(1);
  });
});
