/** A community's issues and pull requests over some months in D1, the same for the same seed; and the measures made of them. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { MirrorMeasures } from "../../../durable/mirror-measures.ts";
import type { Item } from "../../../src/velodrome/measures/fact.ts";
import { counted, usedRows } from "./support.ts";

const DAY = 86_400;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
export interface Life {
  issue: Mutable<Item["issue"]>;
  pull: Mutable<NonNullable<Item["pull"]>> | null;
  events: Item["events"][number][];
  comments: Item["comments"][number][];
  reviews: Item["reviews"][number][];
}

const PEOPLE = [...Array.from({ length: 12 }, (_, n) => `user-${n}`), "k8s-ci-robot", "late-bot"];
const SIZES = ["XS", "S", "M", "L", "XL", "XXL"];
const SIGS = ["node", "network", "storage"];
const BODIES = ["/lgtm", "/approve", "/retest", "/test unit", "thanks", "/lgtm cancel", "why?\n/LGTM\r\n", "/hold"];
const MARKS = [
  "lgtm",
  "approved",
  "needs-rebase",
  "do-not-merge/hold",
  "needs-ok-to-test",
  "release-note-label-needed",
];
const EVENTS = ["labeled", "labeled", "labeled", "unlabeled", "assigned", "mentioned", "head_ref_force_pushed"];

/** `until`: seconds; the first one was opened `days` before. */
export function lives(size: number, until: number, days: number): readonly Life[] {
  let seed = 11;
  const dice = (sides: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * sides);
  };
  const one = <T>(of: readonly T[]): T => {
    const found = of[dice(of.length)];
    if (found === undefined) throw new Error("nothing to choose from");
    return found;
  };
  return Array.from({ length: size }, (_, index) => {
    const created = until - Math.floor((1 - index / size) * days * DAY);
    const isPull = dice(3) > 0;
    const labels = new Set([`size/${one(SIZES)}`, `sig/${one(SIGS)}`, `sig/${one(SIGS)}`]);
    if (dice(4) === 0) for (const label of labels) labels.delete(label);
    const user = one(PEOPLE);
    const issue = { number: index + 1, is_pr: isPull ? 1 : 0, user, state: "open", created, closed: null };
    const life: Life = {
      issue: { ...issue, labels: [] },
      pull: isPull ? { draft: 0, merged: null } : null,
      events: [],
      comments: [],
      reviews: [],
    };
    let at = created;
    for (let step = dice(14); step > 0; step -= 1) {
      at += dice(dice(3) === 0 ? 40 : 3 * DAY);
      if (at > until) break;
      const by = one(PEOPLE);
      const what = dice(isPull ? 4 : 2);
      if (what === 0) life.comments.push({ review: isPull ? dice(2) : 0, user: by, body: one(BODIES), at });
      if (what === 1) {
        const event = one(EVENTS);
        const label = event.endsWith("labeled") ? one(MARKS) : null;
        if (event === "labeled" && label) labels.add(label);
        if (event === "unlabeled" && label) labels.delete(label);
        life.events.push({ actor: dice(9) === 0 ? null : by, event, label, detail: null, at });
      }
      if (what === 2) life.reviews.push({ user: by, commit: `c${dice(3)}`, at });
      if (what === 3) life.events.push({ actor: by, event: "review_requested", label: null, detail: one(PEOPLE), at });
    }
    const end = at + 5 + dice(4 * DAY);
    if (dice(3) > 0 && end <= until) {
      Object.assign(life.issue, { state: "closed", closed: end });
      if (life.pull && dice(4) > 0) life.pull.merged = end;
      life.events.push({ actor: one(PEOPLE), event: "closed", label: null, detail: null, at: end });
    }
    life.issue.labels = [...labels];
    return life;
  });
}

async function every(query: string, rows: readonly object[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 500)
    await env.DB.prepare(query)
      .bind(JSON.stringify(rows.slice(from, from + 500)))
      .run();
}

/** Into the mirror's tables; ids follow from the place of a row. `updated`: when GitHub says they changed; seconds. */
export async function mirrored(repository: string, all: readonly Life[], updated: number): Promise<void> {
  const of = <Row extends object>(pick: (life: Life) => readonly Row[]) =>
    all.flatMap((life) =>
      pick(life).map((row, place) => ({
        ...row,
        repository,
        issue: life.issue.number,
        id: life.issue.number * 1000 + place,
      })),
    );
  const value = (names: string) =>
    names
      .split(" ")
      .map((name) => `value ->> '${name}'`)
      .join(", ");
  await every(
    `INSERT OR REPLACE INTO mirror_issue (repository, number, is_pr, user, title, state, comments, labels, assignees, milestone, created,
      closed, updated, seen, gone) SELECT ${value("repository number is_pr user")}, 't', value ->> 'state', 0, value ->> 'labels', '[]', '',
      ${value("created closed")}, ${updated}, 1, 0 FROM json_each(?)`,
    all.map(({ issue }) => ({ ...issue, repository })),
  );
  await every(
    `INSERT OR REPLACE INTO mirror_pull (repository, number, draft, base_ref, base_sha, head_ref, head_sha, merged, commits, additions,
      deletions, changed_files, updated, seen) SELECT ${value("repository number draft")}, '', '', '', '', value ->> 'merged', 1, 1, 1, 1,
      ${updated}, 1 FROM json_each(?)`,
    all.flatMap(({ issue, pull }) => (pull ? [{ ...pull, number: issue.number, repository }] : [])),
  );
  await every(
    `INSERT OR REPLACE INTO mirror_event (repository, id, issue, actor, event, label, detail, at)
      SELECT ${value("repository id issue actor event label detail at")} FROM json_each(?)`,
    of(({ events }) => events),
  );
  await every(
    `INSERT OR REPLACE INTO mirror_comment (repository, review, id, issue, user, body, at, updated, seen, gone)
      SELECT ${value("repository review id issue user body at at")}, 1, 0 FROM json_each(?)`,
    of(({ comments }) => comments),
  );
  await every(
    `INSERT OR REPLACE INTO mirror_review (repository, id, issue, user, state, "commit", at, seen)
      SELECT ${value("repository id issue user")}, 'COMMENTED', ${value("commit at")}, 1 FROM json_each(?)`,
    of(({ reviews }) => reviews),
  );
}

/** Works until nothing is left, after a pass that began at `at` (milliseconds). Answers the most rows that a step used, and all. */
export async function measure(repository: string, at: number, { restart = false, db = env.DB } = {}) {
  const mine = Object.assign({ ...env }, { DB: counted(db) });
  return await runInDurableObject(env.MIRROR.getByName(repository), async (_mirror, { storage }) => {
    const made = () => new MirrorMeasures(mine, storage, repository);
    let measures = made();
    measures.due(at);
    let [most, sum] = [0, 0];
    for (let steps = 0; ; steps += 1) {
      if (steps > 5000) throw new Error("It does not get on");
      usedRows();
      try {
        const { more } = await measures.work();
        const used = usedRows();
        most = Math.max(most, used);
        sum += used;
        if (!more) return { most, sum };
      } catch (error) {
        if (!String(error).includes("reset")) throw error;
      }
      if (restart) measures = made();
    }
  });
}
