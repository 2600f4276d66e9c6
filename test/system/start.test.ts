/** What a person does first: `npm start`, `/test all`, look at the result, Ctrl-C, and come back. HTTP only. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Command, cutwater, family, left, printed } from "../harness/command.ts";
import { eventually } from "../harness/system.ts";

const HELLO = "/cutwater-demo/hello";
const READY = /Ctrl-C stops everything/;
const Pull = z.object({ merged: z.boolean(), head: z.object({ sha: z.string() }) });
const Status = z.object({
  statuses: z.array(z.object({ context: z.string(), state: z.string(), target_url: z.string() })),
});
const Jobs = z.object({ jobs: z.array(z.object({ id: z.string(), job: z.string(), state: z.string() })) });
const Series = z.object({ lines: z.array(z.object({ values: z.array(z.number().nullable()) })) });
const Artifacts = z.object({ artifacts: z.array(z.object({ path: z.string() })) });

let folder: string;
let running: Command | null = null;
/** The path of the demo's pull request that the start page proposes for `/test all`. */
let pull = "";
let cookie = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cutwater-start-"));
});
afterAll(async () => {
  if (running) {
    running.interrupt();
    await running.ended();
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts on the one state folder; answers the one address that it prints. */
async function start(): Promise<string> {
  const command = cutwater("sandbox", "--port", "0", "--state", folder);
  running = command;
  await printed(command, READY, 60);
  const [address = "", ...others] = command.output().match(/https?:\/\/\S+/g) ?? [];
  expect(others).toEqual([]);
  return address;
}

/** Ctrl-C: answers after how many milliseconds it was over. */
async function interrupt(command: Command): Promise<number> {
  const all = await family(command.pid);
  expect(all.length).toBeGreaterThanOrEqual(4); // the launcher, the sandbox, the Workers runtime, the runner
  const began = Date.now();
  command.interrupt();
  expect(await command.ended()).toBe(0);
  running = null;
  const took = Date.now() - began;
  await eventually("no process is left", async () => (await left(all)).length === 0, 2);
  return took;
}

const text = async (url: string): Promise<string> => {
  const answer = await fetch(url, { headers: { cookie } });
  expect(answer.status, url).toBe(200);
  return answer.text();
};

const json = async <T>(url: string, schema: z.ZodType<T>): Promise<T> => schema.parse(JSON.parse(await text(url)));

/** Sends a form as the page does. Answers where it leads. */
async function submit(site: string, at: string, fields: Record<string, string>): Promise<string> {
  const answer = await fetch(site + at, {
    method: "POST",
    redirect: "manual",
    headers: { origin: site, cookie },
    body: new URLSearchParams(fields),
  });
  expect(answer.status, `${at}: ${await answer.text()}`).toBe(303);
  cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? cookie;
  return answer.headers.get("location") ?? "";
}

/** What the jobs say at the head; tide says of its own what a merge needs. */
async function jobsOf(site: string, page: string): Promise<z.infer<typeof Status>["statuses"]> {
  const [, owner, repo, , number] = page.split("/");
  const { head } = await json(`${site}/api/repos/${owner}/${repo}/pulls/${number}`, Pull);
  const { statuses } = await json(`${site}/api/repos/${owner}/${repo}/commits/${head.sha}/status`, Status);
  return statuses.filter(({ context }) => context !== "tide");
}

async function dashboardOf(site: string): Promise<string> {
  const [, url = ""] = /<a href="([^"]+)">[^<]*dashboard/.exec(await text(site)) ?? [];
  return url;
}

describe("npm start", () => {
  it("a comment on the demo's pull request runs its jobs to success, with log and artifacts, within two minutes", async () => {
    const began = Date.now();
    const site = await start();
    const home = await text(site);
    const [, who = "", , link = ""] =
      /As <strong>(\w+)<\/strong>, say <code>(\/test all)<\/code> on <a [^>]*href="([^"]+)"/.exec(home) ?? [];
    expect(link).toMatch(new RegExp(`^${HELLO}/pull/\\d+$`));
    pull = link;
    expect(await text(`${site}${HELLO}/pulls`)).toContain(`href="${pull}"`);
    await submit(site, "/act-as", { login: who, back: pull });
    expect(await text(site + pull)).toContain(`as ${who}`);
    expect(await submit(site, `${pull}/comment`, { body: "/test all" })).toBe(pull);
    const passed = async () => (await jobsOf(site, pull)).every(({ state }) => state === "success");
    await eventually("both jobs have a status", async () => (await jobsOf(site, pull)).length === 2, 60);
    await eventually("all jobs succeed", passed, 60);
    const done = await jobsOf(site, pull);
    expect(done.map(({ context }) => context).toSorted()).toEqual(["pull-hello-lint", "pull-hello-unit"]);
    for (const { context, target_url } of done) {
      expect(await text(target_url)).toContain(context);
      expect((await text(`${target_url}/log`)).length).toBeGreaterThan(20);
      const { artifacts } = await json(`${target_url}/artifacts/`, Artifacts);
      expect(artifacts.map((one) => one.path)).toEqual(expect.arrayContaining(["build-log.txt", "finished.json"]));
      const finished = JSON.parse(await text(`${target_url}/artifacts/finished.json`));
      expect(finished).toMatchObject({ passed: true, result: "SUCCESS" });
    }
    expect(Date.now() - began).toBeLessThan(120_000);
  });

  it("a review merges what passed, and the dashboard tells of it", async () => {
    const site = running?.output().match(/https?:\/\/\S+/)?.[0] ?? "";
    await submit(site, "/act-as", { login: "chidi", back: pull });
    await submit(site, `${pull}/comment`, { body: "/lgtm" });
    const [, owner, repo, , number] = pull.split("/");
    const merged = async () => (await json(`${site}/api/repos/${owner}/${repo}/pulls/${number}`, Pull)).merged;
    await eventually("it is merged", merged, 60);
    const history = `${await dashboardOf(site)}/tide-history`;
    const told = new RegExp(`<main[\\s\\S]*Merged[\\s\\S]*#${number}\\b`);
    await eventually("the history tells of it", async () => told.test(await text(history)));
  });

  it("soon the merge is a point of velodrome's charts", async () => {
    const site = running?.output().match(/https?:\/\/\S+/)?.[0] ?? "";
    const [, owner, repo] = pull.split("/");
    const series = `${await dashboardOf(site)}/api/velodrome/series?metric=merge&aggregate=sum&repository=${owner}/${repo}`;
    await eventually(
      "merge has a point",
      async () => (await json(series, Series)).lines.some(({ values }) => values.some((value) => (value ?? 0) > 0)),
      240,
    );
  }, 300_000);

  it("Ctrl-C ends it with status 0, within seconds, and leaves no process", async () => {
    if (!running) throw new Error("It does not run");
    expect(await interrupt(running)).toBeLessThan(15_000);
  });

  it("the next start finds its comment, its statuses and its jobs; Ctrl-C in mid job takes seconds too", async () => {
    const site = await start();
    expect(await text(site + pull)).toMatch(/<p>\/test all<\/p>/);
    const dashboard = await dashboardOf(site);
    const known = await json(`${dashboard}/api/jobs`, Jobs);
    for (const { context, target_url } of await jobsOf(site, pull)) {
      const id = target_url.split("/").at(-1);
      expect(known.jobs).toContainEqual(expect.objectContaining({ id, job: context, state: "success" }));
      expect((await text(`${dashboard}/jobs/${id}/log`)).length).toBeGreaterThan(20);
    }
    const change = { path: "test/unit.sh", content: "echo begun\nsleep 300\n" };
    const page = await submit(site, `${HELLO}/pulls/new`, { title: "Sleep", body: "", ...change });
    await eventually(
      "the job sleeps",
      async () => {
        const [, job] = /<strong>pull-hello-unit<.*?<a href="([^"]+)">Details/s.exec(await text(site + page)) ?? [];
        return job && (await text(`${job}/log`)).includes("begun");
      },
      30,
    );
    if (!running) throw new Error("It does not run");
    expect(await interrupt(running)).toBeLessThan(15_000);
  });
});

describe("npm start -- --sample-data", () => {
  it("fills velodrome's charts with the data set, for everybody, and says where they are", async () => {
    const state = path.join(folder, "sampled");
    const command = cutwater("sandbox", "--sample-data", "--port", "0", "--capacity", "0", "--state", state);
    try {
      await printed(command, READY, 240);
      const address = /charts: (\S+\/velodrome\/velocity\?\S+)/.exec(command.output())?.[1] ?? "";
      const { origin, searchParams } = new URL(address);
      const query = new URLSearchParams({ metric: "merge", aggregate: "sum", repository: "acme/widgets" });
      for (const key of ["from", "to"]) query.set(key, searchParams.get(key) ?? "");
      const merges = await eventually(
        "its merges are points",
        async () => {
          const { lines } = await json(`${origin}/api/velodrome/series?${query}`, Series);
          return lines[0]?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
        },
        240,
      );
      expect(merges).toBe(982);
      expect(await text(address)).toContain("acme/widgets");
    } finally {
      command.interrupt();
      await command.ended();
    }
  }, 600_000);

  it("a folder without a mirror, or without the flag, is told before anything begins", async () => {
    for (const [args, told] of [
      [["--sample-data", folder], "holds neither issues.ndjson nor issues.ndjson.gz"],
      [["stray"], "What is stray?"],
    ] as const) {
      const command = cutwater("sandbox", ...args, "--port", "0", "--state", path.join(folder, "unused"));
      expect(await command.ended()).toBe(1);
      expect(command.output()).toContain(told);
    }
  });
});

describe("the command", () => {
  const said = async (...args: readonly string[]) => {
    const command = cutwater("sandbox", ...args);
    const status = await command.ended();
    return { status, output: command.output() };
  };

  it("--help explains ports, state folder and --reset", async () => {
    const { status, output } = await said("--help");
    expect(status).toBe(0);
    expect(output).toMatch(/--port=.*Port of the worker.*next one.*8787/);
    expect(output).toMatch(/--state=.*Folder.*\.state/);
    expect(output).toMatch(/--reset .*begin anew/);
  });

  it("a port in use, the worker's or the next, is told before anything begins, with what to do", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      for (const wanted of [port, port - 1]) {
        const { status, output } = await said("--port", String(wanted), "--state", path.join(folder, "unused"));
        expect(status).toBe(1);
        expect(output).toContain(`Port ${port} of 127.0.0.1 is in use`);
        expect(output).toContain("--port");
        expect(output.trim().split("\n")).toHaveLength(1);
      }
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  });

  it.each(["http", "70000", "-1"])("--port=%s is told in one line", async (port) => {
    const { status, output } = await said(`--port=${port}`);
    expect(status).toBe(1);
    expect(output.trim()).toBe(`--port needs a whole number from 0 to 65534, not "${port}".`);
  });

  it("--reset does not delete a folder that is no state folder", async () => {
    const precious = path.join(folder, "precious");
    await mkdir(precious);
    await writeFile(path.join(precious, "thesis.txt"), "3 years of work\n");
    const { status, output } = await said("--reset", "--state", precious);
    expect(status).toBe(1);
    expect(output.trim()).toMatch(/precious is not deleted: .*no secrets\.json/);
    expect(await readdir(precious)).toEqual(["thesis.txt"]);
  });
});
