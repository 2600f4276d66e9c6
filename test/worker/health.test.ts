import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

it("answers 404 for a path that nobody owns", async () => {
  const answer = await exports.default.fetch("http://cutwater.test/no-such-path");
  expect(answer.status).toBe(404);
});
