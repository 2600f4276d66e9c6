/** `cutwater hmac` from a shell (spec jobs 4.14). */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parse } from "yaml";
import { type Folder, folder } from "./cutwater.ts";

let at: Folder;
beforeEach(async () => void (at = await folder()));
afterEach(() => at.remove());

const tokens = async (): Promise<Record<string, { value: string }[]>> =>
  parse(await readFile(path.join(at.path, "secrets"), "utf8"));

it("rotates from nothing, keeps the old secret beside the new one, and prunes", async () => {
  const first = await at.cutwater("hmac", "rotate", "--file", "secrets");
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{40}\n$/) });
  const second = await at.cutwater("hmac", "rotate", "--file", "secrets", "--key", "acme/ship");
  expect((await tokens())["acme/ship"]?.map(({ value }) => value)).toEqual([second.last, first.last]);
  expect((await stat(path.join(at.path, "secrets"))).mode & 0o077).toBe(0);
  expect((await at.cutwater("hmac", "prune", "--file", "secrets")).code).toBe(0);
  expect((await tokens())["acme/ship"]?.map(({ value }) => value)).toEqual([second.last]);
});

it("a file that is none, a key that is none: status 1, the file as it was", async () => {
  await at.write({ secrets: "'*': [{ value: secret-word }]\n" });
  const wrong = await at.cutwater("hmac", "rotate", "--file", "secrets");
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.not.stringContaining("secret-word")]);
  expect((await at.cutwater("hmac", "rotate", "--file", "secrets", "--key", "a b")).code).toBe(1);
  expect(await readFile(path.join(at.path, "secrets"), "utf8")).toBe("'*': [{ value: secret-word }]\n");
});

it("list and give need a worker's ADMIN_TOKEN, and a worker", async () => {
  const none = await at.cutwater("hmac", "give", "--url", "http://127.0.0.1:1", "--token", "t");
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("cannot be reached")]);
});
