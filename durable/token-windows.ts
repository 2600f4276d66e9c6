/** A credential's reset windows in its GitHubBudget, and behind them in D1 (spec velodrome 1.9, 1.11). */
import * as z from "zod";
import { callService } from "../src/chatops/service.ts";
import { type Env, settings } from "../src/env.ts";
import { GitHubError } from "../src/github/errors.ts";
import { alertText, isAlert, pace, sampled } from "../src/github/trend.ts";
import { addCalls, type Calls, isHourly, joined, settled, type TokenWindow, usedOf } from "../src/github/windows.ts";
import { type Span, saveTokenRows, TOKEN_DAYS, type TokenRow } from "../src/store/token-windows.ts";

export const TOKEN_WINDOWS_TABLE = `CREATE TABLE token_window (resource TEXT NOT NULL, reset_at INTEGER NOT NULL,
  early INTEGER NOT NULL, body TEXT NOT NULL, dirty INTEGER NOT NULL, PRIMARY KEY (resource, reset_at, early)) WITHOUT ROWID`;
export const TOKEN_WINDOWS_DIRTY = "CREATE INDEX token_window_dirty ON token_window (dirty) WHERE dirty > 0";

/** How far D1 is behind. */
export const BEHIND_MS = 60_000;
/** So long after its reset no more answers of a window come in. */
const CLOSED_S = 30;
const A_STEP = 50;
const DAY_S = 24 * 3600;
const WOBBLE_S = 5;

const Count = z.number();
const Body = z.object({
  window: z.object({
    resource: z.string(),
    resetAt: Count,
    early: z.boolean(),
    limit: Count,
    most: Count,
    least: Count,
    openedAt: Count,
    leastAt: Count,
    lastAt: Count,
    calls: z.record(z.string(), z.tuple([Count, Count])),
  }),
  trend: z
    .object({ from: Count, last: Count, n: Count, t: Count, r: Count, tt: Count, tr: Count, since: Count.nullable() })
    .nullable(),
  /** Unix seconds. */
  alerted: Count.nullable(),
  told: z.boolean(),
});
type Body = z.infer<typeof Body>;
type Row = { resource: string; reset_at: number; early: number; body: string; dirty: number };

const spanOf = (resource: string): Span => (isHourly(resource) ? "hour" : "minute");

export class TokenWindows {
  readonly #sql: SqlStorage;
  readonly #env: Env;
  readonly #credential: string;
  #changes = 0;

  constructor(sql: SqlStorage, env: Env, credential: string) {
    this.#sql = sql;
    this.#env = env;
    this.#credential = credential;
  }

  see(windows: readonly TokenWindow[]): void {
    for (const seen of windows) {
      const near = `resource = ? AND reset_at >= ? - ${WOBBLE_S} AND early = 0 ORDER BY reset_at LIMIT 3`;
      const bodies = [
        ...this.#bodies(near, seen.resource, seen.resetAt),
        ...this.#bodies("resource = ? AND early = 1", seen.resource),
      ];
      const known = bodies.map(({ window }) => window);
      // A window that changes keeps its place.
      for (const [at, window] of joined(known, seen).entries()) {
        if (window !== known[at]) this.#put(bodies[at] ?? null, window);
      }
    }
  }

  /** Brings D1 up to date and raises the alarm. When to do so again (milliseconds); nothing: when there is news. */
  async mirror(login: () => Promise<string>): Promise<number | void> {
    const now = Math.trunc(Date.now() / 1000);
    for (const body of this.#bodies("early = 1")) {
      const end = settled(body.window);
      if (end.resetAt + CLOSED_S < now) this.#put(body, end);
    }
    const rows = this.#dirty();
    if (rows.length > 0) {
      const bodies = rows.map((row) => this.#looked(row, now));
      const name = await login();
      const days = this.#days(bodies);
      await saveTokenRows(
        this.#env.DB,
        [...bodies.map((body) => this.#rowOf(body)), ...days].map((row) => ({ ...row, login: name })),
      );
      const untold = bodies.filter(({ alerted, told }) => alerted !== null && !told);
      for (const { window } of untold) if (!(await this.#tell(window, name))) return Date.now() + BEHIND_MS;
      for (const { resource, reset_at, dirty } of rows) {
        const clean =
          "UPDATE token_window SET dirty = 0 WHERE resource = ? AND reset_at = ? AND early = 0 AND dirty = ?";
        this.#sql.exec(clean, resource, reset_at, dirty);
      }
      this.#forget(rows, now);
    }
    if (this.#dirty().length > 0) return Date.now() + (rows.length === A_STEP ? 0 : BEHIND_MS);
    const open = this.#bodies(`early = 1 LIMIT ${A_STEP}`).map(({ window }) => settled(window).resetAt);
    return open.length === 0 ? undefined : (Math.min(...open) + CLOSED_S + 1) * 1000;
  }

  #dirty(): readonly Row[] {
    return this.#sql.exec<Row>("SELECT * FROM token_window WHERE dirty > 0 AND early = 0 LIMIT ?", A_STEP).toArray();
  }

  #bodies(where: string, ...values: readonly (string | number)[]): readonly Body[] {
    const rows = this.#sql.exec<Row>(`SELECT * FROM token_window WHERE ${where}`, ...values).toArray();
    return rows.map(({ body }) => Body.parse(JSON.parse(body)));
  }

  /** A window that has changed, in place of what it was. */
  #put(before: Body | null, window: TokenWindow): void {
    if (before !== null && (before.window.resetAt !== window.resetAt || before.window.early !== window.early)) {
      const { resource, resetAt, early } = before.window;
      const gone = "DELETE FROM token_window WHERE resource = ? AND reset_at = ? AND early = ?";
      this.#sql.exec(gone, resource, resetAt, Number(early));
    }
    const trend = sampled(before?.trend ?? null, window, Math.trunc(window.lastAt / 1000));
    this.#changes = Math.max(this.#changes + 1, Date.now());
    const body = { window: { ...window, calls: { ...window.calls } }, trend };
    this.#write({ ...body, alerted: before?.alerted ?? null, told: before?.told ?? false }, this.#changes);
  }

  #write(body: { readonly window: TokenWindow } & Omit<Body, "window">, dirty: number): void {
    const { resource, resetAt, early } = body.window;
    this.#sql.exec(
      "INSERT OR REPLACE INTO token_window (resource, reset_at, early, body, dirty) VALUES (?, ?, ?, ?, ?)",
      resource,
      resetAt,
      Number(early),
      JSON.stringify(body),
      dirty,
    );
  }

  /** With whether it is alarming, once a window. */
  #looked({ body: text, dirty }: Row, now: number): Body {
    const body = Body.parse(JSON.parse(text));
    const { window, trend: before, alerted } = body;
    if (alerted !== null || !isHourly(window.resource) || now > window.resetAt) return body;
    const trend = sampled(before, window, now);
    const next = { ...body, trend, alerted: isAlert(trend) ? now : null };
    this.#write(next, dirty);
    return next;
  }

  #rowOf({ window, trend, alerted }: Body): Omit<TokenRow, "login"> {
    const { resource, resetAt, limit, calls } = window;
    const used = usedOf(window);
    return {
      span: spanOf(resource),
      resetAt,
      credential: this.#credential,
      resource,
      allowance: limit,
      used,
      peak: used,
      calls: JSON.stringify(calls),
      pace: trend === null ? 0 : pace(trend) * 3600,
      alerted,
    };
  }

  /** The days in which these windows ended, summed anew. */
  #days(bodies: readonly Body[]): readonly Omit<TokenRow, "login">[] {
    const asked = new Map(
      bodies.map(({ window: { resource, resetAt } }) => [`${resource} ${Math.trunc(resetAt / DAY_S)}`, resource]),
    );
    return [...asked].map(([key, resource]) => {
      const day = Number(key.slice(resource.length + 1)) * DAY_S;
      const within = "resource = ? AND reset_at >= ? AND reset_at < ? AND early = 0";
      const windows = this.#bodies(within, resource, day, day + DAY_S).map(({ window }) => window);
      const used = windows.map(usedOf);
      return {
        span: "day",
        resetAt: day,
        credential: this.#credential,
        resource,
        allowance: Math.max(...windows.map(({ limit }) => limit)),
        used: used.reduce((sum, one) => sum + one, 0),
        peak: Math.max(...used),
        calls: JSON.stringify(
          windows.reduce<Readonly<Record<string, Calls>>>((sum, { calls }) => addCalls(sum, calls), {}),
        ),
        pace: 0,
        alerted: null,
      };
    });
  }

  /** Posts the alarm where the settings name a channel. Answers false when it is to be tried again. */
  async #tell(window: TokenWindow, login: string): Promise<boolean> {
    const { ALERTS_CHANNEL, PUBLIC_URL } = settings(this.#env);
    const where = "resource = ? AND reset_at = ? AND early = 0";
    const body = this.#bodies(where, window.resource, window.resetAt)[0];
    if (body === undefined) return true;
    if (ALERTS_CHANNEL !== undefined && body.trend !== null) {
      const words = alertText({ ...window, login }, body.trend);
      const message = { channel: ALERTS_CHANNEL, text: `${words} ${PUBLIC_URL}/velodrome/tokens` };
      try {
        await callService(this.#env, { service: "slack", method: "POST", path: "/chat.postMessage", body: message });
      } catch (error) {
        // A message whose answer was lost may have arrived.
        const again = !(error instanceof GitHubError) || error.kind === "transient" || error.kind === "rate-limited";
        if (again && Date.now() / 1000 < window.resetAt) return false;
        console.warn(JSON.stringify({ message: "an alert was not posted to Slack", error: String(error) }));
      }
    }
    const row = this.#sql.exec<Row>(`SELECT * FROM token_window WHERE ${where}`, window.resource, window.resetAt).one();
    this.#write({ ...Body.parse(JSON.parse(row.body)), told: true }, row.dirty);
    return true;
  }

  #forget(rows: readonly Row[], now: number): void {
    for (const resource of new Set(rows.map((row) => row.resource))) {
      const until = now - TOKEN_DAYS[spanOf(resource)] * DAY_S;
      this.#sql.exec("DELETE FROM token_window WHERE resource = ? AND reset_at < ?", resource, until);
    }
  }
}
