import { describe, expect, test } from "vitest";
import { parseSecrets } from "../../../src/github/hmac.ts";
import { hmacText, HmacFileError, parseHmacFile, pruned, rotated } from "../../../src/github/hmac-rotation.ts";

const OLD = "2026-01-01T00:00:00Z";
const NOW = "2026-11-23T12:00:00.000Z";
const token = (value: string, created_at = OLD) => ({ value, created_at });
const file = { "*": [token("global")], org: [token("org-old"), token("org-mid", "2026-06-01T00:00:00Z")] };

describe("rotation (spec jobs 4.14)", () => {
  test("a new token stands first, the old ones stay", () => {
    const next = rotated(file, "org", "new", NOW);
    expect(next["org"]?.map(({ value }) => value)).toEqual(["new", "org-mid", "org-old"]);
    expect(next["*"]).toEqual(file["*"]);
  });

  test.each([
    ["org/repo", ["new", "org-mid", "org-old"]],
    ["other", ["new", "global"]],
    ["other/repo", ["new", "global"]],
  ])("a new key %s keeps the tokens that it was signed with", (key, values) => {
    expect(rotated(file, key, "new", NOW)[key]?.map(({ value }) => value)).toEqual(values);
  });

  test("pruning leaves the newest, of all keys or of one", () => {
    const next = rotated(file, "org", "new", NOW);
    expect(pruned(next, null)).toEqual({ "*": [token("global")], org: [token("new", NOW)] });
    expect(pruned(next, "*")).toEqual(next);
  });

  test("what is written is what the hook reads", () => {
    const { levels } = parseSecrets(hmacText(rotated(file, "org", "new", NOW)));
    expect(levels.get("org")).toEqual(["new", "org-mid", "org-old"]);
    const shared = rotated(file, "other", "new", NOW);
    expect(parseHmacFile(hmacText(shared), NOW)).toEqual(shared);
    expect(parseSecrets(hmacText(shared)).levels.get("other")).toEqual(["new", "global"]);
  });

  test("one secret alone is that of everything", () => {
    expect(parseHmacFile("plain-secret\n", NOW)).toEqual({ "*": [token("plain-secret", NOW)] });
    expect(parseHmacFile("", NOW)).toEqual({});
  });

  test.each(["a: b", "'*': []", "'*': [{ value: secret-word }]", "a: [", "a b: [{ value: v, created_at: x }]"])(
    "%s is refused, and no secret is told",
    (text) => {
      expect(() => parseHmacFile(text, NOW)).toThrow(HmacFileError);
      expect(() => parseHmacFile(text, NOW)).not.toThrow(/secret-word/);
    },
  );
});
