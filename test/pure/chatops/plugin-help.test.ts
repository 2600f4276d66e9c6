/** The help document, held to Prow's field names (spec chatops 1.10). */
import { describe, expect, it } from "vitest";
import { helpDocument } from "../../../src/chatops/plugin-help.ts";
import type { Plugin } from "../../../src/chatops/plugin.ts";
import { REGISTRY } from "../../../src/chatops/registry.ts";
import { repoConfig } from "./fake-view.ts";

const nothing = () => Promise.resolve({ effects: [], why: "" });
const lights: Plugin = {
  name: "lights",
  help: {
    description: "Lights <b> & more",
    commands: [
      { usage: "/light <name>", description: "Lights it", examples: ["/light a"], whoCanUse: "Anyone", featured: true },
    ],
    snippet: "lights:\n  <<: *a",
    config: ({ repo }) => `Lights "${repo}"`,
  },
  comment: nothing,
  rule: nothing,
};
const picker: Plugin = { name: "cherrypicker", help: { description: "Picks", commands: [] }, push: nothing };

const enabled = {
  plugins: { harbor: ["lights"], "harbor/cellar": ["hold"], "other/thing": ["lights"] },
  external: { "harbor/lights": ["cherrypicker"] },
};
const known = { plugins: [lights, picker], repositories: ["harbor/lights"], enabled, config: null };

describe("/plugin-help", () => {
  it("tells only of repositories that are to be seen, and of their organisations", () => {
    const { AllRepos, RepoPlugins, RepoExternalPlugins } = helpDocument(known);
    expect(AllRepos).toEqual(["harbor/lights"]);
    expect(RepoPlugins).toEqual({ "": ["lights"], harbor: ["lights"] });
    expect(RepoExternalPlugins).toEqual({ "": ["cherrypicker"], "harbor/lights": ["cherrypicker"] });
  });

  it("has Prow's fields, with strings that are safe as HTML", () => {
    expect(helpDocument(known).PluginHelp).toEqual({
      lights: {
        Description: "Lights &lt;b&gt; &amp; more",
        Config: {},
        Snippet: "lights:\n  <<: *a",
        Events: ["pull_request", "GenericCommentEvent (any event for user text)"],
        Commands: [
          {
            Usage: "/light &lt;name&gt;",
            Featured: true,
            Description: "Lights it",
            Examples: ["/light a"],
            WhoCanUse: "Anyone",
          },
        ],
      },
    });
    expect(Object.keys(helpDocument(known).ExternalPluginHelp)).toEqual(["cherrypicker"]);
  });

  it("tells the effective settings of the repository that is asked for, where the plugin is enabled", () => {
    const config = { ...repoConfig(), org: "harbor", repo: "lights" };
    const on = helpDocument({ ...known, config: { ...config, plugins: ["lights"] } });
    expect(on.PluginHelp["lights"]?.Config).toEqual({ "harbor/lights": "Lights &quot;lights&quot;" });
    const off = helpDocument({ ...known, config: { ...config, plugins: [] } });
    expect(off.PluginHelp["lights"]?.Config).toEqual({});
  });

  it("every plugin of the registry describes itself, and each of its commands", () => {
    for (const { name, help, verbs } of REGISTRY) {
      expect(help.description, name).not.toBe("");
      if (verbs !== undefined && verbs.size > 0) expect(help.commands.length, name).toBeGreaterThan(0);
      for (const command of help.commands) {
        expect(command.usage, name).toMatch(/^[/@(]/);
        expect(command.description, command.usage).not.toBe("");
        expect(command.whoCanUse, command.usage).not.toBe("");
        expect(command.examples.length, command.usage).toBeGreaterThan(0);
      }
    }
  });
});
