/** docs/deploy.md and the deploy command name exactly the settings that src/settings.ts has (style 7.6). */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { putLine, SETTING_GUIDES, setupIsOver, stillUnset } from "../../../../cli/deploy/settings.ts";
import { Settings } from "../../../../src/settings.ts";

const DOC = path.resolve(import.meta.dirname, "../../../../docs/deploy.md");
const SOURCES = { deploy: "the deploy", setup: "`/setup`", you: "you", optional: "" } as const;

/** What the schema itself falls back to, as one would type it; empty when there is nothing. */
function defaultOf(name: keyof Settings): string {
  const field = Settings.shape[name].safeParse(undefined);
  if (!field.success || field.data === undefined || field.data === "") return "";
  return `\`${typeof field.data === "string" ? field.data : JSON.stringify(field.data)}\``;
}

const row = (...cells: string[]): string => `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;

const table = [
  row("setting", "what for", "secret", "comes from", "default"),
  row("---", "---", "---", "---", "---"),
  ...SETTING_GUIDES.map(({ name, secret, source, purpose }) =>
    row(`\`${name}\``, purpose, secret ? "yes" : "", SOURCES[source], defaultOf(name)),
  ),
].join("\n");

describe("every setting", () => {
  it("is explained once", () => {
    const names = SETTING_GUIDES.map(({ name }) => name);
    expect([...names].sort()).toEqual(Object.keys(Settings.shape).sort());
  });

  it("has its row in docs/deploy.md, with the schema's own default", async () => {
    expect(await readFile(DOC, "utf8"), `Replace the table of docs/deploy.md by:\n\n${table}\n`).toContain(table);
  });

  it("that nobody else sets has no default that could serve", () => {
    const left = SETTING_GUIDES.filter(({ source }) => source === "you" || source === "setup").map(({ name }) =>
      defaultOf(name),
    );
    expect(left.filter((value) => value !== "" && value !== "`{}`")).toEqual([]);
  });
});

describe("what is still to set", () => {
  const names = (...present: string[]) => stillUnset(new Set(present)).map(({ name }) => name);

  it.each([
    {
      rule: "a token stands in for the App",
      present: ["GITHUB_TOKEN"],
      absent: ["GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY"],
    },
    { rule: "what is set is not asked for", present: ["ADMINS", "RUNNER_TOKENS"], absent: ["ADMINS", "RUNNER_TOKENS"] },
    {
      rule: "what has a default is not asked for",
      present: [],
      absent: ["CONFIG_PATH", "GITHUB_API_URL", "ARTIFACTS_ORIGIN"],
    },
    {
      rule: "what the deploy gives is not asked for",
      present: [],
      absent: ["PUBLIC_URL", "SETUP_TOKEN", "COOKIE_SECRET"],
    },
  ])("$rule", ({ present, absent }) => {
    const asked = names(...present);
    expect(asked.filter((name) => absent.includes(name))).toEqual([]);
    expect(asked).toContain("GITHUB_WEBHOOK_SECRETS");
  });

  it("set-up is over as soon as an App or a token is named, but the App's key is still asked for", () => {
    expect(setupIsOver(new Set(["SETUP_TOKEN", "GITHUB_APP_PRIVATE_KEY"]))).toBe(false);
    expect(setupIsOver(new Set(["GITHUB_APP_ID"]))).toBe(true);
    expect(setupIsOver(new Set(["GITHUB_TOKEN"]))).toBe(true);
    expect(names("GITHUB_APP_ID")).toContain("GITHUB_APP_PRIVATE_KEY");
  });

  it("a key of several lines comes from a file, another worker is named", () => {
    const key = SETTING_GUIDES.find(({ name }) => name === "GITHUB_APP_PRIVATE_KEY");
    expect(key && putLine(key, "staging")).toBe(
      "npx wrangler secret put GITHUB_APP_PRIVATE_KEY --name staging < app.private-key.pem",
    );
  });
});
