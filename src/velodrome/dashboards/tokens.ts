/** Dashboard: calls of GitHub credentials, by reset window and by who made them (spec velodrome 1.9, 1.10). */
import { clock, levelOf } from "../../github/trend.ts";
import { callsOf, type TokenRow, tokenRows, tokensNow } from "../../store/token-windows.ts";
import type { Chart, Dashboard, Panel, Scope, Table } from "./panel.ts";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
/** Longer ranges are shown by the day. */
const BY_HOUR_S = 31 * DAY_S;
const HOURS_READ = 3_000;
const MINUTES_READ = 1_400;
const SHADES = [0.6, 0.8] as const;

interface Read {
  readonly rows: readonly TokenRow[];
  readonly from: number;
  readonly step: number;
  readonly times: readonly number[];
}

/** Rows of the range in buckets: of hours by the window's end, or of days. */
async function read(db: D1Database, { from, to, width }: Scope): Promise<Read> {
  const byDay = to - from > BY_HOUR_S;
  const unit = byDay ? DAY_S : HOUR_S;
  const begin = Math.floor(from / unit) * unit;
  const step = Math.max(1, Math.ceil((to - begin) / unit / Math.max(1, width))) * unit;
  const range = { from: begin, to };
  const rows = byDay
    ? await tokenRows(db, "day", range, HOURS_READ + MINUTES_READ)
    : [...(await tokenRows(db, "hour", range, HOURS_READ)), ...(await tokenRows(db, "minute", range, MINUTES_READ))];
  const times = Array.from({ length: Math.max(0, Math.ceil((to - begin) / step)) }, (_, at) => begin + at * step);
  return { rows, from: begin, step, times };
}

/** One line for each name, with the values of a bucket taken together. */
function lines(
  { from, step, times }: Read,
  values: Iterable<readonly [name: string, at: number, value: number]>,
  together: (one: number, other: number) => number,
): Chart["lines"] {
  const named = new Map<string, (number | null)[]>();
  for (const [name, at, value] of values) {
    const line = named.get(name) ?? times.map(() => null);
    named.set(name, line);
    const slot = Math.floor((at - from) / step);
    const known = line[slot] ?? null;
    if (slot < line.length) line[slot] = known === null ? value : together(known, value);
  }
  return [...named].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, line]) => ({ name, values: line }));
}

const chart = ({ step, times, rows }: Read, shown: Chart["lines"], now: number): Chart => ({
  kind: "chart",
  step,
  times,
  lines: shown,
  asOf: rows.length === 0 ? null : Math.min(now, Math.max(...rows.map(({ resetAt }) => resetAt))),
});

/** Two credentials of one login (installations of one App) are told apart by the credential's name. */
function namer(rows: readonly TokenRow[]): (row: TokenRow) => string {
  const of = Map.groupBy(rows, ({ login }) => login);
  const many = [...of].filter(([, some]) => new Set(some.map(({ credential }) => credential)).size > 1);
  const shared = new Set(many.map(([login]) => login));
  return ({ login, credential }) => (shared.has(login) ? `${login} (${credential})` : login);
}

const sum = (one: number, other: number): number => one + other;

const usage: Panel = {
  id: "usage",
  title: "Github Token usage",
  definition:
    "Calls that GitHub counted against each credential in one window, from its limit to the least that was left, shown at the window's end. The window that is open counts as far as it is known. Windows last an hour (core, graphql) or a minute (search); where several fall together the one with most is shown. Nothing is drawn where no call was made. Above the yellow line (60 % of the largest limit shown) it is high, above the red line (80 %) very high.",
  unit: "number",
  load: async (db, scope) => {
    const all = await read(db, scope);
    const nameOf = namer(all.rows);
    const used = all.rows.map((row) => [`${nameOf(row)} ${row.resource}`, row.resetAt, row.peak] as const);
    const most = Math.max(0, ...all.rows.map(({ allowance }) => allowance));
    const shades = SHADES.map((share, at) => ({
      name: at === 0 ? "high (yellow)" : "very high (red)",
      values: all.times.map(() => share * most),
    }));
    return chart(all, [...lines(all, used, Math.max), ...(most === 0 ? [] : shades)], scope.now);
  },
};

const consumers: Panel = {
  id: "consumers",
  title: "Calls by consumer",
  definition:
    'Calls to GitHub that were answered, by what made them: plugins (reading for events), outbox (writing comments, labels and statuses), tide, fetcher (velodrome\'s mirror), config, and so on; of all credentials and resources together, at the end of the window in which they were made. Answers of "not modified" are among them, although GitHub does not count those.',
  unit: "number",
  stacked: true,
  load: async (db, scope) => {
    const all = await read(db, scope);
    const calls = all.rows.flatMap((row) =>
      callsOf(row).map(([consumer, calls]) => [consumer, row.resetAt, calls] as const),
    );
    return chart(all, lines(all, calls, sum), scope.now);
  },
};

const conditional: Panel = {
  id: "conditional",
  title: "Conditional requests",
  definition:
    'Share of the answered calls that were answered "not modified" (304), which GitHub does not count, for each consumer and for all together.',
  unit: "share",
  load: async (db, scope) => {
    const all = await read(db, scope);
    const flat = all.rows.flatMap((row) =>
      callsOf(row).flatMap(([consumer, calls, same]) =>
        [consumer, "all"].map((name) => ({ name, at: row.resetAt, calls, same })),
      ),
    );
    const counted = lines(
      all,
      flat.map(({ name, at, calls }) => [name, at, calls] as const),
      sum,
    );
    const same = lines(
      all,
      flat.map(({ name, at, same }) => [name, at, same] as const),
      sum,
    );
    const shares = counted.map(({ name, values }, line) => ({
      name,
      values: values.map((calls, at) => (calls === null || calls === 0 ? null : (same[line]?.values[at] ?? 0) / calls)),
    }));
    return chart(all, shares, scope.now);
  },
};

function said({ allowance, used, pace, resetAt, alerted }: TokenRow, now: number): string {
  const left = allowance - used;
  if (left <= 0) return `used up until ${clock(resetAt)}`;
  const ends = pace > 0 ? now + (left / pace) * HOUR_S : Number.POSITIVE_INFINITY;
  const level = alerted === null ? levelOf(used, allowance) : "ALERT";
  return ends < resetAt ? `${level}: used up at ${clock(ends)}, before the reset` : level;
}

const current: Panel = {
  id: "current",
  title: "Windows that are open",
  definition:
    "What is left of each credential now, and where it is heading: a straight line through what was left at the window's calls. It is high above 60 % of the limit and very high above 80 %. An ALERT is raised, once a window, when less than 30 % is left and the line has been below zero within the hour for five minutes.",
  unit: "number",
  load: async (db, { now }): Promise<Table> => {
    const { open } = await tokensNow(db, now);
    const nameOf = namer(open);
    const rows = open.map((row) => [
      nameOf(row),
      row.resource,
      row.used,
      row.allowance - row.used,
      row.allowance,
      Math.round(row.pace),
      Math.round(row.allowance - row.used - row.pace),
      clock(row.resetAt),
      said(row, now),
    ]);
    return {
      kind: "table",
      columns: [
        { name: "login", unit: "text" },
        { name: "resource", unit: "text" },
        { name: "used", unit: "number" },
        { name: "left", unit: "number" },
        { name: "limit", unit: "number" },
        { name: "used per hour", unit: "number" },
        { name: "left in an hour", unit: "number" },
        { name: "counted anew at", unit: "text" },
        { name: "state", unit: "text" },
      ],
      rows,
      asOf: now,
    };
  },
};

export const tokens: Dashboard = {
  id: "tokens",
  title: "GitHub calls",
  about: "How much of GitHub's limits is used, by whom, and whether it will last.",
  days: 7,
  sight: "admins",
  panels: [current, usage, consumers, conditional],
};
