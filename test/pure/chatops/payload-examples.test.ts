import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { PayloadError, parseEvent } from "../../../src/chatops/parse.ts";

const root = dirname(createRequire(import.meta.url).resolve("@octokit/webhooks-examples/package.json"));
const Definitions = z.array(z.object({ name: z.string(), examples: z.array(z.unknown()) }));
const sources = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Every event of every product that the package has examples of. */
function examples(): { source: string; event: string; payload: unknown }[] {
  return sources.flatMap((source) => {
    const definitions = Definitions.parse(JSON.parse(readFileSync(join(root, source, "index.json"), "utf8")));
    return definitions.flatMap(({ name, examples }) => examples.map((payload) => ({ source, event: name, payload })));
  });
}

describe("GitHub's own examples", () => {
  const all = examples();

  test("there are some of each event that plugins see", () => {
    const events = new Set(all.map(({ event }) => event));
    for (const event of [
      "issues",
      "issue_comment",
      "pull_request",
      "pull_request_review",
      "pull_request_review_comment",
      "push",
      "status",
    ]) {
      expect(events).toContain(event);
    }
  });

  test.each(sources)("all of %s parse", (source) => {
    const refused: string[] = [];
    for (const { event, payload } of all.filter((example) => example.source === source)) {
      try {
        parseEvent(event, payload, "guid");
      } catch (error) {
        refused.push(`${event}: ${String(error)}`);
        expect(error).toBeInstanceOf(PayloadError);
      }
    }
    expect(refused).toEqual([]);
  });
});
