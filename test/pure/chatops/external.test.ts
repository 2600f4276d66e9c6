/** External plugins: who is told of what (spec chatops 1.9, 1.14). */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { forwarded, headersFor, isEnabled, reachOf, toldOf } from "../../../src/chatops/external.ts";
import { REGISTRY } from "../../../src/chatops/registry.ts";

const one = (name: string, events: readonly string[] = [], endpoint = `http://${name}`) => ({ name, endpoint, events });

describe("who is told", () => {
  it.each([
    ["a plugin without events hears all", [one("a")], "pull_request", ["a"]],
    ["empty events, an event that we do not know", [one("a")], "fork", ["a"]],
    ["events: [issue], a pull_request arrives", [one("a", ["issue"])], "pull_request", []],
    ["the organisation's and the repository's", [one("a"), one("b", ["push"])], "push", ["a", "b"]],
    ["one that is named twice hears once", [one("a"), one("a", [], "https://other")], "push", ["a"]],
    ["what is built in here is not told, whatever the endpoint", [one("needs-rebase", [], "https://x")], "push", []],
    ["cherrypicker and refresh are built in", [one("cherrypicker"), one("refresh"), one("mine")], "issues", ["mine"]],
  ] as const)("%s", (_rule, externalPlugins, event, told) => {
    expect(toldOf(event, { externalPlugins }, REGISTRY).map(({ name }) => name)).toEqual(told);
  });

  it("a built-in that is listed as external is enabled", () => {
    const config = { plugins: ["hold"], externalPlugins: [one("refresh")] };
    const enabled = REGISTRY.filter((plugin) => isEnabled(plugin, config)).map(({ name }) => name);
    expect(enabled.toSorted()).toEqual(["hold", "refresh"]);
  });

  it.each([
    ["https://plugin.example.org/hook", "worker"],
    ["http://plugin", "runner"],
    ["http://plugin.prow.svc:8888/hook", "runner"],
    ["https://plugin.prow.svc/hook", "runner"],
    ["https://plugin.prow.svc./hook", "runner"],
    ["https://localhost/hook", "runner"],
    ["https://127.0.0.1:8443/hook", "runner"],
    ["https://0x7f.1/hook", "runner"],
    ["https://[::1]/hook", "runner"],
    ["https://169.254.169.254/latest", "runner"],
    ["https://db.internal/", "runner"],
  ] as const)("%s is delivered by the %s", (endpoint, who) => expect(reachOf(endpoint)).toBe(who));
});

describe("what is sent", () => {
  it("carries GitHub's headers, Prow's user agent, and signatures of the raw body", async () => {
    const body = '{"zen": "Ünï\\u0000 \u{1F6A2}"}';
    const original = { "x-github-hook-id": "7", "x-github-event": "ping", "user-agent": "GitHub-Hookshot/1" };
    const headers = await headersFor(original, { event: "push", guid: "g-1", body, secret: "s3cret" });
    const by = (hash: string) => createHmac(hash, "s3cret").update(body).digest("hex");
    expect(headers).toEqual({
      "x-github-hook-id": "7",
      "content-type": "application/json",
      "x-github-event": "push",
      "x-github-delivery": "g-1",
      "user-agent": "ProwHook",
      "x-hub-signature": `sha1=${by("sha1")}`,
      "x-hub-signature-256": `sha256=${by("sha256")}`,
    });
  });
});

describe("what an answer means", () => {
  it.each([
    [200, 1, "done"],
    [204, 1, "done"],
    [302, 1, "dead"],
    [404, 1, "dead"],
    [429, 1, "again"],
    [500, 1, "again"],
    [null, 1, "again"],
    [503, 7, "dead"],
    [null, 7, "dead"],
  ] as const)("%s at try %i: %s", (status, tries, state) =>
    expect(forwarded(status, "gave no answer", tries, 0).state).toBe(state),
  );

  it("what is older than six hours has one try", () => {
    expect(forwarded(null, "gave no answer", 1, 6 * 3600_000 + 1).state).toBe("dead");
    expect(forwarded(204, "", 1, 6 * 3600_000 + 1).state).toBe("done");
  });

  it("waits longer with each try", () => {
    const waits = [1, 2, 3, 4, 5, 6].map((tries) => {
      const next = forwarded(null, "", tries, 0);
      return next.state === "again" ? next.afterMs : -1;
    });
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(Math.min(...waits)).toBe(1000);
  });
});
