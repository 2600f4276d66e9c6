/** What the page of tide's history shows: rows of several pools, filtered, and merges by day. */
import * as z from "zod";
import type { HistoryRow, TideHistoryPageProps } from "../../ui/pages/tide-history.tsx";
import type { PoolView } from "../tide/view.ts";

const DAY_MS = 24 * 3600_000;
const DAYS = 14;
const ROWS = 200;

const any = z.string().trim().max(250).catch("");
/** `?repo=&branch=&action=&pull=&author=`; what is missing or cannot be one is any. */
export const HistoryFilter = z.object({ repo: any, branch: any, action: any, pull: any, author: any });
export type HistoryFilter = z.infer<typeof HistoryFilter>;

const merges = ({ action, err }: HistoryRow): boolean => err === "" && (action === "MERGE" || action === "MERGE_BATCH");

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function isLike(row: HistoryRow, { branch, action, pull, author }: HistoryFilter): boolean {
  if (branch !== "" && row.branch !== branch) return false;
  if (action !== "" && row.action !== action) return false;
  if (pull !== "" && !row.target.some(({ number }) => String(number) === pull.replace(/^#/, ""))) return false;
  return author === "" || row.target.some((one) => isSame(one.author, author));
}

/** Rows newest first, at most 200; the days are the last 14 in UTC, today the last. */
export function historyOf(
  pools: readonly PoolView[],
  filter: HistoryFilter,
  now: number,
): Pick<TideHistoryPageProps, "rows" | "days"> {
  const rows = pools
    .flatMap(({ org, repo, branch, history }) => history.map((one): HistoryRow => ({ ...one, org, repo, branch })))
    .filter((row) => isLike(row, filter))
    .toSorted((a, b) => b.time - a.time);
  const today = Math.floor(now / DAY_MS);
  const byDay = Map.groupBy(rows.filter(merges), ({ time }) => Math.floor(time / DAY_MS));
  const days = Array.from({ length: DAYS }, (_, at) => {
    const day = today - DAYS + 1 + at;
    const merged = (byDay.get(day) ?? []).reduce((sum, { target }) => sum + target.length, 0);
    return { day: new Date(day * DAY_MS).toISOString().slice(0, 10), merged };
  });
  return { rows: rows.slice(0, ROWS), days };
}
