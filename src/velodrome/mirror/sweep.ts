/** Once a week the whole repository is gone through for what was deleted though no webhook told. */
import { buryComments, conversationPage, miscounted } from "./census.ts";
import type { SweepCursor } from "./cursor.ts";
import { saveFound } from "./save.ts";
import { sweepStep } from "./single.ts";
import type { At, Cursors, Stepped } from "./steps.ts";
import { buryIssues, issuesBetween } from "./upkeep.ts";

const SWEEP_MS = 7 * 24 * 3600_000;

/** Not on the day of the first pass: what was just listed is there. */
export async function sweep(at: At, cursors: Cursors): Promise<Stepped> {
  const { db, repository, now } = at;
  const cursor = cursors.sweep;
  const idle = { cursors, done: true, rows: 0, used: 0 };
  if (cursor.suspects.length > 0) return await compare(at, cursors);
  if (cursor.page === 1 && cursor.endedAt === 0)
    return { ...idle, cursors: { ...cursors, sweep: { ...cursor, endedAt: now } } };
  if (cursor.page === 1 && now - cursor.endedAt < SWEEP_MS) return idle;
  let read = 0;
  const next = await sweepStep(at, cursor, async (from, to) => {
    const numbers = await issuesBetween(db, repository, from, to);
    read += numbers.length;
    return numbers;
  });
  const buried = await buryIssues(db, repository, next.gone);
  const saved = await saveFound(db, repository, next.found);
  const wrong = await miscounted(db, repository, next.found.issues ?? []);
  const sweeping: SweepCursor = { ...next.cursor, suspects: wrong.numbers, kept: [], keptPage: 1, since: now };
  const used = read + buried + saved + wrong.read;
  return {
    cursors: { ...cursors, sweep: sweeping },
    done: next.done && wrong.numbers.length === 0,
    rows: next.rows,
    used,
  };
}

/** A page of the comments of the first issue that has another number of them at GitHub. */
async function compare(at: At, cursors: Cursors): Promise<Stepped> {
  const { db, repository } = at;
  const cursor = cursors.sweep;
  const [issue = 0, ...others] = cursor.suspects;
  const { comments, last } = await conversationPage(at, issue, cursor.keptPage);
  const kept = [...cursor.kept, ...comments.map(({ id }) => id)];
  const saved = await saveFound(db, repository, { comments });
  const buried = last ? await buryComments(db, repository, issue, kept, cursor.since) : 0;
  const next: SweepCursor = last
    ? { ...cursor, suspects: others, kept: [], keptPage: 1 }
    : { ...cursor, kept, keptPage: cursor.keptPage + 1 };
  const done = next.suspects.length === 0 && next.page === 1;
  return { cursors: { ...cursors, sweep: next }, done, rows: comments.length, used: saved + buried };
}
