/** Horologium: the periodic jobs of the current configuration, each started when it is due, once. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, expect, it } from "vitest";
import type { Periodic } from "../../../src/config/model.ts";
import type { ProwJob } from "../../../src/jobs/prowjob.ts";
import { forgetConfiguration } from "../web/configuration.ts";
import { jobStub, until } from "./support.ts";

const horologium = () => env.HOROLOGIUM.getByName("installation");

const periodic = (name: string, over: Partial<Periodic>): Periodic => ({
  name,
  max_concurrency: 0,
  agent: "kubernetes",
  cluster: "nowhere",
  namespace: "default",
  error_on_eviction: false,
  hidden: false,
  decorate: true,
  spec: { containers: [{ image: "alpine", command: ["true"] }] },
  source: { path: "jobs/a.yaml", line: 1 },
  ...over,
});

afterAll(forgetConfiguration);

let versions = 0;
/** Makes these periodics the current configuration's, and has horologium know. */
async function configure(...jobs: readonly Periodic[]): Promise<void> {
  const version = `v${(versions += 1)}`;
  await env.ARTIFACTS.put(`config/${version}/periodics.json`, JSON.stringify(jobs));
  await runInDurableObject(env.CONFIGURATION.getByName("installation"), (_object, { storage }) => {
    storage.sql.exec("INSERT OR REPLACE INTO current (one, version, idx) VALUES (1, ?, '{}')", version);
  });
  await horologium().sync();
  await until(
    () =>
      runInDurableObject(
        horologium(),
        (_object, { storage }) =>
          storage.sql.exec("SELECT 1 FROM configured WHERE version = ?", version).toArray().length > 0,
      ),
    "the new configuration",
  );
}

/** As if this much time had passed since then. */
async function pass(name: string, ms: number): Promise<void> {
  await runInDurableObject(horologium(), async (_object, { storage }) => {
    storage.sql.exec(
      "UPDATE periodic SET due = due - ?1, slot = slot - ?1, armed = armed - ?1 WHERE name = ?2",
      ms,
      name,
    );
    storage.sql.exec("UPDATE todo SET due = 0 WHERE key = 'fire'");
    await storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(horologium());
}

const latest = async (name: string): Promise<string | null> => (await horologium().schedule(name))?.latest ?? null;
const firstRun = (name: string): Promise<string> => until(() => latest(name), `a run of ${name}`);
const document = async (id: string): Promise<ProwJob> => JSON.parse((await jobStub(id).prowjob()) ?? "null");

/** Ends a run that no runner has taken, and waits until horologium knows. */
async function end(name: string, id: string): Promise<void> {
  await jobStub(id).abort("Enough.", "tester", false);
  await until(async () => (await horologium().schedule(name))?.running === false, `the end of ${name}`);
}

it("a periodic with an interval starts at once, and again an interval after its start", async () => {
  const refs = { org: "acme", repo: "rocket", base_ref: "main" };
  await configure(periodic("ci-hourly", { interval: "1h", labels: { team: "sea" }, extra_refs: [refs] }));
  const id = await firstRun("ci-hourly");
  const job = await document(id);
  expect(job.spec).toMatchObject({ type: "periodic", job: "ci-hourly", report: true, extra_refs: [refs] });
  expect(job.metadata.labels).toMatchObject({
    "prow.k8s.io/type": "periodic",
    "prow.k8s.io/refs.org": "acme",
    team: "sea",
  });
  expect(job.metadata.labels["event-GUID"]).toBeUndefined();
  expect(await horologium().schedule("ci-hourly")).toMatchObject({ running: true, due: null });

  await end("ci-hourly", id);
  expect((await horologium().schedule("ci-hourly"))?.due).toBe(Date.parse(job.status.startTime) + 3600_000);
  await pass("ci-hourly", 3600_000);
  expect(await latest("ci-hourly")).not.toBe(id);
  const row = await until(() => env.DB.prepare("SELECT org, type FROM prow_job WHERE id = ?").bind(id).first());
  expect(row).toEqual({ org: "acme", type: "periodic" });
});

it("a cron line fires once for all the time that nobody was there, and never while its run goes on (jobs 7.3: test-infra#5468, #9575)", async () => {
  await configure(periodic("ci-daily", { cron: "0 6 * * *" }));
  expect(await latest("ci-daily")).toBeNull();
  await pass("ci-daily", 5 * 24 * 3600_000);
  const id = await firstRun("ci-daily");
  const due = (await horologium().schedule("ci-daily"))?.due ?? 0;
  expect(due).toBeGreaterThan(Date.now());
  expect(due - Date.now()).toBeLessThanOrEqual(24 * 3600_000);

  await pass("ci-daily", 24 * 3600_000);
  expect(await latest("ci-daily")).toBe(id);
  await end("ci-daily", id);
  expect(await latest("ci-daily")).toBe(id);
});

it("the same firing makes one run, also when it is handled twice (jobs 7.3: test-infra#11146)", async () => {
  await configure(periodic("ci-twice", { cron: "0 6 * * *" }));
  const before = await runInDurableObject(horologium(), (_object, { storage }) =>
    storage.sql.exec("SELECT * FROM periodic WHERE name = 'ci-twice'").one(),
  );
  await pass("ci-twice", 24 * 3600_000);
  const id = await firstRun("ci-twice");
  // As after a crash between the start and the row.
  await runInDurableObject(horologium(), (_object, { storage }) => {
    storage.sql.exec(
      "UPDATE periodic SET run = '', started = NULL, due = ?1, slot = ?1, armed = ?1 WHERE name = 'ci-twice'",
      before["due"],
    );
  });
  await pass("ci-twice", 24 * 3600_000);
  expect(await firstRun("ci-twice")).toBe(id);
});

it("a changed clock takes effect, a job that is gone stops, and one that comes back remembers its run", async () => {
  await configure(periodic("ci-changing", { interval: "1h" }), periodic("ci-leaving", { interval: "1h" }));
  const id = await firstRun("ci-changing");
  const left = await firstRun("ci-leaving");
  await end("ci-changing", id);
  await end("ci-leaving", left);
  const started = ((await horologium().schedule("ci-changing"))?.due ?? 0) - 3600_000;
  await configure(periodic("ci-changing", { interval: "5h" }));
  expect((await horologium().schedule("ci-changing"))?.due).toBe(started + 5 * 3600_000);
  expect(await horologium().schedule("ci-leaving")).toBeNull();
  await pass("ci-leaving", 5 * 3600_000);
  await configure(periodic("ci-leaving", { interval: "1h" }));
  expect(await latest("ci-leaving")).toBe(left);
  expect((await horologium().schedule("ci-leaving"))?.due).toBeGreaterThan(Date.now());
});

it("a failed run is retried, the retry counts, and its label says so", async () => {
  await configure(periodic("ci-flaky", { interval: "6h", retry: { attempts: 1, interval: "0s" } }));
  const first = await firstRun("ci-flaky");
  // The next run follows at once: between them there is no time to look.
  await jobStub(first).abort("Enough.", "tester", false);
  const second = await until(async () => {
    const id = await latest("ci-flaky");
    return id !== first && id;
  }, "the retry");
  expect((await document(second)).metadata.labels["prow.k8s.io/re-run"]).toBe("1");
  await end("ci-flaky", second);
  expect((await horologium().schedule("ci-flaky"))?.due).toBeGreaterThan(Date.now() + 5 * 3600_000);
});

it("a run that somebody started by hand counts", async () => {
  await configure(periodic("ci-by-hand", { minimum_interval: "1h" }));
  const first = await firstRun("ci-by-hand");
  await end("ci-by-hand", first);
  const job = await document(first);
  const id = crypto.randomUUID();
  const startTime = new Date(Date.now() + 2000).toISOString();
  const again = { ...job, metadata: { ...job.metadata, name: id }, status: { state: "triggered", startTime } };
  await jobStub(id).start(JSON.stringify(again), null);
  await until(async () => (await latest("ci-by-hand")) === id, "the run by hand");
  expect(await horologium().schedule("ci-by-hand")).toMatchObject({ running: true, due: null });
});

it("a thousand and more periodics: taken over at once, and nothing is written when nothing changes", async () => {
  const jobs = Array.from({ length: 1335 }, (_, n) => periodic(`ci-many-${n}`, { cron: `${n % 60} ${n % 24} * * *` }));
  await configure(...jobs);
  const count = () =>
    runInDurableObject(horologium(), (_object, { storage }) => {
      const cursor = storage.sql.exec("SELECT min(due) FROM periodic WHERE due IS NOT NULL");
      cursor.toArray();
      return cursor.rowsRead;
    });
  expect(await count()).toBeLessThan(5);
  expect(await latest("ci-many-7")).toBeNull();
  const moved = jobs.map((job) => ({ ...job, source: { path: "jobs/b.yaml", line: 7 } }));
  const rowids = () =>
    runInDurableObject(horologium(), (_object, { storage }) =>
      storage.sql.exec<{ n: number }>("SELECT max(rowid) AS n FROM periodic").one(),
    );
  const before = await rowids();
  await configure(...moved);
  expect(await rowids()).toEqual(before);
});
