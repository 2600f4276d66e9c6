/** What goes to InfluxDB over the wire, of both versions; a real InfluxDB 1.6 answers in test/system/velodrome/influx.test.ts. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { dropInflux, influxTarget, writeInflux } from "../../../src/velodrome/points/influx.ts";

interface Asked {
  readonly url: string;
  readonly authorization: string | null;
  readonly body: unknown;
}

/** Answers each request with the next of these, the last one for good. */
function influx(...answers: (() => Response)[]): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (url: URL, init: RequestInit) => {
    asked.push({ url: String(url), authorization: new Headers(init.headers).get("authorization"), body: init.body });
    return (answers[asked.length - 1] ?? answers.at(-1) ?? (() => new Response(null, { status: 204 })))();
  });
  return asked;
}
afterEach(() => {
  vi.unstubAllGlobals();
});

const V1 = "http://127.0.0.1:8086/influxdb/?db=github";
const V2 = "https://influx.example.com?org=my org&bucket=velo&";
const points = [{ at: 60, tags: { repository: "a/b" }, fields: { event: 1 } }];

describe("Writing", () => {
  test.each([
    [
      "v1",
      V1,
      "root:pässword",
      "http://127.0.0.1:8086/influxdb/write?db=github&precision=s",
      "Basic cm9vdDpww6Rzc3dvcmQ=",
    ],
    ["v1 without users", V1, "", "http://127.0.0.1:8086/influxdb/write?db=github&precision=s", null],
    ["v2", V2, "abc==", "https://influx.example.com/api/v2/write?org=my+org&bucket=velo&precision=s", "Token abc=="],
  ])("%s", async (_, address, secret, url, authorization) => {
    const asked = influx();
    expect(await writeInflux(influxTarget(address, secret), "merge", points)).toBe(1);
    expect(asked).toEqual([{ url, authorization, body: "merge,repository=a/b event=1i 60\n" }]);
  });

  test("Nothing to write asks nothing", async () => {
    const asked = influx();
    expect(await writeInflux(influxTarget(V1, ""), "merge", [])).toBe(0);
    expect(asked).toEqual([]);
  });
});

test("v2 removes by a predicate", async () => {
  const asked = influx();
  await dropInflux(influxTarget(V2, "t"), "needs-rebase", 'a/"b');
  expect(asked.map(({ url }) => url)).toEqual(["https://influx.example.com/api/v2/delete?org=my+org&bucket=velo"]);
  expect(JSON.parse(String(asked[0]?.body))).toEqual({
    start: "1970-01-01T00:00:00Z",
    stop: "2200-01-01T00:00:00Z",
    predicate: String.raw`_measurement="needs-rebase" AND repository="a/\"b"`,
  });
});

describe("Answers", () => {
  const answer = (status: number, body = "") => new Response(body, { status });
  test.each<[string, () => Response, boolean, RegExp]>([
    ["is busy", () => answer(503, "overloaded"), true, /answered 503: overloaded$/],
    ["limits", () => answer(429), true, /answered 429$/],
    ["refuses the token", () => answer(401, '{"error":"bad token s3cret"}'), false, /401: give the right secret/],
    ["is elsewhere", () => answer(302), false, /answered 302$/],
    ["refuses a field", () => answer(400, '{"error":"field type conflict"}'), false, /400: .*conflict/],
    ["tells much", () => answer(400, "x".repeat(5000)), false, /x{300}$/],
    ["fails a query with 200", () => answer(200, '{"results":[{"error":"no"}]}'), false, /answered 200: /],
  ])("It %s", async (_, given, passing, message) => {
    influx(given);
    const written = writeInflux(influxTarget(V2, "s3cret"), "m", points);
    await expect(written).rejects.toThrow(message);
    await expect(written).rejects.toMatchObject({ passing });
    await expect(written).rejects.not.toThrow(/s3cret/);
  });

  test("It has no place for what is too old: as good as written", async () => {
    influx(() => answer(400, '{"error":"partial write: points beyond retention policy dropped=1"}'));
    expect(await writeInflux(influxTarget(V1, ""), "m", points)).toBe(1);
  });
});

describe("An address", () => {
  test.each([
    ["influx", ""],
    ["ftp://host/?db=x", ""],
    ["http://host/", ""],
    ["http://host/?db=", ""],
    ["http://host/?db=x&org=y&bucket=z", ""],
    ["http://host/?org=y", ""],
    ["http://host/?db=x#y", ""],
    ["http://root:hidden@host/?db=x", ""],
    ["http://host/?db=x", "hidden"],
  ])("%s with the secret %j is none", (address, secret) => {
    expect(() => influxTarget(address, secret)).toThrow(/^InfluxDB/);
    expect(() => influxTarget(address, secret)).not.toThrow(/hidden/);
  });
});
