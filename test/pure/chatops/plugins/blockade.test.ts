import { describe, expect, test } from "vitest";
import { settingsOf } from "../../config/plugin-defaults.ts";
import { file, pull, pullEvent, type World } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const MARKER = "<!-- blocked paths -->";
const LABEL = "do-not-merge/blocked-paths";

function world(entries: readonly object[], files: readonly string[], over: Partial<World> = {}): Partial<World> {
  const blockades = entries.map((entry) => ({ repos: ["org/repo"], ...entry }));
  const config = configOf("blockade", { settings: settingsOf({ blockades }) });
  return { config, files: files.map((name) => file(name)), ...over };
}
const blocked = [`+${LABEL}`, "upsertComment"];

describe("blockade (spec chatops 2.16)", () => {
  const docs = { blockregexps: ["^docs/"], exceptionregexps: ["\\.md$"], explanation: "Docs are frozen" };

  test.each<[string, readonly object[], readonly string[], Partial<World>, readonly string[]]>([
    ["a protected file", [docs], ["docs/a.txt"], {}, blocked],
    ["an exception", [docs], ["docs/a.md"], {}, []],
    ["another file", [docs], ["src/docs/a.txt"], {}, []],
    ["another repository's entry", [{ ...docs, repos: ["org/other"] }], ["docs/a.txt"], {}, []],
    ["the organisation's", [{ ...docs, repos: ["org"] }], ["docs/a.txt"], {}, blocked],
    ["another branch's", [{ ...docs, branchregexp: "^release-" }], ["docs/a.txt"], {}, []],
    ["the branch's", [{ ...docs, branchregexp: "^mas" }], ["docs/a.txt"], {}, blocked],
    ["labelled, nothing blocked now", [docs], ["x"], { labels: [LABEL] }, [`-${LABEL}`, `deletes ${MARKER}`]],
    ["labelled, no entry any more", [], ["docs/a.txt"], { labels: [LABEL] }, [`-${LABEL}`, `deletes ${MARKER}`]],
    [
      "labelled, still blocked: only the comment is kept right",
      [docs],
      ["docs/a.txt"],
      { labels: [LABEL] },
      ["upsertComment"],
    ],
    [
      "the new name of a renamed file counts",
      [docs],
      [],
      { files: [file("x", { previousFilename: "docs/a.txt" })] },
      [],
    ],
  ])("%s", async (_, entries, files, over, expected) => {
    for (const action of ["opened", "reopened", "synchronize"]) {
      expect(await outcome(pullEvent(action), world(entries, files, over))).toEqual(expected);
    }
  });

  test("a base branch that changes is looked at too", async () => {
    const pullRequest = pull({ base: { sha: "b".repeat(40), ref: "release-1" } });
    const event = pullEvent("edited", { pullRequest });
    const of = world([{ ...docs, branchregexp: "^release-" }], ["docs/a.txt"], { pullRequest });
    expect(await outcome(event, of)).toEqual(blocked);
  });

  test("a file that two entries block stands under both explanations; the default one is Prow's", async () => {
    const of = world([docs, { blockregexps: ["a\\.txt$"] }], ["docs/a.txt"]);
    const effects = await effectsOf(pullEvent("opened"), of);
    const body = effects.flatMap((effect) => (effect.kind === "upsertComment" ? [effect.body] : [])).join();
    expect(body).toContain("- `docs/a.txt`: Docs are frozen\n- `docs/a.txt`: Files are protected\n");
    expect(body).toContain(MARKER);
  });

  test("3,000 files fit into one comment", async () => {
    const files = Array.from({ length: 3000 }, (_, n) => `docs/${"long".repeat(20)}/${n}`);
    const effects = await effectsOf(pullEvent("opened"), world([docs], files));
    const body = effects.flatMap((effect) => (effect.kind === "upsertComment" ? [effect.body] : [])).join();
    expect(body.length).toBeLessThan(60_000);
    expect(body).toMatch(/and \d+ more/);
  });
});
