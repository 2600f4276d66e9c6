/** Webhook intake: the order and codes of checks (spec chatops 1.2, 1.3, 1.14), durable before acknowledged. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import examples from "@octokit/webhooks-examples";
import { sign } from "@octokit/webhooks-methods";
import { describe, expect, it, vi } from "vitest";
import worker from "../../../src/worker.ts";
import { commentPayload } from "../../harness/payloads.ts";

const body = (owner = "acme", repo = "ship", number = 7): string =>
  commentPayload({ owner, repo, number, body: "hello", login: "someone" });

interface Send {
  method?: string;
  body?: string;
  secret?: string;
  headers?: Record<string, string | null>;
}

async function post({ method = "POST", body: text = body(), secret = "global-new", headers = {} }: Send = {}) {
  const all: Record<string, string | null> = {
    "content-type": "application/json",
    "x-github-event": "issue_comment",
    "x-github-delivery": crypto.randomUUID(),
    "x-hub-signature-256": await sign(secret, text || "empty"),
    ...headers,
  };
  const sent = Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null));
  const init =
    method === "GET" || method === "HEAD" ? { method, headers: sent } : { method, headers: sent, body: text };
  const answer = await exports.default.fetch(new Request("http://cutwater.test/hook", init));
  return {
    status: answer.status,
    json:
      method === "HEAD"
        ? null
        : ((await answer.json()) as { error?: { code: string; message: string }; attempt?: number }),
  };
}

describe("checks, in their order", () => {
  it.each([
    ["a DELETE", { method: "DELETE" }, 405, "method"],
    ["a GET", { method: "GET" }, 405, "method"],
    ["no event header", { headers: { "x-github-event": null, "x-github-delivery": null } }, 400, "event"],
    ["no delivery id", { headers: { "x-github-delivery": null, "x-hub-signature-256": null } }, 400, "delivery"],
    ["no signature", { headers: { "x-hub-signature-256": null, "content-type": "text/plain" } }, 403, "unsigned"],
    [
      "a content type with a charset",
      { headers: { "content-type": "application/json; charset=utf-8" } },
      400,
      "content-type",
    ],
    ["a signature that is no hex", { headers: { "x-hub-signature-256": "sha256=zz" } }, 403, "signature"],
    ["a SHA-1 signature", { headers: { "x-hub-signature-256": `sha1=${"0".repeat(40)}` } }, 403, "signature"],
    ["a wrong secret", { secret: "somebody else's" }, 403, "signature"],
  ] as const)("refuses %s", async (_name, input, status, code) => {
    const answer = await post(input);
    expect(answer.status).toBe(status);
    expect(answer.json?.error?.code).toBe(code);
    expect(answer.json?.error?.message.length).toBeGreaterThan(10);
  });

  it("stops reading at 25 MiB", async () => {
    const answer = await post({
      body: "x".repeat(25 * 1024 * 1024 + 1),
      headers: { "x-hub-signature-256": `sha256=${"0".repeat(64)}` },
    });
    expect(answer.status).toBe(413);
  });
});

describe("secrets by level", () => {
  it.each([
    ["the newest global one", "acme", "ship", "global-new", 202],
    ["the older global one, while it is rotated", "acme", "ship", "global-old", 202],
    ["an organisation's own", "keyed-org", "any", "org-secret", 202],
    ["the global one where the organisation has its own", "keyed-org", "any", "global-new", 403],
    ["a repository's own", "keyed-org", "special", "repo-secret", 202],
    ["the organisation's where the repository has its own", "keyed-org", "special", "org-secret", 403],
    ["one organisation's for another", "acme", "ship", "org-secret", 403],
  ])("%s for %s/%s", async (_name, owner, repo, secret, status) => {
    expect((await post({ body: body(owner, repo), secret })).status).toBe(status);
  });
});

describe("intake", () => {
  it("counts the same delivery again instead of keeping it twice", async () => {
    const headers = { "x-github-delivery": crypto.randomUUID() };
    expect((await post({ headers })).json?.attempt).toBe(1);
    expect((await post({ headers })).json?.attempt).toBe(2);
  });

  it("keeps a body over 1 MiB in R2 before it answers (jobs 7.3: test-infra#4770)", async () => {
    const guid = crypto.randomUUID();
    const large = commentPayload({
      owner: "acme",
      repo: "ship",
      number: 8,
      body: "y".repeat(1_200_000),
      login: "someone",
    });
    expect((await post({ body: large, headers: { "x-github-delivery": guid } })).status).toBe(202);
    expect((await env.ARTIFACTS.head(`deliveries/acme/ship#8/${guid}`))?.size).toBe(
      new TextEncoder().encode(large).byteLength,
    );
  });

  it("takes every example payload without a 5xx", async () => {
    const statuses: number[] = [];
    const refused: string[] = [];
    for (const { name, examples: payloads } of examples) {
      for (const payload of payloads) {
        const answer = await post({ body: JSON.stringify(payload), headers: { "x-github-event": name } });
        statuses.push(answer.status);
        if (answer.status !== 202) refused.push(`${name}: ${answer.json?.error?.code}`);
      }
    }
    expect(statuses.length).toBeGreaterThan(300);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    // GitHub's examples of these name one owner in `full_name` and another in `owner`.
    expect([...new Set(refused)].sort()).toEqual([
      "repository: scope",
      "repository_vulnerability_alert: scope",
      "workflow_job: scope",
    ]);
  }, 60_000);

  it("counts refusals by their reason, and gathers them", async () => {
    const counted = async (status: number, reason: string) => {
      const query = env.DB.prepare("SELECT sum(count) AS n FROM hook_count WHERE status = ? AND reason = ?");
      return (await query.bind(status, reason).first<{ n: number | null }>())?.n ?? 0;
    };
    const before = await counted(403, "signature");
    await Promise.all(Array.from({ length: 20 }, () => post({ secret: "wrong again" })));
    await vi.waitFor(async () => expect(await counted(403, "signature")).toBeGreaterThanOrEqual(before + 20), 5_000);
    await post({ headers: { "x-github-event": "watch" } });
    await vi.waitFor(async () => expect(await counted(202, "unknown-event")).toBeGreaterThan(0), 5_000);
  });

  it("does not let strangers fill the table with names of their own", async () => {
    for (let i = 0; i < 5; i += 1) await post({ secret: "wrong", headers: { "x-github-event": `made_up_${i}` } });
    await vi.waitFor(async () => {
      const { results } = await env.DB.prepare("SELECT DISTINCT event FROM hook_count WHERE status = 403").all();
      const events = results.map(({ event }) => event);
      expect(events).toContain("other");
      expect(events.filter((event) => String(event).startsWith("made_up"))).toEqual([]);
    }, 5_000);
  });
});

describe("what a delivery may touch", () => {
  const renamed = (change: (payload: { repository: { full_name: string; name: string } }) => void): string => {
    const payload: { repository: { full_name: string; name: string } } = JSON.parse(body("keyed-org", "any"));
    change(payload);
    return JSON.stringify(payload);
  };

  it.each([
    ["a full name of another repository", renamed(({ repository }) => void (repository.full_name = "victim/repo"))],
    ["a name of another repository", renamed(({ repository }) => void (repository.name = "special"))],
  ])("refuses %s", async (_name, text) => {
    const answer = await post({ body: text, secret: "org-secret" });
    expect(answer).toMatchObject({ status: 403, json: { error: { code: "scope" } } });
  });

  it("refuses an organisation's secret for what belongs to nobody", async () => {
    const text = JSON.stringify({ action: "published", security_advisory: {} });
    const headers = { "x-github-event": "security_advisory" };
    expect((await post({ body: text, secret: "org-secret", headers })).status).toBe(403);
    expect((await post({ body: text, secret: "global-new", headers })).status).toBe(202);
  });

  it.each([
    ["no JSON", "{", 403, "json"],
    ["no object", "[1]", 400, "shape"],
    ["an issue without a number", '{"issue":{},"repository":{"name":"a","owner":{"login":"b"}}}', 400, "shape"],
    ["a repository's name with a slash", '{"repository":{"name":"a/../b","owner":{"login":"b"}}}', 400, "shape"],
  ])("refuses %s", async (_name, text, status, code) => {
    expect(await post({ body: text })).toMatchObject({ status, json: { error: { code } } });
  });
});

describe("a single token", () => {
  it("is good for any repository", async () => {
    const text = body("anybody", "anything");
    const request = new Request("http://cutwater.test/hook", {
      method: "POST",
      body: text,
      headers: {
        "content-type": "application/json",
        "x-github-event": "issue_comment",
        "x-github-delivery": crypto.randomUUID(),
        "x-hub-signature-256": await sign("the whole file", text),
      },
    });
    const context = createExecutionContext();
    const answer = await worker.fetch(request, { ...env, GITHUB_WEBHOOK_SECRETS: "the whole file\n" }, context);
    await waitOnExecutionContext(context);
    expect(answer.status).toBe(202);
  });
});
