/** Points to InfluxDB over HTTP: v1's `/write` and v2's `/api/v2/write` (spec velodrome 1.4). Writing again what is there changes nothing. */
import type { Point } from "../transform/plugin.ts";
import { batches } from "./line-protocol.ts";

/** InfluxDB takes 25 MB; what a Worker may hold is less. */
const BATCH_BYTES = 1 << 20;
const TIMEOUT_MS = 30_000;
const ANSWER_CHARACTERS = 300;

/** Its message is for people, and shows no secret. */
export class InfluxError extends Error {
  override readonly name = "InfluxError";
  /** Whether the same may go well later. */
  readonly passing: boolean;

  constructor(message: string, passing: boolean) {
    super(message);
    this.passing = passing;
  }
}

export interface InfluxTarget {
  /** With the path it has behind a proxy, ending in a slash. */
  readonly base: URL;
  readonly version: 1 | 2;
  /** `db`, or `org` and `bucket`. */
  readonly place: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly authorization: string;
}

const RULE = "must be https://host/?db=NAME for InfluxDB 1, or https://host/?org=ORG&bucket=BUCKET for InfluxDB 2";

/**
 * Reads `https://host:8086/?db=github` (v1) or `https://host/?org=o&bucket=b` (v2); `secret` is `user:password` for v1, the
 * token for v2, empty for neither. Throws {@link InfluxError}, which says what is wrong with the address.
 */
export function influxTarget(address: string, secret: string): InfluxTarget {
  if (!URL.canParse(address)) throw new InfluxError(`InfluxDB's address ${RULE}`, false);
  const url = new URL(address);
  if (url.username !== "" || url.password !== "")
    throw new InfluxError("InfluxDB's address must not hold a password: give user:password as the secret", false);
  const given = new Map(url.searchParams);
  const names = [...given.keys()].toSorted().join(" ");
  const version = names === "db" ? 1 : names === "bucket org" ? 2 : null;
  const isWhole = [...given.values()].every((value) => value !== "");
  if (!/^https?:$/.test(url.protocol) || version === null || !isWhole || url.hash !== "")
    throw new InfluxError(`InfluxDB's address ${RULE}`, false);
  return {
    base: new URL(`${url.origin}${url.pathname.replace(/\/*$/, "/")}`),
    version,
    place: Object.fromEntries(given),
    authorization: authorizationOf(version, secret),
  };
}

function authorizationOf(version: 1 | 2, secret: string): string {
  if (secret === "") return "";
  if (version === 2) return `Token ${secret}`;
  if (!secret.includes(":")) throw new InfluxError("InfluxDB 1 needs user:password as the secret", false);
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(secret)))}`;
}

/** A measurement's points, their tags with `repository`. Resolves with how many were sent. Throws {@link InfluxError}. */
export async function writeInflux(target: InfluxTarget, measurement: string, points: Iterable<Point>): Promise<number> {
  let sent = 0;
  const path = target.version === 1 ? "write" : "api/v2/write";
  for (const batch of batches(measurement, points, BATCH_BYTES)) {
    await ask(target, path, { precision: "s" }, { body: batch.body, type: "text/plain; charset=utf-8" });
    sent += batch.points;
  }
  return sent;
}

/** Removes a measurement's points of a repository, for a definition that makes others. Throws {@link InfluxError}. */
export async function dropInflux(target: InfluxTarget, measurement: string, repository: string): Promise<void> {
  if (target.version === 1) {
    const quoted = (text: string, mark: string) =>
      `${mark}${text.replaceAll("\\", "\\\\").replaceAll(mark, `\\${mark}`).replaceAll("\n", String.raw`\n`)}${mark}`;
    const query = `DROP SERIES FROM ${quoted(measurement, '"')} WHERE "repository" = ${quoted(repository, "'")}`;
    const body = new URLSearchParams({ q: query }).toString();
    await ask(target, "query", {}, { body, type: "application/x-www-form-urlencoded" });
    return;
  }
  const predicate = `_measurement=${JSON.stringify(measurement)} AND repository=${JSON.stringify(repository)}`;
  const span = { start: "1970-01-01T00:00:00Z", stop: "2200-01-01T00:00:00Z" };
  await ask(target, "api/v2/delete", {}, { body: JSON.stringify({ ...span, predicate }), type: "application/json" });
}

interface Sent {
  readonly body: string;
  readonly type: string;
}

async function ask(
  { base, place, authorization }: InfluxTarget,
  path: string,
  query: Readonly<Record<string, string>>,
  { body, type }: Sent,
): Promise<void> {
  const url = new URL(path, base);
  url.search = new URLSearchParams({ ...place, ...query }).toString();
  const headers = new Headers({ "content-type": type });
  if (authorization !== "") headers.set("authorization", authorization);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    text = await answer.text();
  } catch {
    throw new InfluxError(`InfluxDB at ${base.origin} cannot be reached`, true);
  }
  // An error of a query comes with 200.
  if (answer.ok && !text.includes('"error"')) return;
  // What the retention policy would remove at once was as good as written.
  if (answer.status === 400 && text.includes("points beyond retention policy")) return;
  const { status } = answer;
  const said = withoutSecret(text, authorization).slice(0, ANSWER_CHARACTERS).trim();
  const hint = status === 401 || status === 403 ? ": give the right secret" : "";
  throw new InfluxError(
    `InfluxDB at ${base.origin} answered ${status}${hint}${said === "" ? "" : `: ${said}`}`,
    status >= 500 || status === 429,
  );
}

/** In case a server repeats what it was sent. */
function withoutSecret(text: string, authorization: string): string {
  const secret = authorization.replace(/^\S+ /, "");
  return secret === "" ? text : text.replaceAll(secret, "***");
}
