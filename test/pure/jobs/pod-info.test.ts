import { expect, it } from "vitest";
import { podViewOf } from "../../../src/jobs/pod-info.ts";
import type { JobApi } from "../../../runner/api.ts";
import { podInfoOf } from "../../../runner/kubernetes/pod-info.ts";
import { sendPodInfo } from "../../../runner/pod-info.ts";

const info = (status: object, events: readonly object[] = []) => JSON.stringify({ pod: { status }, events });

it.each([
  ["nothing", ""],
  ["no JSON", "{"],
  ["another document", "[]"],
  ["no status", '{"pod":{},"events":[]}'],
  ["events that are no objects", '{"pod":{"status":{}},"events":[1]}'],
])("%s is no podinfo.json", (_, text) => expect(podViewOf(text)).toBeNull());

it("what is missing or of another kind is empty", () => {
  const text = info({ phase: 7, conditions: "x", containerStatuses: [{ name: "test", state: 3 }] }, [{ message: {} }]);
  expect(podViewOf(text)).toMatchObject({
    phase: "",
    conditions: [],
    containers: [{ name: "test", state: "unknown", why: "", restarts: 0 }],
    events: [{ at: 0, message: "" }],
  });
});

it("containers say how they stand; what the upload container says to the runner is not shown", () => {
  const terminated = (message: string) => ({ terminated: { exitCode: 1, reason: "Error", message } });
  const text = info({
    initContainerStatuses: [{ name: "cutwater-sidecar", state: terminated('{"files":1}') }],
    containerStatuses: [
      { name: "a", state: terminated("no such file") },
      { name: "b", state: { running: { startedAt: "x" } } },
    ],
  });
  const containers = podViewOf(text)?.containers.map(({ name, init, state, said }) => [name, init, state, said]);
  expect(containers).toEqual([
    ["cutwater-sidecar", true, "exited with 1", ""],
    ["a", false, "exited with 1", "no such file"],
    ["b", false, "running", ""],
  ]);
});

const whole = { metadata: { name: "p", uid: "u1", managedFields: [1] }, spec: { nodeName: "n" }, status: {} };

it("is gathered from what the runner may read; what is forbidden is left out", async () => {
  const asked: string[] = [];
  const call = async (_: string, path: string) => {
    asked.push(path);
    if (path.includes("/nodes/")) throw new Error("forbidden");
    return { items: [{ reason: "Started" }] };
  };
  const found = await podInfoOf({ call, stream: () => Promise.reject(new Error("none")) }, "test-pods", whole);
  expect(found).toEqual({
    pod: { metadata: { name: "p", uid: "u1" }, spec: { nodeName: "n" }, status: {} },
    events: [{ reason: "Started" }],
  });
  expect(asked).toEqual([
    "/api/v1/namespaces/test-pods/events?fieldSelector=involvedObject.uid%3Du1&limit=200",
    "/api/v1/nodes/n",
  ]);
  expect(await podInfoOf({ call, stream: () => Promise.reject(new Error("none")) }, "test-pods", null)).toBeNull();
});

it("is sent without secrets, also those that JSON writes otherwise; a refusal is said and harms nothing", async () => {
  const sent: string[] = [];
  const api: JobApi = {
    call: async ({ body }) => {
      const made = body();
      sent.push("bytes" in made ? String(made.bytes) : "");
      return { status: 409, body: null, code: "x", message: "not now" };
    },
  };
  const said: string[] = [];
  const secrets = ['a "quoted"\nsecret'];
  const options = { secrets, signal: new AbortController().signal, say: (line: string) => void said.push(line) };
  await sendPodInfo(api, { pod: { status: { message: `x ${secrets[0]} y` } }, events: [{ count: 2 }] }, options);
  expect(JSON.parse(sent[0] ?? "")).toEqual({
    pod: { status: { message: expect.stringMatching(/^x \*+ y$/) } },
    events: [{ count: 2 }],
  });
  expect(said).toEqual(["podinfo.json: 409 not now"]);
  const large = { pod: {}, events: [{ message: "x".repeat(2_000_000) }] };
  await sendPodInfo(api, large, options);
  expect(sent[1]).toBe('{"pod":{},"events":[]}');
});
