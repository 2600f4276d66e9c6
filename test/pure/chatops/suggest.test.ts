import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dispatch } from "../../../src/chatops/dispatch.ts";
import { REGISTRY } from "../../../src/chatops/registry.ts";
import { slips, suggestions } from "../../../src/chatops/suggest.ts";
import { settingsOf } from "../config/plugin-defaults.ts";
import { BOT, comment, fakeView, presubmit, repoConfig, user } from "./fake-view.ts";

const config = repoConfig({
  plugins: ["lgtm", "hold", "approve", "trigger", "label", "assign", "heart"],
  externalPlugins: [{ name: "hodl", endpoint: "https://example.com", events: [] }],
  presubmits: [presubmit("e2e", { rerun_command: "/launch e2e" })],
  settings: settingsOf({ cutwater: { "*": { suggest_commands: true, known_commands: ["/Aprobe"] } } }),
});
const told = (body: string, over: Parameters<typeof comment>[1] = {}): string =>
  suggestions(comment(body, over), config, REGISTRY)
    .map(({ said, meant }) => `${said}: ${meant.join(" ")}`)
    .join("; ");

describe("a misspelt command", () => {
  test.each([
    ["/lgmt", "lgmt: lgtm"],
    ["/LGMT ", "lgmt: lgtm"],
    ["/aprove", "aprove: approve"],
    ["/approvee no-issue", "approvee: approve"],
    ["/remove-kidn bug", "remove-kidn: remove-kind"],
    ["/ok-to-tset", "ok-to-tset: ok-to-test"],
    ["/retset", "retset: retest"],
    ["text\n/lgmt\r\n/aprove\n/lgmt", "lgmt: lgtm; aprove: approve"],
    ["/lunch e2e", "lunch: launch"],
  ])("%j", (body, expected) => {
    expect(told(body)).toBe(expected);
  });

  test.each([
    ["a command", "/lgtm"],
    ["a command of a plugin that is off", "/joke"],
    ["a job's own command", "/launch e2e"],
    ["the name of an external plugin", "/hodl"],
    ["a command that the configuration knows", "/aprobe"],
    ["a quote", "> /lgmt"],
    ["a fence", "```\n/lgmt\n```"],
    ["an HTML comment", "<!--\n/lgmt\n-->"],
    ["a path", "/lgmt/bin"],
    ["a folder", "/home"],
    ["what other bots hear", "/azp run\n/ok\n/rebase"],
    ["a short word", "/hol"],
    ["a word that is near to nothing", "/elephant"],
    ["two slips in a short word", "/hdlo"],
    ["a word within a line", "say /lgmt"],
    ["letters that only look alike", "/lgtм"],
    ["nothing", ""],
  ])("nothing for %s", (_, body) => {
    expect(told(body)).toBe("");
  });

  test.each([
    ["an edit", { action: "edited" }],
    ["a deletion", { action: "deleted" }],
    ["a bot", { author: user("renovate[bot]", "Bot") }],
    ["a bot that opens somebody's pull request", { sender: user("some[bot]", "Bot") }],
  ] as const)("nothing for %s", (_, over) => {
    expect(told("/lgmt", over)).toBe("");
  });

  test("at most five of one comment", () => {
    const words = ["lgmt", "aprove", "hodld", "retset", "asign", "lable", "unasign", "remove-kidn"];
    expect(told(words.map((word) => `/${word}`).join("\n")).split("; ")).toHaveLength(5);
  });

  test("one reply, where the option is set", async () => {
    const said = comment("/lgmt\n/aprove");
    const off = await dispatch(said, fakeView({ config: { ...config, settings: settingsOf() } }));
    expect(off.effects).toEqual([]);
    const { effects, runs } = await dispatch(said, fakeView({ config }));
    const bodies = effects.map(({ effect }) => (effect.kind === "comment" ? effect.body : effect.kind));
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toContain("I know no `/lgmt`. Did you mean `/lgtm`?");
    expect(runs.find(({ plugin }) => plugin === "suggest_commands")?.why).toBe("nothing knows /lgmt /aprove");
    expect((await dispatch(comment("/lgmt", { author: user(BOT) }), fakeView({ config }))).effects).toEqual([]);
  });
});

describe("slips", () => {
  test.each([
    ["lgtm", "lgtm", 0],
    ["lgmt", "lgtm", 1],
    ["lgt", "lgtm", 1],
    ["lgttm", "lgtm", 1],
    ["lgxm", "lgtm", 1],
    ["mtgl", "lgtm", 3],
    ["", "ab", 2],
  ])("%s for %s", (a, b, expected) => {
    expect(slips(a, b, 2)).toBe(expected);
  });

  const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "-"), maxLength: 12 });
  test("counts the same both ways, nothing only for what is equal, and never past the bound", () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 4 }), (a, b, bound) => {
        const count = slips(a, b, bound);
        expect(count).toBe(slips(b, a, bound));
        expect(count === 0).toBe(a === b);
        expect(count).toBeLessThanOrEqual(bound + 1);
        expect(count).toBe(Math.min(slips(a, b, 99), bound + 1));
      }),
    );
  });
});

test("no text makes it throw", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void told(`/${text}\n/lgmt`)));
});

test.each(["/lgmt\n", "/", "/a", "/aprove ", "/ab-", "\n/xxxxxxxx"])(
  "a full comment of %j takes linear time",
  (piece) => {
    const body = piece.repeat(Math.ceil(65_536 / piece.length));
    const started = performance.now();
    told(body);
    expect(performance.now() - started).toBeLessThan(500);
  },
);
