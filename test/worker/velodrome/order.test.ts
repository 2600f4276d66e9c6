/** Rows of webhooks and lists, in any order and as often as one likes: the same mirror (issue: property). */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Found } from "../../../src/velodrome/mirror/rows.ts";
import { saveFound } from "../../../src/velodrome/mirror/save.ts";

const few = fc.integer({ min: 1, max: 3 });
const version = fc.record({ updated: fc.integer({ min: 1, max: 4 }), seen: fc.integer({ min: 1, max: 4 }) });
const gone = fc.constantFrom<0 | 1>(0, 0, 0, 1);

/** What GitHub shows of a thing at one moment is one thing: all else follows from its version. */
const found: fc.Arbitrary<Found> = fc.oneof(
  fc.record({ number: few, gone, version }).map(({ number, gone, version: { updated, seen } }) => ({
    issues: [
      {
        number,
        is_pr: 0 as const,
        user: "ada",
        title: `${updated}.${seen}`,
        state: "open",
        comments: updated,
        labels: [`l${seen}`],
        assignees: [],
        milestone: "",
        created: 1,
        closed: null,
        updated,
        seen,
        gone,
      },
    ],
  })),
  fc.record({ id: few, review: fc.constantFrom<0 | 1>(0, 1), gone, version }).map(({ id, review, gone, version }) => ({
    comments: [
      { id, review, issue: 1, user: "ben", body: `${version.updated}.${version.seen}`, at: 1, ...version, gone },
    ],
  })),
  fc.record({ number: few, version }).map(({ number, version: { updated, seen } }) => ({
    pulls: [
      {
        number,
        draft: 0 as const,
        base_ref: "main",
        base_sha: `${updated}`,
        head_ref: "h",
        head_sha: `${seen}`,
        merged: updated > 2 ? updated : null,
        merged_by: null,
        merge_commit: null,
        commits: seen,
        additions: 1,
        deletions: 1,
        changed_files: 1,
        updated,
        seen,
      },
    ],
  })),
  fc.record({ id: few, seen: few }).map(({ id, seen }) => ({
    reviews: [{ id, issue: 1, user: "cleo", state: `state ${seen}`, commit: "c", at: 1, seen }],
  })),
  few.map((id) => ({
    events: [{ id, issue: 1, actor: null, event: "closed", label: null, assignee: null, detail: null, at: id }],
  })),
);

const TABLES = ["issue", "comment", "pull", "review", "event"];

async function rowsAfter(name: string, all: readonly Found[]): Promise<unknown> {
  for (const one of all) await saveFound(env.DB, name, one);
  const rows = await env.DB.batch<Record<string, unknown>>(
    TABLES.map((table) =>
      env.DB.prepare(`SELECT * FROM mirror_${table} WHERE repository = ? ORDER BY 1, 2, 3`).bind(name),
    ),
  );
  return rows.map(({ results }) => results.map((row) => ({ ...row, repository: "" })));
}

it("any order and any repetition of the same news end with the same rows", async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(found, { minLength: 1, maxLength: 12 }).chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray([...all, ...all], { minLength: 0 }).map((some) => [...some, ...all.toReversed()]),
        ),
      ),
      async ([one, other]) => {
        runs += 1;
        expect(await rowsAfter(`order/b${runs}`, other)).toEqual(await rowsAfter(`order/a${runs}`, one));
      },
    ),
    { numRuns: 40 },
  );
});
