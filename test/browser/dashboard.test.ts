/** The pages in a real browser: a comment in the sandbox, and what the dashboard shows of it. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type TestSystem, testSystem } from "../harness/system.ts";

const HELLO = "cutwater-demo/hello";
const executablePath =
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => existsSync(file)) ??
  "chromium";

let system: TestSystem;
let browser: Browser;
let number = 0;

beforeAll(async () => {
  system = await testSystem();
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  ({ number } = await system.github.control.createPull({
    repo: HELLO,
    as: "ben",
    title: "Seen in a browser",
    files: { "docs/seen.md": "seen\n" },
  }));
  await eventually(
    "unit succeeds",
    () =>
      system.github.control.snapshot({ repo: HELLO, number }).pull?.statuses["pull-hello-unit"]?.state === "success",
  );
});
afterAll(async () => {
  await browser?.close();
  await system?.dispose();
});

async function open(
  url: string,
  options: { width?: number; javaScriptEnabled?: boolean; colorScheme?: "dark" | "light" } = {},
): Promise<{ page: Page; errors: string[] }> {
  const { width = 1280, ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...rest });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url);
  return { page, errors };
}

const jobUrl = (): string =>
  system.github.control.snapshot({ repo: HELLO, number }).pull?.statuses["pull-hello-unit"]?.url ?? "";

describe("the dashboard", () => {
  it("lists jobs, and filters by the URL", async () => {
    const { page, errors } = await open(`${system.worker.url}/?job=pull-hello-unit`);
    await page.getByText("pull-hello-unit").first().waitFor();
    expect(await page.getByText("pull-hello-lint").count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it("shows a job with its log and artifacts", async () => {
    const { page, errors } = await open(jobUrl());
    await page.getByText("build-log.txt").first().waitFor();
    expect(await page.title()).toContain("pull-hello-unit");
    expect(errors).toEqual([]);
  });

  it.each([
    ["the job list", () => system.worker.url],
    ["a job", jobUrl],
    ["deliveries", () => `${system.worker.url}/deliveries`],
    ["the commands", () => `${system.worker.url}/command-help?repo=${encodeURIComponent(HELLO)}`],
    ["the sandbox's pull request", () => `${system.github.url}/${HELLO}/pull/${number}`],
  ])("%s fits a phone, in the dark, without JavaScript", async (_name, url) => {
    const { page } = await open(url(), { width: 390, javaScriptEnabled: false, colorScheme: "dark" });
    const body = page.locator("body");
    expect((await body.innerText()).length).toBeGreaterThan(50);
    const width = await body.evaluate((element) => element.ownerDocument.documentElement.scrollWidth).catch(() => 390);
    expect(width).toBeLessThanOrEqual(390);
  });

  it("hides a private repository's job from a stranger", async () => {
    const secret = "cutwater-demo/secret-harbor";
    const made = await system.github.control.createPull({
      repo: secret,
      as: "ben",
      title: "Hidden",
      files: { "x.txt": "x\n" },
    });
    const url = await eventually(
      "a status",
      () =>
        Object.values(system.github.control.snapshot({ repo: secret, number: made.number }).pull?.statuses ?? {})[0]
          ?.url,
    );
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(`${url}/log`)).status).toBe(404);
  });
});
