/** A candidate configuration: apart from the one in use, and gone after its day. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

it("never touches the installation's, and forgets all after its day", async () => {
  const stub = env.CONFIGURATION.getByName("candidate:00000000-0000-4000-8000-000000000000");
  await env.ARTIFACTS.put("config/uploads/candidate.tar.gz", "no archive");
  const { id } = await stub.load("config/uploads/candidate.tar.gz", { kind: "push", actor: "mara" });
  for (let tries = 0; tries < 20 && (await stub.state()).loads[0]?.state === "loading"; tries += 1) {
    await runDurableObjectAlarm(stub);
  }
  expect((await stub.state()).loads).toMatchObject([{ id, state: "refused" }]);
  expect((await env.CONFIGURATION.getByName("installation").state()).loads).toEqual([]);

  await env.ARTIFACTS.put(`config/${id}/harbor/lights.json`, "{}");
  await runInDurableObject(stub, async (_object, { storage }) => {
    storage.sql.exec("INSERT OR IGNORE INTO stored (version, at) VALUES (?, 0)", id);
    storage.sql.exec("UPDATE todo SET due = 0 WHERE key = 'expire'");
    await storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(stub);
  expect((await stub.state()).loads).toEqual([]);
  expect((await env.ARTIFACTS.list({ prefix: `config/${id}/` })).objects).toEqual([]);
});
