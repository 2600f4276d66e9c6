/** An external plugin inside a cluster is told by the runner: bytes, headers, signature; and one that is down holds nothing up. */
import { createHmac, randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { HELLO, world } from "../faults/support.ts";
import { enable } from "./enable.ts";

const SECRET = "what external plugins verify";
const got: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
let plugin: Server;
let system: TestSystem;
let demo: ReturnType<typeof world>;

beforeAll(async () => {
  plugin = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.end();
    });
  });
  await new Promise<void>((resolve) => plugin.listen(0, "127.0.0.1", resolve));
  const { port } = plugin.address() as AddressInfo;
  system = await testSystem({ settings: { EXTERNAL_PLUGIN_SECRET: SECRET } });
  demo = world(system);
  await enable(
    system,
    `plugins:
  cutwater-demo:
    plugins: [hold]
external_plugins:
  cutwater-demo:
  - name: mine
    endpoint: http://127.0.0.1:${port}/hook
    events: [issue_comment, fork, cutwater]
  - name: down
    endpoint: http://127.0.0.1:1
    events: [issue_comment]
`,
  );
});
afterAll(async () => {
  plugin?.closeAllConnections();
  plugin?.close();
  await system?.dispose();
});

const of = (guid: string) => got.filter(({ headers }) => headers["x-github-delivery"] === guid);
const Delivery = z.object({
  forwards: z.array(z.object({ plugin: z.string(), state: z.string(), answer: z.string(), tries: z.number() })),
});

/** A webhook of ours, with odd white space that a parser would lose. */
async function send(event: string, payload: object): Promise<{ guid: string; body: string; ignored: boolean }> {
  const body = `${JSON.stringify(payload, null, 3)}\n `;
  const guid = randomUUID();
  const signature = `sha256=${createHmac("sha256", system.secrets.webhook).update(body).digest("hex")}`;
  const headers = {
    "content-type": "application/json",
    "x-github-event": event,
    "x-github-delivery": guid,
    "x-hub-signature-256": signature,
  };
  const answer = await fetch(`${system.worker.url}/hook`, { method: "POST", headers, body });
  expect(answer.status).toBe(202);
  return { guid, body, ignored: "ignored" in Object(await answer.json()) };
}

const [owner = "", name = ""] = HELLO.split("/");
const repository = { name, full_name: HELLO, private: false, owner: { login: owner } };

describe("an external plugin in a cluster", () => {
  it("hears of an event that means nothing to us, byte for byte, signed anew", async () => {
    const { guid, body } = await send("fork", { repository, sender: { login: "ben" }, forkee: { a: "ü" } });
    const [heard] = await eventually("it is told", () => (of(guid).length > 0 ? of(guid) : null), 60);
    expect(heard?.body.toString("utf8")).toBe(body);
    expect(heard?.headers).toMatchObject({
      "user-agent": "ProwHook",
      "x-github-event": "fork",
      "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
    });
  });

  it("does not hear of what it did not ask for", async () => {
    const { guid } = await send("star", { repository, sender: { login: "ben" } });
    const other = await send("fork", { repository, sender: { login: "ben" } });
    await eventually("a later one is told", () => of(other.guid).length > 0, 60);
    expect(of(guid)).toEqual([]);
  });

  it("nobody sends us events of our own, though a plugin asks for them", async () => {
    const event = { kind: "timer", plugin: "lifecycle", note: "x" };
    const place = { owner, repo: name, private: false, defaultBranch: "main" };
    const { ignored } = await send("cutwater", {
      repository: { ...repository, ...place, owner: { login: owner } },
      event,
    });
    expect(ignored).toBe(true);
  });

  it("that is down holds no label up; the delivery tells of both", async () => {
    const { number } = await system.github.control.createPull({
      repo: HELLO,
      as: "ben",
      title: "Hold me",
      files: { "h.txt": "h\n" },
    });
    demo.say(number, "/hold");
    await eventually("the label", () => demo.page(number).labels.includes("do-not-merge/hold"), 20);
    const delivery = await eventually("the comment was delivered", async () =>
      (await demo.handled(number)).find(({ event }) => event === "issue_comment"),
    );
    const forwards = async () =>
      Delivery.parse(await (await fetch(`${system.worker.url}/api/deliveries/${delivery.guid}`)).json()).forwards;
    await eventually(
      "one is told, the other tried",
      async () => {
        const all = await forwards();
        const mine = all.find((one) => one.plugin === "mine");
        const down = all.find((one) => one.plugin === "down");
        return mine?.state === "done" && (down?.tries ?? 0) > 0 && down?.answer.includes("gave no answer");
      },
      60,
    );
    const page = await (await fetch(`${system.worker.url}/deliveries/${delivery.guid}`)).text();
    expect(page).toContain("Which external plugins were told");
  });
});
