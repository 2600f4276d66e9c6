/** docs/github-app.md makes by hand the same App that /setup makes. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { appManifest } from "../../../../src/routes/app-manifest.ts";

const DOC = path.resolve(import.meta.dirname, "../../../../docs/github-app.md");
const Manifest = z.object({
  hook_attributes: z.object({ url: z.string() }),
  callback_urls: z.array(z.string()),
  default_permissions: z.record(z.string(), z.string()),
  default_events: z.array(z.string()),
});
const manifest = Manifest.parse(JSON.parse(appManifest("https://prow.example")));

/** Rows of the table whose first heading this is, cell by cell. */
async function rows(heading: string): Promise<string[][]> {
  const text = await readFile(DOC, "utf8");
  const table = text.slice(text.indexOf(`\n| ${heading} |`) + 1).split("\n\n")[0] ?? "";
  const lines = table.split("\n").slice(2);
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** GitHub's API calls these otherwise than its pages do. */
const key = (label: string): string =>
  label
    .toLowerCase()
    .replaceAll(" ", "_")
    .replace("commit_statuses", "statuses")
    .replace(/^projects$/, "organization_projects");

describe("the App by hand is the App of /setup", () => {
  it("has the same permissions", async () => {
    const documented = (await rows("permission")).map(([name = "", access]) => [
      key(name.split(": ")[1] ?? ""),
      access,
    ]);
    expect(Object.fromEntries(documented)).toEqual(manifest.default_permissions);
  });

  it("has the same events", async () => {
    expect((await rows("event")).map(([name = ""]) => key(name)).sort()).toEqual([...manifest.default_events].sort());
  });

  it("has the same addresses", async () => {
    const fields = new Map((await rows("field")).map(([name = "", value = ""]) => [name, value]));
    const here = (address: string | undefined) => `\`${address?.replace("https://prow.example", "<PUBLIC_URL>")}\``;
    expect(fields.get("Webhook URL")).toBe(here(manifest.hook_attributes.url));
    expect(fields.get("Callback URL")).toBe(here(manifest.callback_urls[0]));
  });
});
