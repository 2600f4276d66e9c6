/**
 * Design 10, Repository: `npm run deploy`. The real command and the real wrangler run; what stands in for Cloudflare is
 * cloudflare.ts beside this file. A deploy to Cloudflare itself is not tested.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ACCOUNT, CloudflareStandIn, TOKEN } from "./cloudflare.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const CHANGES = /^(POST|PUT|PATCH|DELETE) /;

interface Run {
  readonly code: number;
  readonly output: string;
  /** What reached the stand-in during this run. */
  readonly requests: readonly string[];
}

let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "cutwater-deploy-test-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** `cutwater deploy` as a user runs it, with nothing of this machine's own sign-in. */
async function deploy(
  cloud: CloudflareStandIn,
  url: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Run> {
  const from = cloud.requests.length;
  const child = spawn(process.execPath, [path.join(ROOT, "bin/cutwater"), "deploy", ...args], {
    cwd: home,
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      XDG_CONFIG_HOME: home,
      CLOUDFLARE_API_BASE_URL: url,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? -1)));
  return { code, output, requests: cloud.requests.slice(from) };
}

const occurrences = (text: string, part: string): number => text.split(part).length - 1;

function only<T>(items: Iterable<T>): T {
  const [first, ...rest] = [...items];
  if (first === undefined || rest.length > 0) throw new Error(`expected one, found ${rest.length + (first ? 1 : 0)}`);
  return first;
}

describe("a fresh account, then the same command again, then with the App's secrets set", () => {
  const cloud = new CloudflareStandIn();
  let first: Run;
  let second: Run;
  let third: Run;

  beforeAll(async () => {
    const url = await cloud.start();
    first = await deploy(cloud, url);
    second = await deploy(cloud, url);
    for (const name of ["GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRETS", "ADMINS"]) {
      cloud.scripts.get("cutwater")?.secrets.set(name, `value-of-${name}`);
    }
    third = await deploy(cloud, url);
  });
  afterAll(() => cloud.stop());

  it("succeeds each time, and asks Cloudflare nothing that the stand-in does not know", () => {
    expect([first, second, third].map(({ code, output }) => (code === 0 ? "" : output))).toEqual(["", "", ""]);
    expect(cloud.unknown).toEqual([]);
  });

  it("creates the database and the bucket of wrangler.toml once", () => {
    expect([...cloud.databases.values()].map(({ name }) => name)).toEqual(["cutwater"]);
    expect([...cloud.buckets]).toEqual(["cutwater-artifacts"]);
    expect(first.output).toContain("D1 database cutwater: created");
    expect(second.output).toContain("D1 database cutwater: is there");
    expect(second.output).toContain("R2 bucket cutwater-artifacts: is there");
    expect(second.requests).not.toContain("POST /d1/database");
    expect(second.requests).not.toContain("POST /r2/buckets");
  });

  it("applies each migration once", async () => {
    const files = (await readdir(path.join(ROOT, "migrations"))).filter((name) => name.endsWith(".sql")).sort();
    const { sqlite } = only(cloud.databases.values());
    const applied = sqlite.prepare("SELECT name FROM d1_migrations ORDER BY id").all();
    expect(applied.map((row) => row["name"])).toEqual(files);
    const tables = sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    expect(tables.map((row) => row["name"])).toContain("prow_job");
    expect(first.output).toContain(`D1 migrations: ${files.length} applied`);
    expect(second.output).toContain("D1 migrations: none to apply");
  });

  it("uploads a worker with all its objects, D1 under its real id, R2, assets and crons", () => {
    const script = cloud.scripts.get("cutwater");
    const bindings = script?.metadata.bindings ?? [];
    const named = (type: string) => bindings.filter((binding) => binding.type === type);
    expect(
      named("durable_object_namespace")
        .map(({ name, class_name: type }) => `${name} ${String(type)}`)
        .sort(),
    ).toEqual([
      "BUILD_CLUSTER BuildCluster",
      "CONFIGURATION Configuration",
      "CONVERSATION Conversation",
      "GITHUB_BUDGET GitHubBudget",
      "HOROLOGIUM Horologium",
      "JOB Job",
      "JOB_NAME JobName",
      "JOB_QUEUE JobQueue",
      "MERGE_POOL MergePool",
      "MIRROR Mirror",
      "REPOSITORY Repository",
    ]);
    const classes = Object.values(script?.metadata.exports ?? {}).map(({ type, storage }) => `${type}, ${storage}`);
    expect(classes).toEqual(Array(11).fill("durable-object, sqlite"));
    expect(named("d1")).toEqual([{ type: "d1", name: "DB", id: only(cloud.databases.keys()) }]);
    expect(named("r2_bucket")).toEqual([{ type: "r2_bucket", name: "ARTIFACTS", bucket_name: "cutwater-artifacts" }]);
    expect(named("assets")).toEqual([{ type: "assets", name: "ASSETS" }]);
    expect(script?.modules).toContain("worker.js");
    expect(cloud.assets.size).toBeGreaterThan(0);
    expect(script?.crons).toContain("*/5 * * * *");
    expect(script?.workersDev).toBe(true);
    expect(script?.uploads).toBe(3);
  });

  it("tells the worker its own address, and leaves the committed wrangler.toml alone", async () => {
    expect(cloud.scripts.get("cutwater")?.variables.get("PUBLIC_URL")).toBe("https://cutwater.acme.workers.dev");
    expect(await readFile(path.join(ROOT, "wrangler.toml"), "utf8")).toContain("00000000-0000-0000-0000-000000000000");
  });

  it("lists what is still to set, and only that", () => {
    const lines = (run: Run) => [...run.output.matchAll(/npx wrangler secret put (\w+)/g)].map((match) => match[1]);
    expect(lines(first)).toEqual([
      "GITHUB_APP_ID",
      "GITHUB_APP_PRIVATE_KEY",
      "GITHUB_WEBHOOK_SECRETS",
      "GITHUB_OAUTH_CLIENT_ID",
      "GITHUB_OAUTH_CLIENT_SECRET",
      "RUNNER_TOKENS",
      "CONFIG_REPO",
      "ADMINS",
      "ADMIN_TOKEN",
    ]);
    expect(lines(second)).toEqual(["SETUP_TOKEN", ...lines(first)]);
    expect(lines(third)).toEqual([
      "GITHUB_OAUTH_CLIENT_ID",
      "GITHUB_OAUTH_CLIENT_SECRET",
      "RUNNER_TOKENS",
      "CONFIG_REPO",
      "ADMIN_TOKEN",
    ]);
    expect(third.output).not.toContain("/setup");
  });

  it("shows the set-up token it made once, and no other secret ever", () => {
    const secrets = cloud.scripts.get("cutwater")?.secrets ?? new Map<string, string>();
    const setupToken = secrets.get("SETUP_TOKEN") ?? "";
    expect(setupToken).toMatch(/^[0-9a-f]{48}$/);
    expect(occurrences(first.output, `https://cutwater.acme.workers.dev/setup?token=${setupToken}`)).toBe(1);
    expect(occurrences(first.output, setupToken)).toBe(1);
    expect(secrets.get("COOKIE_SECRET")).toMatch(/^[0-9a-f]{64}$/);
    expect(second.requests.filter((request) => request.endsWith("/secrets") && CHANGES.test(request))).toEqual([]);
    for (const [name, value] of [...secrets, ["token", TOKEN] as const]) {
      const runs = name === "SETUP_TOKEN" ? [second, third] : [first, second, third];
      for (const run of runs) expect(run.output, name).not.toContain(value);
    }
  });
});

describe("a deploy that cannot be", () => {
  let cloud: CloudflareStandIn;
  let url: string;
  beforeEach(async () => {
    cloud = new CloudflareStandIn();
    url = await cloud.start();
  });
  afterEach(() => cloud.stop());

  it("says how to sign in when nobody is", async () => {
    const run = await deploy(cloud, url, [], { CLOUDFLARE_API_TOKEN: "", CLOUDFLARE_ACCOUNT_ID: "" });
    expect(run).toMatchObject({ code: 1, requests: [] });
    expect(run.output).toMatch(
      /Not signed in[\s\S]*CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID[\s\S]*wrangler login/,
    );
  });

  it("says that the token is refused, and does not print it", async () => {
    const run = await deploy(cloud, url, [], { CLOUDFLARE_API_TOKEN: "wrong-token-0123456789" });
    expect(run.code).toBe(1);
    expect(run.output).toContain("The token is not valid");
    expect(run.output).not.toContain("wrong-token-0123456789");
  });

  it.each([
    {
      rule: "R2 is not turned on",
      failure: { method: "POST", path: /^\/r2\/buckets$/, status: 403, code: 10042, message: "Please enable R2" },
      says: "Turn R2 on in the dashboard",
      reached: "POST /r2/buckets",
    },
    {
      rule: "the token may not touch D1",
      failure: { method: "GET", path: /^\/d1\/database$/, status: 403, code: 10000, message: "Authentication error" },
      says: 'give it "D1: Edit"',
      reached: "GET /d1/database",
    },
    {
      rule: "Cloudflare is out of order",
      failure: { method: "GET", path: /\/settings$/, status: 502, code: 1, message: "bad gateway" },
      says: "Running it again does no harm",
      reached: "GET /workers/scripts/cutwater/settings",
    },
  ])("stops where it is and says what to do: $rule", async ({ failure, says, reached }) => {
    cloud.failure = failure;
    const run = await deploy(cloud, url);
    expect(run.code).toBe(1);
    expect(run.output).toContain(failure.message);
    expect(run.output).toContain(says);
    expect(run.output).not.toMatch(/^\s+at /m);
    expect(run.requests.at(-1)).toBe(reached);
    expect(cloud.scripts.size).toBe(0);
  });

  it("passes on wrangler's words when the upload is refused, and gives out no set-up token", async () => {
    cloud.failure = {
      method: "PUT",
      path: /^\/workers\/scripts\/cutwater$/,
      status: 400,
      code: 10021,
      message: "script refused",
    };
    const run = await deploy(cloud, url);
    expect(run.code).toBe(1);
    expect(run.output).toContain("Deploying the worker failed");
    expect(run.output).toContain("script refused");
    expect(run.output).not.toContain(TOKEN);
    expect(run.output).not.toContain("/setup");
    cloud.failure = null;
    expect((await deploy(cloud, url)).code).toBe(0);
    expect([...cloud.databases.values()].map(({ name }) => name)).toEqual(["cutwater"]);
  });

  it("wants an address for the worker before it sends one", async () => {
    cloud.subdomain = null;
    const run = await deploy(cloud, url);
    expect(run.code).toBe(1);
    expect(run.output).toContain(`https://dash.cloudflare.com/${ACCOUNT}/workers-and-pages`);
    expect(cloud.scripts.size).toBe(0);
  });

  it("refuses a name that cannot be a host name", async () => {
    const run = await deploy(cloud, url, ["--name", "My_Worker"]);
    expect(run).toMatchObject({ code: 1, requests: [] });
    expect(run.output).toContain("--name takes");
  });
});

describe("variants", () => {
  const cloud = new CloudflareStandIn();
  let url: string;
  beforeAll(async () => {
    url = await cloud.start();
  });
  afterAll(() => cloud.stop());

  it("--dry-run looks and builds, and changes nothing", async () => {
    const run = await deploy(cloud, url, ["--dry-run"]);
    expect(run.code, run.output).toBe(0);
    expect(run.requests.filter((request) => CHANGES.test(request))).toEqual([]);
    expect(run.output).toContain("D1 database cutwater: would be created");
    expect(run.output).toMatch(/builds \(.* gzip/);
  });

  it("--dry-run builds for whoever is not signed in", async () => {
    const run = await deploy(cloud, url, ["--dry-run"], { CLOUDFLARE_API_TOKEN: "", CLOUDFLARE_ACCOUNT_ID: "" });
    expect(run.code, run.output).toBe(0);
    expect(run.requests).toEqual([]);
    expect(run.output).toMatch(/builds \(.* gzip/);
  });

  it("--name makes a second installation that shares nothing; the only account need not be named", async () => {
    cloud.databases.clear();
    const run = await deploy(cloud, url, ["--name", "staging"], { CLOUDFLARE_ACCOUNT_ID: "" });
    expect(run.code, run.output).toBe(0);
    expect([...cloud.databases.values()].map(({ name }) => name)).toEqual(["staging"]);
    expect([...cloud.buckets]).toEqual(["staging-artifacts"]);
    expect([...cloud.scripts.keys()]).toEqual(["staging"]);
    expect(run.output).toContain("npx wrangler secret put GITHUB_APP_ID --name staging");
    expect(run.output).toContain("https://staging.acme.workers.dev/setup?token=");
    expect(run.output).toContain("Add --name staging to each line");
    expect(cloud.unknown).toEqual([]);
  });
});
