/** GitHub fails in each of its ways: what we meant to do is done later, in order, once (issue: faults to survive). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { HELLO, jobFile, world } from "./support.ts";

let system: TestSystem;
let demo: ReturnType<typeof world>;
const control = () => system.github.control;
type RequestFault = Parameters<TestSystem["github"]["control"]["faults"]["request"]>[0];

beforeAll(async () => {
  system = await testSystem();
  demo = world(system);
});
afterAll(() => system?.dispose());
afterEach(() => control().faults.clear());

/** Injects a fault, and fails the test when nothing ran into it. */
function breaking(...faults: RequestFault[]): () => void {
  control().journal.clear();
  for (const fault of faults) control().faults.request(fault);
  return () => {
    const met = new Set(control().journal.requests.map((one) => one.fault));
    for (const fault of faults) expect(met, "the fault happened").toContain(fault.kind);
    expect(control().faults.waiting.requests, "every fault happened").toEqual([]);
  };
}

describe("before there is a token", () => {
  it("asks again for the installation and its token", async () => {
    const met = breaking(
      { kind: "actThenDrop", method: "GET", path: "/installation" },
      { kind: "status", status: 500, method: "POST", path: "/access_tokens", times: 2 },
    );
    const number = demo.issue("No token yet");
    demo.ask(number, "early");
    await demo.drained(number);
    expect(demo.answered(number, "early")).toBe(1);
    met();
  });
});

describe("a comment", () => {
  const cases: readonly (readonly [string, RequestFault])[] = [
    ["500", { kind: "status", status: 500, times: 2 }],
    ["502", { kind: "status", status: 502, times: 2 }],
    ["503", { kind: "status", status: 503 }],
    ["no answer after it was posted", { kind: "actThenDrop", times: 2 }],
    ["silence after it was posted, for longer than we wait", { kind: "actThenDrop", afterMs: 25_000 }],
    ["502 after it was posted", { kind: "actThenStatus", status: 502, times: 2 }],
    ["a secondary limit", { kind: "secondaryRateLimit", retryAfter: 2 }],
    ["the primary limit", { kind: "primaryRateLimit", resetSeconds: 2 }],
  ];
  it.each(cases)("answered with %s is there later, once, and those after it follow in order", async (name, fault) => {
    const number = demo.issue(name);
    const met = breaking({ ...fault, method: "POST", path: `/issues/${number}/comments` });
    for (const who of ["one", "two", "three"]) demo.ask(number, who);
    await demo.drained(number);
    const order = demo
      .answers(number, "/assign nobody-")
      .map((comment) => /nobody-(one|two|three)/.exec(comment.body)?.[1]);
    expect(order.filter(Boolean)).toEqual(["one", "two", "three"]);
    met();
  });

  it("that a secondary limit refuses is not tried before its Retry-After", async () => {
    const number = demo.issue("Patience");
    const met = breaking({
      kind: "secondaryRateLimit",
      retryAfter: 3,
      method: "POST",
      path: `/issues/${number}/comments`,
    });
    demo.ask(number, "patient");
    await demo.drained(number);
    const posts = control().journal.requests.filter(
      (one) => one.method === "POST" && one.path.endsWith(`/issues/${number}/comments`),
    );
    const [refused, next] = posts.map((one) => Date.parse(one.at));
    expect(posts[0]?.fault).toBe("secondaryRateLimit");
    expect((next ?? 0) - (refused ?? 0)).toBeGreaterThanOrEqual(2_900);
    expect(demo.answered(number, "patient")).toBe(1);
    met();
  });
});

describe("labels", () => {
  it("are set and taken off in the order of the commands, whatever GitHub says to each call", async () => {
    const number = await demo.draft("Labels in order");
    const labels = `/issues/${number}/labels`;
    const met = breaking(
      { kind: "actThenDrop", method: "POST", path: labels },
      { kind: "status", status: 502, method: "POST", path: labels },
      { kind: "actThenStatus", status: 502, method: "DELETE", path: labels },
    );
    for (const command of ["/hold", "/hold cancel", "/kind cleanup", "/hold"]) demo.say(number, command);
    await demo.drained(number);
    expect(demo.page(number).labels).toEqual(expect.arrayContaining(["do-not-merge/hold", "kind/cleanup"]));
    const calls = control()
      .journal.requests.filter((one) => one.path.includes(labels) && one.method !== "GET" && one.status < 300)
      .map((one) => `${one.method} ${one.status}`);
    expect(calls.filter((call) => call.startsWith("DELETE")).length).toBeLessThanOrEqual(1);
    met();
  });
});

describe("what is read before a decision", () => {
  it("is asked for again, and the decision is the same", async () => {
    const number = await demo.draft("Reads fail");
    const met = breaking(
      { kind: "status", status: 502, method: "GET", path: "/repos/", times: 2 },
      { kind: "actThenDrop", method: "GET", path: "/repos/" },
    );
    demo.say(number, "/test nonsense");
    await demo.drained(number);
    expect(demo.answers(number, "/test pull-hello-unit")).toHaveLength(1);
    met();
  });
});

describe("a job's report", () => {
  it("reaches its last statuses and one result comment (jobs 7.3: test-infra#13306, #13387)", async () => {
    const comments = "/comments";
    const met = breaking(
      { kind: "status", status: 500, method: "POST", path: "/statuses/" },
      { kind: "actThenDrop", method: "POST", path: "/statuses/" },
      { kind: "actThenStatus", status: 502, method: "POST", path: "/statuses/" },
      { kind: "secondaryRateLimit", retryAfter: 1, method: "POST", path: "/statuses/" },
      { kind: "actThenDrop", method: "POST", path: comments },
    );
    const { number } = await control().createPull({
      repo: HELLO,
      as: "chidi",
      title: "Fail while GitHub fails",
      files: { "test/unit.sh": "exit 3\n" },
    });
    await eventually(
      "both jobs are reported",
      () =>
        demo.status(number, "pull-hello-unit")?.state === "failure" &&
        demo.status(number, "pull-hello-lint")?.state === "success",
      60,
    );
    await demo.drained(number);
    expect(demo.answers(number, "<!-- test report -->")).toHaveLength(1);
    met();
    const broken = breaking(
      { kind: "actThenStatus", status: 502, method: "POST", path: "/statuses/" },
      { kind: "actThenDrop", method: "DELETE", path: comments },
    );
    await control().pushToPull({
      repo: HELLO,
      number,
      as: "chidi",
      files: { "test/unit.sh": "echo mended\n" },
      message: "Mend",
    });
    await eventually("the report goes", () => demo.answers(number, "<!-- test report -->").length === 0, 60);
    await demo.drained(number);
    expect(demo.status(number, "pull-hello-unit")?.state).toBe("success");
    expect(demo.answers(number, "<!-- test report -->")).toHaveLength(0);
    broken();
  });
});

describe("the configuration's archive", () => {
  it("is fetched again until it comes", async () => {
    const met = breaking(
      { kind: "status", status: 502, method: "GET", path: "/tarball/", times: 2 },
      { kind: "actThenDrop", method: "GET", path: "/tarball/" },
    );
    await demo.configure(jobFile([{ name: "pull-hello-late", script: "echo here" }]));
    met();
    const number = await demo.draft("A job that came late");
    const id = await demo.start(number, "pull-hello-late");
    expect(await demo.ended(number, "pull-hello-late")).toBe("success");
    expect(await (await fetch(`${demo.url}/jobs/${id}/log`)).text()).toContain("here");
  });
});
