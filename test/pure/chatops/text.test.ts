import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commandText } from "../../../src/chatops/text.ts";

describe("what commands see of a comment (spec chatops 2.1.3, 2.5, 7.3)", () => {
  test.each([
    ["plain text stays", "a\nb", "a\nb"],
    ["CRLF becomes LF", "a\r\nb\r\n", "a\nb\n"],
    ["fenced code goes", "a\n```\n/x\n```\nb", "a\n\nb"],
    ["with an info string", "```go\n/x\n```\n/y", "\n/y"],
    ["with tildes", "~~~\n/x\n~~~\n/y", "\n/y"],
    ["indented by up to three spaces", "   ```\n/x\n  ```\n/y", "\n/y"],
    ["a longer fence holds a shorter one", "````\n```\n/x\n```\n````\n/y", "\n/y"],
    ["tildes do not close backticks", "```\n~~~\n/x\n```\n/y", "\n/y"],
    ["CRLF fences too", "```\r\n/x\r\n```\r\n/y", "\n/y"],
    ["two fences", "```\n/x\n```\n/y\n```\n/z\n```", "\n/y\n\n"],
    ["a fence that never ends hides nothing", "```\n/x", "```\n/x"],
    ["inline code with three backticks is no fence", "```a```\n/x\n```", "```a```\n/x\n```"],
    ["HTML comments go, text between them stays", "<!-- a -->/k<!-- b -->", "/k"],
    ["over several lines", "a <!-- b\n/x\n--> c\n/y", "a  c\n/y"],
    ["an HTML comment that never ends hides nothing", "<!--\n/x", "<!--\n/x"],
    ["a fence inside an HTML comment is none", "<!--\n```\n-->\n/x\n```\n", "\n/x\n```\n"],
    ["an HTML comment inside a fence is none", "```\n<!--\n```\n/x\n-->", "\n/x\n-->"],
    ["nothing", "", ""],
  ])("%s", (_, body, expected) => expect(commandText(body)).toBe(expected));

  test("any text: no throw, nothing new appears", () => {
    const piece = fc.constantFrom("```", "~~~", "<!--", "-->", "\n", "\r\n", "/test all", " ", "x", "````go");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const body = pieces.join("");
        expect(commandText(body).length).toBeLessThanOrEqual(body.length + 1);
        expect(commandText(commandText(body).replaceAll(/```|~~~|<!--/g, ""))).not.toContain("\r\n");
      }),
      { numRuns: 500 },
    );
  });
});
