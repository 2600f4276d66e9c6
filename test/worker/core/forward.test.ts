/** Webhooks to external plugins: tried again while that helps, apart from everything else (spec chatops 1.9). */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { forwardDue, forwardEnded, type Surroundings } from "../../../durable/forwarder.ts";
import { Forwards } from "../../../durable/forwards.ts";
import { Inbox } from "../../../durable/inbox.ts";

afterEach(() => vi.unstubAllGlobals());

interface World {
  readonly forwards: Forwards;
  readonly inbox: Inbox;
  readonly around: Surroundings;
  /** Looks at what is due, and waits for what left. */
  readonly look: () => Promise<number | void>;
}

const SECRET = { EXTERNAL_PLUGIN_SECRET: "outside" };

/** In an object of its own, with one delivery in its inbox. */
async function inObject(act: (world: World) => Promise<void>, settings: object = SECRET): Promise<void> {
  const stub = env.CONVERSATION.getByName(`forward/${crypto.randomUUID()}#1`);
  await runInDurableObject(stub, async (_instance, state) => {
    const inbox = new Inbox(state.storage.sql);
    const delivery = {
      event: "issue_comment",
      action: "created",
      owner: "o",
      repo: "r",
      number: 1,
      sender: "s",
      receivedAt: 1,
      body: '{"a":"ü"}',
      bodyKey: "",
      headers: { "x-github-hook-id": "9" },
      private: false,
    };
    for (const guid of ["g-1", "g-2", "g-3"]) inbox.put({ ...delivery, guid });
    const forwards = new Forwards(state.storage.sql);
    const pending: Promise<void>[] = [];
    const around: Surroundings = {
      env: { ...env, ...settings },
      forwards,
      reportTo: { kind: "conversation", name: "o/r#1" },
      delivery: async (guid) => {
        const row = inbox.get(guid);
        return row ? { row, body: row.body } : null;
      },
      lookAgain: async () => {},
      waitUntil: (work) => void pending.push(work),
    };
    const look = async () => {
      const next = forwardDue(around);
      await Promise.all(pending.splice(0));
      return next;
    };
    await act({ forwards, inbox, around, look });
  });
}

const told = (endpoint: string) => [{ name: "mine", endpoint, events: [] }];

it("by https: the raw body, our signature, no redirect followed", async () => {
  const calls: { url: string; init: RequestInit | undefined }[] = [];
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    calls.push({ url, init });
    return new Response(null, { status: 204 });
  });
  await inObject(async ({ forwards, look }) => {
    forwards.put("g-1", told("https://mine.example.org/hook"), Date.now());
    await look();
    expect(forwards.views("g-1")).toMatchObject([{ plugin: "mine", state: "done", tries: 1, answer: "answered 204" }]);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      url: "https://mine.example.org/hook",
      init: { method: "POST", body: '{"a":"ü"}', redirect: "manual" },
    });
    const headers = new Headers(calls[0]?.init?.headers);
    expect(headers.get("x-github-delivery")).toBe("g-1");
    expect(headers.get("x-github-hook-id")).toBe("9");
    expect(headers.get("x-hub-signature-256")).toMatch(/^sha256=[0-9a-f]{64}$/);
    expect(await look(), "nothing is left to do").toBeUndefined();
  });
});

it("a refusal is final, an outage is tried again", async () => {
  const answers = [503, 503, 200];
  vi.stubGlobal("fetch", async (url: string) => {
    return new Response(null, { status: url.includes("refuses") ? 410 : (answers.shift() ?? 500) });
  });
  await inObject(async ({ forwards, look }) => {
    const refusing = { name: "no", endpoint: "https://refuses.example.org", events: [] };
    const start = Date.now();
    forwards.put("g-1", [...told("https://mine.example.org"), refusing], start);
    await look();
    expect(forwards.views("g-1")).toMatchObject([
      { plugin: "mine", state: "waiting", tries: 1, answer: "answered 503" },
      { plugin: "no", state: "dead", tries: 1, answer: "answered 410" },
    ]);
    await look();
    expect(forwards.views("g-1")[0], "its time has not come").toMatchObject({ tries: 1 });
    const clock = vi.spyOn(Date, "now");
    for (const minutes of [1, 2]) {
      clock.mockReturnValue(start + minutes * 60_000);
      await look();
    }
    clock.mockRestore();
    expect(forwards.views("g-1")[0]).toMatchObject({ state: "done", tries: 3, answer: "answered 200" });
  });
});

it("without a secret nothing leaves, and it says what to set", async () => {
  const fetched = vi.fn();
  vi.stubGlobal("fetch", fetched);
  await inObject(async ({ forwards, look }) => {
    forwards.put("g-1", told("https://mine.example.org"), Date.now());
    await look();
    expect(forwards.views("g-1")).toMatchObject([
      { state: "dead", answer: expect.stringContaining("EXTERNAL_PLUGIN_SECRET") },
    ]);
  }, {});
  expect(fetched).not.toHaveBeenCalled();
});

it("inside a cluster: a runner's task, whose end is the answer", async () => {
  await inObject(async ({ forwards, around, look }) => {
    forwards.put("g-1", told("http://mine"), Date.now());
    await look();
    const [row] = forwards.views("g-1");
    expect(row).toMatchObject({ state: "sending", answer: "handed to a runner" });
    expect(await forwardEnded("another", { state: "delivered", status: 200 }, around)).toBe(false);
    const task = forwards.take(Date.now() + 3 * 3600_000, 1)[0]?.task ?? "";
    expect(task).toMatch(/^[0-9a-f-]{36}$/);
    expect(await forwardEnded(task, { state: "delivered", status: 500 }, around)).toBe(true);
    expect(forwards.views("g-1")).toMatchObject([{ state: "waiting", answer: "answered 500" }]);
  });
});

it("in order: of each plugin one at a time, and one that is down holds up only itself", async () => {
  const sent: string[] = [];
  let down = true;
  vi.stubGlobal("fetch", async (url: string, { headers }: RequestInit) => {
    sent.push(`${new URL(url).hostname} ${new Headers(headers).get("x-github-delivery")}`);
    return new Response(null, { status: url.includes("down") && down ? 503 : 200 });
  });
  await inObject(async ({ forwards, look }) => {
    const both = [
      ...told("https://mine.example.org"),
      { name: "down", endpoint: "https://down.example.org", events: [] },
    ];
    const start = Date.now();
    for (const guid of ["g-1", "g-2", "g-3"]) forwards.put(guid, both, start);
    for (let looks = 0; looks < 3; looks += 1) await look();
    expect(sent).toEqual([
      "down.example.org g-1",
      "mine.example.org g-1",
      "mine.example.org g-2",
      "mine.example.org g-3",
    ]);
    down = false;
    sent.length = 0;
    const clock = vi.spyOn(Date, "now").mockReturnValue(start + 60_000);
    for (let looks = 0; looks < 3; looks += 1) await look();
    clock.mockRestore();
    expect(sent).toEqual(["down.example.org g-1", "down.example.org g-2", "down.example.org g-3"]);
    expect(await look(), "nothing is left to do").toBeUndefined();
  });
});

it("what was given up is tried anew when GitHub sends the delivery again; what was told is not told twice", async () => {
  const sent: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    sent.push(new URL(url).hostname);
    return new Response(null, { status: url.includes("gone") && sent.length < 3 ? 410 : 200 });
  });
  await inObject(async ({ forwards, look }) => {
    const gone = { name: "gone", endpoint: "https://gone.example.org", events: [] };
    forwards.put("g-1", [...told("https://mine.example.org"), gone], Date.now());
    await look();
    expect(forwards.again("g-1", Date.now())).toBe(true);
    await look();
    expect(sent).toEqual(["gone.example.org", "mine.example.org", "gone.example.org"]);
    expect(forwards.views("g-1").map(({ state }) => state)).toEqual(["done", "done"]);
    expect(forwards.again("g-1", Date.now())).toBe(false);
  });
});

it("a body is kept while a plugin waits for it", async () => {
  await inObject(async ({ forwards, inbox }) => {
    forwards.put("g-1", told("https://mine.example.org"), Date.now());
    const first = inbox.get("g-1");
    if (!first) throw new Error("no delivery");
    inbox.end(first, "handled", "", "", []);
    const after = (guid: string) => inbox.end({ ...first, guid, seq: first.seq + 205 }, "handled", "", "", []);
    after("g-later");
    expect(inbox.get("g-1")?.body).not.toBe("");
    const [row] = forwards.take(Date.now(), 1);
    if (row) forwards.ended(row, { state: "done", answer: "" }, Date.now());
    after("g-later");
    expect(inbox.get("g-1")?.body).toBe("");
  });
});

it("a delivery that is not kept any more ends", async () => {
  await inObject(async ({ forwards, look }) => {
    forwards.put("g-gone", told("https://mine.example.org"), Date.now());
    await look();
    expect(forwards.views("g-gone")).toMatchObject([{ state: "dead" }]);
  });
});
