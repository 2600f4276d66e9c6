/** What webhooks tell the mirror (spec velodrome 1.3), on GitHub's own examples. */
import examples from "@octokit/webhooks-examples" with { type: "json" };
import { describe, expect, it } from "vitest";
import { isMirrored, labelChange, liveRows, movedFrom } from "../../../src/velodrome/mirror/live.ts";

interface Example {
  readonly action?: string;
}
const known: readonly { readonly name: string; readonly examples: readonly unknown[] }[] = examples;
const bodies = known
  .filter(({ name }) => isMirrored(name))
  .flatMap(({ name, examples: all }) => all.map((body, at) => ({ name, body, at, action: (body as Example).action })))
  // Their issues have neither a state nor labels.
  .filter(({ action }) => action !== "pinned" && action !== "unpinned");

describe("GitHub's examples", () => {
  it("are there for each of the five events", () => {
    expect(new Set(bodies.map(({ name }) => name)).size).toBe(5);
    expect(bodies.length).toBeGreaterThan(40);
  });

  it.each(bodies)("$name $action ($at) gives rows", ({ name, body, action }) => {
    const found = liveRows(name, body, 1234);
    const rows = [found.issues ?? [], found.comments ?? [], found.pulls ?? [], found.reviews ?? []].flat();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ seen }) => seen === 1234)).toBe(true);
    const gone = [...(found.comments ?? []), ...(name === "issues" ? (found.issues ?? []) : [])].some(
      (row) => row.gone,
    );
    expect(gone).toBe(action === "deleted" || (name === "issues" && action === "transferred"));
  });
});

const issue = {
  number: 7,
  title: "T",
  state: "closed",
  comments: 2,
  labels: [{ name: "kind/bug" }, { name: "" }],
  user: null,
  assignees: [{ login: "ben" }, null],
  milestone: { title: "v1" },
  body: null,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-02T00:00:00+00:00",
  closed_at: "2026-01-02T00:00:00Z",
};

describe("an issue", () => {
  it("of a deleted account, with an empty assignee and label, is a row all the same", () => {
    const { issues } = liveRows("issues", { action: "closed", issue }, 5);
    expect(issues).toEqual([
      {
        number: 7,
        is_pr: 0,
        user: "",
        title: "T",
        state: "closed",
        comments: 2,
        labels: ["kind/bug"],
        assignees: ["ben"],
        milestone: "v1",
        created: 1767225600,
        closed: 1767312e3,
        updated: 1767312e3,
        seen: 5,
        gone: 0,
      },
    ]);
  });

  it.each(["number", "title", "state", "comments", "created_at", "updated_at"])("without %s is none", (name) => {
    const broken = Object.fromEntries(Object.entries(issue).filter(([key]) => key !== name));
    expect(() => liveRows("issues", { action: "closed", issue: broken }, 5)).toThrow(name);
  });
});

describe("what changes many rows", () => {
  it.each([
    [
      "a renamed label",
      { action: "edited", label: { name: "b" }, changes: { name: { from: "a" } } },
      { from: "a", to: "b" },
    ],
    ["a deleted label", { action: "deleted", label: { name: "a" } }, { from: "a", to: null }],
    ["another colour", { action: "edited", label: { name: "a" }, changes: { color: { from: "f00" } } }, null],
    ["nonsense", { action: 5 }, null],
  ])("%s", (_name, payload, change) => expect(labelChange(payload)).toEqual(change));

  it.each([
    ["a rename", { repository: { name: { from: "old" } } }, { owner: "acme", repo: "old" }],
    ["a transfer", { owner: { from: { organization: { login: "was" } } } }, { owner: "was", repo: "new" }],
  ])("%s", (_name, changes, from) =>
    expect(movedFrom({ repository: { name: "new", owner: { login: "acme" } }, changes })).toEqual(from),
  );
});
