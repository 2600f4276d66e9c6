/** What is configured, in a real browser: plugins, jobs, the configuration itself, the clusters; and pull requests. */
import type { BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faint } from "./contrast.ts";
import { HELLO, type Opened, overflow, PHONE, type Seen, startSeen } from "./support.ts";

let seen: Seen;
let number = 0;
const views: Record<string, Opened> = {};

const VIEWS: Readonly<Record<string, BrowserContextOptions>> = {
  "a desktop": { colorScheme: "light" },
  "a phone in the dark": { ...PHONE, colorScheme: "dark" },
  "a phone in the dark, without a script": { ...PHONE, colorScheme: "dark", javaScriptEnabled: false },
};

/** An administrator, who sees the configuration and the machines. */
async function asAda(options: BrowserContextOptions): Promise<Opened> {
  const opened = await seen.open(`${seen.worker.url}/login`, options);
  await opened.page.getByRole("link", { name: "Sign in with GitHub" }).click();
  await opened.page.locator("button[name=login][value=ada]").click();
  await opened.page.waitForURL(`${seen.worker.url}/`);
  return opened;
}

async function view(name: string): Promise<Opened> {
  const opened = (views[name] ??= await asAda(VIEWS[name] ?? {}));
  opened.errors.length = 0;
  return opened;
}

beforeAll(async () => {
  seen = await startSeen({ ADMINS: "ada" });
  number = await seen.pull("Configured");
  await seen.job(number, "pull-hello-unit", "success");
  await seen.job(number, "pull-hello-lint", "success");
});
afterAll(() => seen?.end());

const PAGES: readonly (readonly [path: string, heading: string, shows: RegExp])[] = [
  ["/clusters", "Clusters", /default[\s\S]*Running[\s\S]*of 4[\s\S]*process/],
  ["/plugins", "Plugins", /lgtm[\s\S]*Enabled for[\s\S]*all of cutwater-demo/],
  ["/configured-jobs", "Configured jobs", /cutwater-demo[\s\S]*hello/],
  [`/configured-jobs/${HELLO}`, HELLO, /pull-hello-unit[\s\S]*presubmit, always, on default/],
  ["/configured-jobs/cutwater-demo", "cutwater-demo", /pull-hello-unit/],
  ["/config", "Configuration", /Presubmits[\s\S]*\d+[\s\S]*Version[\s\S]*In use/],
  ["/pr", "Pull requests", /cutwater-demo\/hello#\d+[\s\S]*2 success/i],
  ["/job-history/none-of-it", "none-of-it", /No runs[\s\S]*Configured jobs/],
];

it("finds words that are too faint, on grounds that shine through", async () => {
  const { page } = await seen.open("about:blank");
  const ground = "background: rgb(0 0 0 / 50%)";
  await page.setContent(`<p>fine</p><div style="${ground}"><p style="color: #ddd; background: #fff0">faint</p></div>`);
  expect(await faint(page)).toEqual(["faint (2.93)"]);
});

describe.each(Object.keys(VIEWS))("on %s", (name) => {
  it.each(PAGES)("%s says what it is, fits, and can be read", async (path, heading, shows) => {
    const { page, errors } = await view(name);
    const answer = await page.goto(seen.worker.url + path);
    expect(answer?.status()).toBe(200);
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(heading);
    expect(await page.locator("main").innerText()).toMatch(shows);
    expect(await overflow(page)).toBe(0);
    expect(await faint(page)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it("the pages of jobs and deliveries can be read, too", async () => {
    const { page } = await view(name);
    for (const path of [
      "/",
      "/deliveries",
      "/command-help",
      "/job-history/pull-hello-unit",
      `/pr/${HELLO}/${number}`,
    ]) {
      await page.goto(seen.worker.url + path);
      expect(await faint(page), path).toEqual([]);
    }
  });
});

describe("by the keyboard alone", () => {
  /** Presses Tab until `name` has the focus, as a person would; answers its outline. */
  async function tabTo({ page }: Opened, name: string): Promise<string> {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const { activeElement: at } = document;
        return at instanceof HTMLElement ? { text: at.innerText, ring: getComputedStyle(at).outlineStyle } : null;
      });
      if (at?.text.startsWith(name)) return at.ring;
    }
    throw new Error(`Tab never came to ${name}`);
  }

  it("a configured job is unfolded, and leads to its history", async () => {
    const opened = await view("a desktop");
    const { page } = opened;
    await page.goto(`${seen.worker.url}/configured-jobs/${HELLO}`);
    expect(await tabTo(opened, "pull-hello-unit")).toBe("solid");
    await page.keyboard.press("Enter");
    await page.locator("details[open] pre").waitFor();
    expect(await page.locator("details[open] pre").innerText()).toContain("name: pull-hello-unit");
    expect(await tabTo(opened, "History")).toBe("solid");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/job-history/pull-hello-unit");
  });

  it("a plugin's configuration is unfolded", async () => {
    const opened = await view("a desktop");
    await opened.page.goto(`${seen.worker.url}/plugins`);
    expect(await tabTo(opened, "Configuration in plugins.yaml")).toBe("solid");
    await opened.page.keyboard.press("Enter");
    await opened.page.locator("details[open] pre, details[open] code").first().waitFor();
  });

  it("a cluster leads to its jobs, the configuration to jobs, plugins and clusters", async () => {
    const opened = await view("a desktop");
    const { page } = opened;
    await page.goto(`${seen.worker.url}/config`);
    for (const [name, path] of [
      ["Jobs", "/configured-jobs"],
      ["Plugins", "/plugins"],
      ["Clusters", "/clusters"],
    ] as const)
      expect(await page.locator("main").getByRole("link", { name, exact: true }).getAttribute("href")).toBe(path);
    await page.goto(`${seen.worker.url}/clusters`);
    expect(await tabTo(opened, "Its jobs")).toBe("solid");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/?cluster=default");
    await page.getByRole("link", { name: "pull-hello-unit" }).first().waitFor();
  });

  it("a pull request is found by repository and number, from the field with Enter", async () => {
    const { page } = await view("a phone in the dark, without a script");
    await page.goto(`${seen.worker.url}/pr`);
    await page.getByLabel("Repository").fill(HELLO);
    await page.getByLabel("Pull", { exact: true }).fill(String(number));
    await page.getByLabel("Pull", { exact: true }).press("Enter");
    await page.waitForURL(`**/pr/${HELLO}/${number}`);
    await page.getByRole("heading", { level: 1, name: "Configured" }).waitFor();
  });
});
