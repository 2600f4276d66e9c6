/** Components to text: escaping, states, what is there for whom. */
import { h } from "preact";
import { render } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { merge } from "../../../ui/islands/job-list.tsx";
import { LogChunk } from "../../../ui/log/chunk.tsx";
import { effectWords } from "../../../ui/parts/effect.tsx";
import { JobBody } from "../../../ui/parts/job-body.tsx";
import { listHref } from "../../../ui/parts/job-filters.tsx";
import { JobTable } from "../../../ui/parts/job-table.tsx";
import { isOver } from "../../../ui/parts/state.tsx";
import { ago, duration, exact, size } from "../../../ui/parts/time.tsx";
import { JOB, ROW } from "./samples.ts";

const EVIL = `"><img src=x onerror=alert(1)>`;

describe("time and size", () => {
  it.each([
    [0, "0s"],
    [999, "1s"],
    [61_000, "1m 1s"],
    [3_600_000, "1h"],
    [3_660_000, "1h 1m"],
    [90_061_000, "1d 1h"],
    [86_400_000 + 5_000, "1d"],
    [-5, "0s"],
  ])("%i ms took %s", (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [0, "just now"],
    [9_000, "just now"],
    [59_000, "59s ago"],
    [60_000, "1m ago"],
    [7_200_000, "2h ago"],
    [259_200_000, "3d ago"],
    [-60_000, "just now"],
  ])("%i ms is %s", (ms, text) => expect(ago(1_000_000_000, 1_000_000_000 + ms)).toBe(text));

  it("exact moments are UTC", () => expect(exact(Date.UTC(2026, 10, 23, 7, 5, 9))).toBe("2026-11-23 07:05:09 UTC"));

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 KB"],
    [210_000_000, "210 MB"],
  ])("%i bytes are %s", (bytes, text) => expect(size(bytes)).toBe(text));
});

describe("states", () => {
  it.each([
    ["pending", null, false],
    ["success", null, true],
    ["aborted", null, false],
    ["aborted", 5, true],
  ] as const)("%s, completed at %s: over %s", (state, at, over) => expect(isOver(state, at)).toBe(over));

  it("every state has its word and its icon", () => {
    for (const state of ["scheduling", "triggered", "pending", "success", "failure", "aborted", "error"] as const) {
      const html = render(h(JobTable, { rows: [{ ...ROW, state }], github: "https://github.test", now: 0 }));
      expect(html).toMatch(new RegExp(`state-${state}"><svg[^>]*><path d="M`));
    }
  });
});

describe("escaping", () => {
  it("names in the list", () => {
    const row = { ...ROW, job: EVIL, author: EVIL, org: EVIL, repo: EVIL, baseRef: EVIL };
    const html = render(h(JobTable, { rows: [row], github: "https://github.test", now: 0 }));
    expect(html).not.toContain("<img");
  });

  it("all that a job says of itself", () => {
    const evil = {
      ...JOB,
      job: EVIL,
      title: EVIL,
      description: EVIL,
      runner: EVIL,
      node: EVIL,
      rerunCommand: EVIL,
      context: EVIL,
      timeline: [{ at: 1, what: EVIL, detail: EVIL }],
    };
    const evilPod = {
      name: EVIL,
      namespace: EVIL,
      node: EVIL,
      phase: EVIL,
      said: EVIL,
      containers: [{ name: EVIL, image: EVIL, init: true, state: EVIL, why: EVIL, said: EVIL, restarts: 1 }],
      conditions: [{ type: EVIL, status: EVIL, reason: EVIL, message: EVIL }],
      events: [{ at: 1, type: EVIL, reason: EVIL, message: EVIL, count: 2 }],
    };
    const artifacts = [{ path: `artifacts/${EVIL}`, size: 1, contentType: EVIL }];
    const props = {
      artifacts,
      moreArtifacts: true,
      pod: evilPod,
      actions: { rerun: true, abort: true },
      github: "https://github.test",
      now: 5,
    };
    const html = render(h(JobBody, { job: evil, ...props }));
    expect(html).not.toContain("<img");
    expect(html).toContain("artifacts/%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E");
  });

  it("log lines, with colours around markup", () => {
    const lines = [{ text: `\x1b[31m<script>alert(1)</script>\x1b[0m&amp;`, offset: 0, cut: false }];
    const html = render(h(LogChunk, { lines, firstLine: 1 }));
    expect(html).toContain(`<span class="f1">&lt;script>alert(1)&lt;/script></span>&amp;amp;`);
  });
});

describe("the log", () => {
  it("numbers link to themselves; failures are marked; colours go on", () => {
    const lines = ["\x1b[32mok", "still green", "\x1b[0mFAIL x"].map((text, offset) => ({ text, offset, cut: false }));
    const html = render(h(LogChunk, { lines, firstLine: 41 }));
    expect(html).toContain(`<div class="l" id="L42"><a class="n" href="#L42">42</a>`);
    expect(html).toContain(`<span class="f2">still green</span>`);
    expect(html).toContain(`<div class="l fail" id="L43">`);
  });

  it("lines without a known number have no address", () => {
    const html = render(h(LogChunk, { lines: [{ text: "x", offset: 0, cut: true }], firstLine: null }));
    expect(html).not.toContain("id=");
    expect(html).toContain("raw log");
  });
});

describe("the job page", () => {
  const props = {
    artifacts: [],
    moreArtifacts: false,
    pod: null,
    github: "https://github.test",
    now: JOB.startTime + 60_000,
  };

  it("offers what the viewer may do, and no abort when it is over", () => {
    const actions = { rerun: true, abort: true };
    const running = { ...JOB, state: "pending", completionTime: null } as const;
    expect(render(h(JobBody, { job: running, actions, ...props }))).toContain(`action="/api/jobs/${JOB.id}/abort"`);
    expect(render(h(JobBody, { job: JOB, actions, ...props }))).not.toContain("/abort");
    expect(render(h(JobBody, { job: JOB, actions: { rerun: false, abort: false }, ...props }))).not.toContain("<form");
  });

  it("a job without a repository or author links nowhere for them", () => {
    const job = { ...JOB, org: "", repo: "", pull: null, author: "", headSha: "", baseRef: "" };
    const html = render(h(JobBody, { job, actions: { rerun: false, abort: false }, ...props }));
    expect(html).toContain("no repository");
    expect(html).not.toContain("github.test");
  });
});

describe("the living list", () => {
  const row = (id: string, state: typeof ROW.state = "pending"): typeof ROW => ({ ...ROW, id, state });

  it("rows change in place; new ones are counted", () => {
    const { rows, added } = merge([row("a"), row("b")], [row("c"), row("a", "success")]);
    expect(rows.map((one) => `${one.id} ${one.state}`)).toEqual(["a success", "b pending"]);
    expect(added).toBe(1);
  });
});

describe("filters", () => {
  const none = { type: "", state: "", repo: "", pull: "", author: "", job: "", cluster: "" };

  it("the address holds what is set, and nothing else", () => {
    expect(listHref(none)).toBe("/");
    expect(listHref({ ...none, job: "a b&c", state: "failure" })).toBe("/?state=failure&job=a+b%26c");
  });
});

it("every effect has its words", () => {
  expect(effectWords({ kind: "addLabel", label: "lgtm" })).toBe("add label lgtm");
  expect(effectWords({ kind: "requestReview", users: ["a"], teams: ["b"] })).toBe("request review of a, b");
  expect(effectWords({ kind: "startJobs", jobs: [] })).toBe("start 0 jobs");
});
