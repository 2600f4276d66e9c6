/** What all pages share: errors, headers, health, metrics. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { asPage, call } from "./harness.ts";

describe("what nobody answers", () => {
  it("is a page for people and JSON for programs, both 404", async () => {
    const page = await call("/no-such-path", asPage({}));
    expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html; charset=UTF-8"]);
    const json = await call("/no-such-path");
    expect([json.status, (await json.json<{ error: { code: string } }>()).error.code]).toEqual([404, "not-found"]);
  });

  it("the path cannot write into the page", async () => {
    const html = await (await call(`/x"><script>alert(1)</script>?y="><script>`, asPage({}))).text();
    expect(html).not.toContain("<script>alert");
    expect(html.match(/<script/g)).toHaveLength(1);
  });
});

it("wrong settings are said by name, without their values", async () => {
  const answer = await call("/", asPage({}), { PUBLIC_URL: "https://cutwater.test", COOKIE_SECRET: "too short" });
  expect(answer.status).toBe(500);
  const text = await answer.text();
  expect(text).toContain("COOKIE_SECRET");
  expect(text).not.toContain("too short");
});

it("health needs no settings", async () => expect(await (await call("/healthz", {}, {})).text()).toBe("ok\n"));

it("metrics are Prometheus text and name no repository", async () => {
  await env.DB.prepare(
    "INSERT INTO hook_count (day, event, status, reason, count, last_guid, last_at) VALUES ('d', 'we\"ird', 403, 'bad signature', 3, 'g', 0)",
  ).run();
  const answer = await call("/metrics");
  expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const text = await answer.text();
  expect(text).toContain(`cutwater_hook_requests_total{event="we\\"ird",code="403"} 3`);
  for (const line of text.trim().split("\n")) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+\{[^}]*\} \d+)$/);
});

it("the page names only assets of ours, and they are there to load", async () => {
  const html = await (await call("/", asPage({}))).text();
  const loaded = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
  expect(loaded.length).toBeGreaterThanOrEqual(4);
  for (const path of loaded) expect(path).toMatch(/^\/assets\/[\w-]+-[A-Z0-9]{8}\.(js|css|svg)$/);
  expect(html).not.toMatch(/(?:src|href)="https?:\/\/(?!github)/);
});
