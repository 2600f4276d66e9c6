import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCensor } from "../../../runner/censor.ts";

/** What a censor that sees the whole text at once would show. */
function censoredWhole(text: string, secrets: readonly string[]): string {
  let shown = "";
  for (let at = 0; at < text.length; ) {
    const found = secrets.filter((secret) => text.startsWith(secret, at)).toSorted((a, b) => b.length - a.length)[0];
    shown += found ? "*".repeat(found.length) : (text[at] ?? "");
    at += found?.length ?? 1;
  }
  return shown;
}

function censoredInPieces(pieces: readonly string[], secrets: readonly string[]): string {
  const censor = createCensor(secrets);
  const shown = pieces.map((piece) => Buffer.from(censor.push(Buffer.from(piece))));
  return Buffer.concat([...shown, censor.end()]).toString("utf8");
}

describe("secrets in logs become asterisks", () => {
  it.each([
    ["in one piece", ["the secret is"], "the ****** is"],
    ["across two pieces", ["the sec", "ret is"], "the ****** is"],
    ["letter by letter", "a secret!".split(""), "a ******!"],
    ["a beginning that comes to nothing is shown", ["sec", "ond"], "second"],
    ["a beginning at the end is shown", ["my sec"], "my sec"],
    ["twice in a row", ["secretsecret"], "************"],
    ["nothing", [], ""],
  ])("%s", (_, pieces, expected) => expect(censoredInPieces(pieces, ["secret"])).toBe(expected));

  it("without secrets bytes pass as they are", () => {
    const bytes = new Uint8Array([0xff, 0x00]);
    expect(createCensor(["", ""]).push(bytes)).toBe(bytes);
  });

  it("what is cut makes no difference, for any secrets, also such that contain one another", () => {
    const word = (most: number) => fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: most });
    fc.assert(
      fc.property(fc.array(word(4), { maxLength: 10 }), fc.array(word(5), { maxLength: 3 }), (pieces, secrets) => {
        expect(censoredInPieces(pieces, secrets)).toBe(censoredWhole(pieces.join(""), secrets));
      }),
      { numRuns: 3000 },
    );
  });
});
