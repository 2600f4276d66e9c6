/** `/webhook-secrets` (spec jobs 4.14): levels and ages for administrators, values for nobody, GitHub's webhooks brought up. */
import { createExecutionContext } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import { webhookSecrets } from "../../../src/routes/webhook-secrets.ts";
import { APP, gitHub, installed, withSettings } from "../github/harness.ts";
import { ADMIN_TOKEN, as, asPage, call, ORIGIN, SETTINGS } from "./harness.ts";

const SECRETS = `
"*": [{ value: old-star-secret, created_at: 2026-01-01T00:00:00Z }, { value: new-star-secret, created_at: 2026-11-01T00:00:00Z }]
Acme: [{ value: acme-secret, created_at: 2026-10-01T00:00:00Z }]
acme/ship: [{ value: ship-secret, created_at: "" }]
`;
const settings = { ...SETTINGS, ...APP, GITHUB_WEBHOOK_SECRETS: SECRETS };
const { env } = withSettings(settings);
const admin: RequestInit = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
afterEach(() => void vi.unstubAllGlobals());

const give = async (key: string): Promise<Response> => {
  const init = { ...admin, method: "POST", body: JSON.stringify({ key }) };
  return webhookSecrets.fetch(new Request(`${ORIGIN}/webhook-secrets`, init), env, createExecutionContext());
};

it("shows levels and ages, the newest first; no value, on no answer", async () => {
  const answer = await call("/webhook-secrets", admin, settings);
  const text = await answer.text();
  expect(JSON.parse(text)).toEqual({
    levels: [
      { key: "*", createdAt: ["2026-11-01T00:00:00Z", "2026-01-01T00:00:00Z"] },
      { key: "Acme", createdAt: ["2026-10-01T00:00:00Z"] },
      { key: "acme/ship", createdAt: [""] },
    ],
  });
  const html = await (await call("/webhook-secrets", asPage(await as("harbormaster")), settings)).text();
  expect(html).toContain("acme/ship");
  expect(html).toContain("of unknown age");
  expect(text + html).not.toMatch(/-secret\b(?!s)/);
  expect((await call("/webhook-secrets", await as("mara"), settings)).status).toBe(404);
});

it("a secret alone is a level of everything; what cannot be read is said without what is in it", async () => {
  const alone = await call("/webhook-secrets", admin, { ...settings, GITHUB_WEBHOOK_SECRETS: "only-word" });
  expect(await alone.json()).toEqual({ levels: [{ key: "*", createdAt: [""] }] });
  const broken = await call("/webhook-secrets", admin, { ...settings, GITHUB_WEBHOOK_SECRETS: "'*': [hush-word]" });
  expect([broken.status, await broken.text()]).toEqual([409, expect.not.stringContaining("hush-word")]);
});

it("gives the webhook that calls this worker the newest secret, and no other webhook", async () => {
  const hooks = [
    { id: 1, config: { url: "https://elsewhere.test/hook" } },
    { id: 2, config: { url: `${ORIGIN}/hook` } },
  ];
  const { asked } = gitHub({
    ...installed("acme", 901),
    ...installed("Acme", 901),
    "GET /repos/acme/ship/hooks": () => Response.json(hooks),
    "PATCH /repos/acme/ship/hooks/2/config": () => Response.json({}),
    "GET /orgs/Acme/hooks": () => Response.json(hooks),
    "PATCH /orgs/Acme/hooks/2/config": () => Response.json({}),
    "PATCH /app/hook/config": () => Response.json({}),
  });
  for (const key of ["acme/ship", "Acme", "*"]) expect(await (await give(key)).json()).toEqual({ key, hooks: 1 });
  expect(asked.filter(({ key }) => key.startsWith("PATCH ")).map(({ key, body }) => [key, body])).toEqual([
    ["PATCH /repos/acme/ship/hooks/2/config", '{"secret":"ship-secret"}'],
    ["PATCH /orgs/Acme/hooks/2/config", '{"secret":"acme-secret"}'],
    ["PATCH /app/hook/config", '{"secret":"new-star-secret"}'],
  ]);
});

it("says what is wrong: no such level, no webhook of ours, GitHub's no", async () => {
  gitHub({
    ...installed("acme", 901),
    ...installed("Acme", 901),
    "GET /repos/acme/ship/hooks": () => Response.json([]),
    "GET /orgs/Acme/hooks": () => Response.json({ message: "Resource not accessible by integration" }, { status: 403 }),
  });
  expect((await give("other")).status).toBe(400);
  expect((await give("a b")).status).toBe(400);
  const none = await give("acme/ship");
  expect([none.status, await none.text()]).toEqual([502, expect.stringContaining(`calls ${ORIGIN}/hook`)]);
  const no = await give("Acme");
  expect([no.status, await no.text()]).toEqual([502, expect.stringContaining("not accessible")]);
});

it("a page's form needs this origin", async () => {
  const cookie = new Headers((await as("harbormaster")).headers).get("cookie") ?? "";
  const headers = { cookie, origin: "https://evil.test", "content-type": "application/x-www-form-urlencoded" };
  const forged = await call("/webhook-secrets", { method: "POST", headers, body: "key=*" }, settings);
  expect(forged.status).toBe(403);
});
