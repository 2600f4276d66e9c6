/**
 * Reset windows of a credential, one after another for each resource, from the x-ratelimit headers of real calls
 * (spec velodrome 1.9). Pure. Isolates tell what they saw late and in any order; joined in any order it is the same.
 */

/** Calls, and those among them that were answered "not modified" and cost nothing. */
export type Calls = readonly [calls: number, notModified: number];

export interface TokenWindow {
  /** As GitHub names it: core, search, graphql, ... */
  readonly resource: string;
  /** Unix seconds. While `early`, that of the window before: GitHub counts anew and does not say yet until when. */
  readonly resetAt: number;
  readonly early: boolean;
  readonly limit: number;
  /** Most and least that was left. */
  readonly most: number;
  readonly least: number;
  /** Milliseconds: when the first call was sent, when the least was answered first, and when the last answer came. */
  readonly openedAt: number;
  readonly leastAt: number;
  readonly lastAt: number;
  readonly calls: Readonly<Record<string, Calls>>;
}

/** One answer. */
export interface Sighting {
  readonly consumer: string;
  readonly status: number;
  readonly headers: Headers;
  /** Milliseconds. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

const RESOURCE = /^[a-z_]{1,40}$/;
/** GitHub's resets of one window differ by a second or so. */
const WOBBLE_S = 5;
/** Clocks of isolates differ. Milliseconds. */
const SKEW_MS = 1_000;
const HOURLY: readonly string[] = ["core", "graphql"];

/** Whether a resource's windows last an hour; the others last a minute. */
export const isHourly = (resource: string): boolean => HOURLY.includes(resource);
/** Seconds. */
const lengthOf = (resource: string): number => (isHourly(resource) ? 3600 : 60);

/** How much of a window's limit was used. */
export const usedOf = ({ limit, least }: Pick<TokenWindow, "limit" | "least">): number => Math.max(0, limit - least);

/** What one answer says; null without rate headers, as GitHub Enterprise may answer. */
export function sighted({ consumer, status, headers, sentAt, answeredAt }: Sighting): TokenWindow | null {
  const number = (name: string): number => {
    const value = headers.get(`x-ratelimit-${name}`) ?? "";
    return /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  };
  const [limit, left, resetAt] = [number("limit"), number("remaining"), number("reset")];
  const resource = headers.get("x-ratelimit-resource") ?? "core";
  if (!(limit > 0 && left >= 0 && resetAt > 0) || !RESOURCE.test(resource)) return null;
  return {
    resource,
    resetAt,
    early: false,
    limit,
    most: left,
    least: left,
    openedAt: sentAt,
    leastAt: answeredAt,
    lastAt: answeredAt,
    calls: { [consumer]: [1, status === 304 ? 1 : 0] },
  };
}

/**
 * What is known with what was seen. Of `known`, which are of one resource, no more than two change: those whose reset is
 * `seen`'s or later, and the one that is early.
 */
export function joined(known: readonly TokenWindow[], seen: TokenWindow): readonly TokenWindow[] {
  const into = (target: TokenWindow, over: Partial<TokenWindow> = {}) =>
    known.map((one) => (one === target ? { ...merged(target, seen), ...over } : one));
  const base = known.find((one) => !one.early && isSame(one.resetAt, seen.resetAt));
  const early = known.find((one) => one.early);
  if (base !== undefined) {
    if (!seen.early && !rose(base, seen)) return into(base);
    const next = early ?? following(known, base);
    return next === undefined ? [...known, { ...seen, resetAt: base.resetAt, early: true }] : into(next);
  }
  if (early === undefined || seen.early || seen.resetAt < early.resetAt) return [...known, seen];
  // The reset has moved at last: it is that of the window which was early.
  if (seen.resetAt - early.resetAt < 1.5 * lengthOf(seen.resource))
    return into(early, { early: false, resetAt: seen.resetAt });
  return [...known.map((one) => (one === early ? settled(early) : one)), seen];
}

const isSame = (one: number, other: number): boolean => Math.abs(one - other) <= WOBBLE_S;

/** More is left than a window knows, and that call was sent after it knew: GitHub counts anew. */
const rose = (known: TokenWindow, seen: TokenWindow): boolean =>
  seen.most > known.least && seen.openedAt > known.leastAt + SKEW_MS;

function following(known: readonly TokenWindow[], { resource, resetAt }: TokenWindow): TokenWindow | undefined {
  const later = known.filter((one) => one.resetAt > resetAt && one.resetAt <= resetAt + 1.5 * lengthOf(resource));
  return later.toSorted((a, b) => a.resetAt - b.resetAt)[0];
}

/** An early window of which no reset was ever seen: it ended so long after its first call. */
export const settled = (early: TokenWindow): TokenWindow => ({
  ...early,
  early: false,
  resetAt: Math.ceil(early.openedAt / 1000) + lengthOf(early.resource),
});

function merged(one: TokenWindow, other: TokenWindow): TokenWindow {
  const least = Math.min(one.least, other.least);
  return {
    ...one,
    limit: other.lastAt > one.lastAt ? other.limit : one.limit,
    most: Math.max(one.most, other.most),
    least,
    openedAt: Math.min(one.openedAt, other.openedAt),
    leastAt: Math.min(...[one, other].filter((each) => each.least === least).map(({ leastAt }) => leastAt)),
    lastAt: Math.max(one.lastAt, other.lastAt),
    calls: addCalls(one.calls, other.calls),
  };
}

type ByConsumer = TokenWindow["calls"];

export function addCalls(one: ByConsumer, other: ByConsumer): ByConsumer {
  const sum = new Map(Object.entries(one));
  for (const [consumer, [all, notModified]] of Object.entries(other)) {
    const known = sum.get(consumer);
    sum.set(consumer, [(known?.[0] ?? 0) + all, (known?.[1] ?? 0) + notModified]);
  }
  return Object.fromEntries(sum);
}
