import { expect, it } from "vitest";
import type { Plugin } from "../../../src/chatops/plugin.ts";
import { withPluginTable } from "../../docs/plugin-table.ts";

const command = (usage: string, whoCanUse: string) => ({
  usage,
  whoCanUse,
  description: "",
  examples: [],
  featured: false,
});
const plugins: readonly Plugin[] = [
  {
    name: "zeta",
    help: { description: "The zeta plugin does `z`. And more.", commands: [command("/z [a|b]", "Anyone")] },
  },
  {
    name: "alpha",
    help: {
      description: "The alpha plugin waits.",
      commands: [command("/one, and a block", "Members"), command("/two", "The author")],
    },
  },
];
const empty = "before\n<!-- plugins: written by `npm run docs` -->\n<!-- /plugins -->\nafter\n";

it("writes one row for each plugin, sorted, between the markers, and writes the same again", () => {
  const written = withPluginTable(empty, plugins);
  expect(written.split("\n").filter((line) => line.startsWith("| ["))).toEqual([
    "| [alpha](src/chatops/plugins/alpha.ts) | `/one, and a block`<br>`/two` | `/one`: Members<br>`/two`: The author | Waits |",
    "| [zeta](src/chatops/plugins/zeta.ts) | `/z [a\\|b]` | Anyone | Does `z` |",
  ]);
  expect(written.startsWith("before\n") && written.endsWith("\nafter\n")).toBe(true);
  expect(withPluginTable(written, plugins)).toBe(written);
});

it("sees what went stale, and refuses a text without its markers", () => {
  expect(withPluginTable(withPluginTable(empty, plugins), plugins.slice(1))).not.toContain("zeta");
  for (const text of ["", "<!-- /plugins -->", `${empty}${empty}`]) {
    expect(() => withPluginTable(text, plugins)).toThrow("README");
  }
});
