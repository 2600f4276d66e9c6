/** Help of external plugins: asked, parsed as a stranger's word, and never in the way of the page (spec chatops 1.9, 1.10). */
import { afterEach, expect, it, vi } from "vitest";
import { externalHelp } from "../../../src/routes/external-help.ts";
import type { RepoConfig } from "../../../src/config/model.ts";

afterEach(() => vi.unstubAllGlobals());

const configOf = (...externalPlugins: RepoConfig["externalPlugins"][number][]) =>
  ({ org: "o", repo: "r", externalPlugins }) as unknown as RepoConfig;
const plugin = (name: string, endpoint: string) => ({ name, endpoint, events: ["push"] });

it("asks for the repository's help, and takes words without their tags", async () => {
  const asked: unknown[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push([url, init.method, init.body]);
    const Commands = [{ Usage: "/mine <x>", Description: "<b>Does</b> it<script>", Examples: null }];
    return Response.json({ Description: "Mine.", Commands, Config: null });
  });
  const config = configOf(plugin("mine", "https://mine.example.org/a/"));
  const help = await externalHelp(config);
  expect(asked).toEqual([["https://mine.example.org/a/help", "POST", '["o/r"]']]);
  expect(help["mine"]).toMatchObject({
    Description: "Mine.",
    Events: ["push"],
    Commands: [{ Usage: "/mine ", Description: "Does it", Examples: [], Featured: false }],
  });
  await externalHelp(config);
  expect(asked, "kept for a while").toHaveLength(1);
});

it.each([
  ["is down", "https://down.example.org", () => Promise.reject(new Error("no")), "does not answer"],
  ["answers with an error", "https://error.example.org", async () => new Response("", { status: 500 }), "answered 500"],
  ["answers nonsense", "https://nonsense.example.org", async () => new Response("{"), "does not answer"],
  ["answers too much", "https://much.example.org", async () => new Response("x".repeat(300_000)), "gives no help"],
  ["is inside a cluster", "http://mine", () => Promise.reject(new Error("asked")), "inside a cluster"],
] as const)("one that %s says so", async (_what, endpoint, answer, said) => {
  vi.stubGlobal("fetch", answer);
  expect((await externalHelp(configOf(plugin("mine", endpoint))))["mine"]?.Description).toContain(said);
});

it("what is built in here is not asked", async () => {
  expect(await externalHelp(configOf(plugin("refresh", "https://refresh.example.org")))).toEqual({});
});

it("asks one that says nothing again after half a minute, not on every page", async () => {
  const asked = vi.fn(() => Promise.reject(new Error("no")));
  vi.stubGlobal("fetch", asked);
  const silent = configOf(plugin("mine", "https://silent.example.org"));
  await externalHelp(silent);
  await externalHelp(silent);
  expect(asked).toHaveBeenCalledTimes(1);
  const later = Date.now() + 31_000;
  vi.spyOn(Date, "now").mockReturnValue(later);
  await externalHelp(silent);
  vi.mocked(Date.now).mockRestore();
  expect(asked).toHaveBeenCalledTimes(2);
});
