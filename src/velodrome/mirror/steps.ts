/** The streams of a repository in the order of a pass, each a list that is read page by page. */
import type { StreamName } from "../view.ts";
import {
  BEGINNING,
  type EventsCursor,
  type HistoryCursor,
  NO_EVENTS,
  NO_HISTORY,
  NO_PULLS,
  NO_SWEEP,
  type PullsCursor,
  type SinceCursor,
  type SweepCursor,
} from "./cursor.ts";
import { commentsStep, eventsStep, issuesStep, type Place } from "./lists.ts";
import { pullsStep } from "./pulls.ts";
import { saveFound } from "./save.ts";
import { historyStep } from "./single.ts";
import type { Found } from "./rows.ts";
import { sweep } from "./sweep.ts";
import { issueAfter } from "./upkeep.ts";

export interface Cursors {
  readonly issues: SinceCursor;
  readonly comments: SinceCursor;
  readonly "line-comments": SinceCursor;
  readonly events: EventsCursor;
  readonly history: HistoryCursor;
  readonly pulls: PullsCursor;
  readonly sweep: SweepCursor;
}

export const FIRST: Cursors = {
  issues: BEGINNING,
  comments: BEGINNING,
  "line-comments": BEGINNING,
  events: NO_EVENTS,
  history: NO_HISTORY,
  pulls: NO_PULLS,
  sweep: NO_SWEEP,
};

export const STREAMS: readonly StreamName[] = [
  "issues",
  "comments",
  "line-comments",
  "events",
  "history",
  "pulls",
  "sweep",
];

export interface Stepped {
  readonly cursors: Cursors;
  readonly done: boolean;
  readonly rows: number;
  /** Of D1, read and written. */
  readonly used: number;
  /** When to take the next step, at the earliest. Milliseconds; unset: at once. */
  readonly notBefore?: number;
}

export interface At extends Place {
  readonly db: D1Database;
  /** In lower case. */
  readonly repository: string;
}

/** Reads and saves one page of a stream. Rejects with GitHubError or MovedError; then nothing has to be undone. */
export async function step(at: At, stream: StreamName, cursors: Cursors): Promise<Stepped> {
  const { db, repository } = at;
  const saved = async (next: { done: boolean; rows: number; found: Found }, changed: Partial<Cursors>, more = 0) => ({
    cursors: { ...cursors, ...changed },
    done: next.done,
    rows: next.rows,
    used: more + (await saveFound(db, repository, next.found)),
  });
  switch (stream) {
    case "issues": {
      const next = await issuesStep(at, cursors.issues);
      return await saved(next, { issues: next.cursor });
    }
    case "comments":
    case "line-comments": {
      const next = await commentsStep(at, cursors[stream], stream === "line-comments");
      return await saved(next, { [stream]: next.cursor });
    }
    case "events": {
      const next = await eventsStep(at, cursors.events);
      const history = next.cutShort ? { wanted: true, number: 0, page: 1 } : cursors.history;
      return await saved(next, { events: next.cursor, history });
    }
    case "history": {
      const { history } = cursors;
      const following = history.wanted ? await issueAfter(db, repository, history.number) : null;
      const next = await historyStep(at, history, following);
      return await saved(next, { history: next.cursor }, 2);
    }
    case "pulls": {
      const next = await pullsStep(at, cursors.pulls);
      return { ...(await saved(next, { pulls: next.cursor })), notBefore: next.notBefore };
    }
    case "sweep":
      return await sweep(at, cursors);
  }
}

/** How far a stream is, for people. */
export function whereabouts(stream: StreamName, cursors: Cursors): string {
  switch (stream) {
    case "issues":
    case "comments":
    case "line-comments": {
      const { since, page } = cursors[stream];
      return since === BEGINNING.since ? "" : `${since}${page > 1 ? `, page ${page}` : ""}`;
    }
    case "events":
      return cursors.events.page > 1 ? `page ${cursors.events.page}` : "";
    case "history":
      return cursors.history.wanted ? `#${cursors.history.number}` : "";
    case "pulls":
      return cursors.pulls.long.length > 0 ? `reviews of #${cursors.pulls.long[0]}` : cursors.pulls.top;
    case "sweep":
      return cursors.sweep.page > 1 || cursors.sweep.suspects.length > 0 ? `page ${cursors.sweep.page}` : "";
  }
}
