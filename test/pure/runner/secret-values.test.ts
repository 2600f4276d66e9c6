import { describe, expect, it } from "vitest";
import { censored } from "../../../runner/censor.ts";
import { secretForms } from "../../../runner/secret-values.ts";

const KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\nshort\n-----END KEY-----\n";

describe("what of a secret must not show", () => {
  it.each([
    ["the value", "the hunter2!", "the ********"],
    ["without the line end that its file has", "hunter2!|", "********|"],
    [
      "base64, with and without its filling",
      `${btoa("hunter2!")} ${btoa("hunter2!").replace(/=+$/, "")}`,
      "************ ***********",
    ],
    ["base64 of the file, line end included", btoa("hunter2!\n"), "************"],
    ["other words", "hunter", "hunter"],
  ])("%s", (_, text, shown) => expect(censored(text, secretForms(["hunter2!\n"], 0))).toBe(shown));

  it("a quote as JSON has it", () => {
    expect(censored(JSON.stringify({ a: 'x"y\n' }), secretForms(['x"y\n'], 0))).toBe('{"a":"******"}');
  });

  it("longer lines of a key, indented", () => {
    expect(censored("  MIIEvQIBADANBgkqhkiG9w0BAQEF\r\n  short", secretForms([KEY], 0))).toBe(
      `  ${"*".repeat(28)}\r\n  short`,
    );
  });

  it("minimum_secret_length leaves shorter ones, and blank ones never count", () => {
    expect(secretForms(["abc", " \n", ""], 4)).toEqual([]);
    expect(secretForms(["abcd"], 4)).toContain("abcd");
  });
});
