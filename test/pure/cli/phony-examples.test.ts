import { expect, test } from "vitest";
import { EXAMPLE_EVENTS, examplePayload } from "../../../cli/phony-examples.ts";
import { parseEvent } from "../../../src/chatops/parse.ts";

const options = { repo: "acme/ship", number: 5, login: "mara", comment: "/hold" };

test.each(EXAMPLE_EVENTS)("the example of %s is what the hook understands", (event) => {
  const { repository, events } = parseEvent(event, examplePayload(event, options), "guid");
  expect(repository).toMatchObject({ owner: "acme", repo: "ship" });
  expect(events.length > 0).toBe(event !== "ping");
});
