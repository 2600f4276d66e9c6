/** The lists and pages in a real browser: what fits, what moves, what the keyboard does, what is there without a script. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELLO, type Opened, overflow, PHONE, type Seen, SECRET, startSeen } from "./support.ts";

let seen: Seen;
let number = 0;
let job = "";
let delivery = "";

beforeAll(async () => {
  seen = await startSeen();
  number = await seen.pull("Seen in a browser");
  job = await seen.job(number, "pull-hello-unit", "success");
  await seen.job(number, "pull-hello-lint", "success");
  const { deliveries } = (await (await fetch(`${seen.worker.url}/api/deliveries?event=pull_request`)).json()) as {
    deliveries: { guid: string }[];
  };
  delivery = deliveries[0]?.guid ?? "";
});
afterAll(() => seen?.end());

const PAGES: readonly (readonly [name: string, url: () => string, shows: RegExp])[] = [
  ["the job list", () => seen.worker.url, /pull-hello-unit/],
  ["an empty job list", () => `${seen.worker.url}/?job=none-of-it`, /No job that you may see/],
  ["a job", () => job, /Timeline[\s\S]*Artifacts[\s\S]*passed/],
  [
    "a job's history",
    () => `${seen.worker.url}/job-history/pull-hello-unit`,
    /of these \d+ runs passed[\s\S]*pull-hello-unit/,
  ],
  ["configured jobs", () => `${seen.worker.url}/configured-jobs`, /cutwater-demo[\s\S]*hello/],
  ["a repository's configured jobs", () => `${seen.worker.url}/configured-jobs/${HELLO}`, /pull-hello-unit/],
  ["a pull request", () => `${seen.worker.url}/pr/${HELLO}/${number}`, /pull-hello-lint[\s\S]*What was done/],
  ["deliveries", () => `${seen.worker.url}/deliveries`, /pull_request/],
  ["a delivery", () => `${seen.worker.url}/deliveries/${delivery}`, /What was done[\s\S]*Who looked at it/],
  ["the commands", () => `${seen.worker.url}/command-help?repo=${encodeURIComponent(HELLO)}`, /\/lgtm/],
  ["sign-in", () => `${seen.worker.url}/login`, /Sign in with GitHub/],
  ["the admin's door", () => `${seen.worker.url}/admin`, /Admin token/],
  ["nothing", () => `${seen.worker.url}/nowhere`, /no such page/],
  ["the sandbox's start", () => seen.github.url, /Try this/],
  ["the sandbox's pull request", () => `${seen.github.url}/${HELLO}/pull/${number}`, /pull-hello-lint\s+Job succeeded/],
  ["the sandbox's deliveries", () => `${seen.github.url}/_deliveries`, /Redeliver/],
  ["the sandbox's sign-in", () => `${seen.worker.url}/login/github`, /Choose who you are/],
];

/** Notes how far things moved without anybody having done anything. */
function watchShifts(): void {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += "value" in entry ? Number(entry.value) : 0;
    document.documentElement.dataset["shift"] = String(sum);
  }).observe({ type: "layout-shift", buffered: true });
}

describe("every page", () => {
  const views: Record<string, Opened> = {};
  beforeAll(async () => {
    views["plain"] = await seen.open("about:blank", { ...PHONE, javaScriptEnabled: false, colorScheme: "dark" });
    views["phone"] = await seen.open("about:blank", PHONE);
    views["desktop"] = await seen.open("about:blank");
    for (const name of ["phone", "desktop"]) await views[name]?.page.addInitScript(watchShifts);
  });

  it.each(PAGES)("%s: readable without a script, in the dark, as wide as a phone", async (_name, url, shows) => {
    const { page } = views["plain"] ?? (await seen.open("about:blank"));
    await page.goto(url());
    expect(await page.locator("body").innerText()).toMatch(shows);
    expect(await overflow(page)).toBe(0);
    const grounds = await page.evaluate(() =>
      [document.documentElement, document.body].map((one) => getComputedStyle(one).backgroundColor),
    );
    const ground = grounds.find((one) => one !== "rgba(0, 0, 0, 0)") ?? "rgb(255, 255, 255)";
    expect(Math.max(...(ground.match(/\d+/g) ?? []).slice(0, 3).map(Number)), ground).toBeLessThan(60);
  });

  it.each(PAGES)("%s: with its scripts nothing jumps, nothing complains", async (name, url) => {
    for (const view of ["phone", "desktop"]) {
      const { page, errors } = views[view] ?? (await seen.open("about:blank"));
      errors.length = 0;
      await page.goto(url());
      await page.waitForTimeout(150);
      expect(Number((await page.locator("html").getAttribute("data-shift")) ?? 0), view).toBeLessThan(0.01);
      expect(await overflow(page), view).toBe(0);
      expect(errors.filter((error) => !(name === "nothing" && error.includes("404")))).toEqual([]);
    }
  });
});

describe("the job list", () => {
  it("filters by the URL, and by its form without a script", async () => {
    const { page, errors } = await seen.open(seen.worker.url, { javaScriptEnabled: false });
    await page.getByLabel("Job", { exact: true }).fill("*-lint");
    await page.getByRole("button", { name: "Filter" }).click();
    expect(new URL(page.url()).searchParams.get("job")).toBe("*-lint");
    expect(await page.getByRole("link", { name: "pull-hello-lint" }).count()).toBeGreaterThan(0);
    expect(await page.getByRole("link", { name: "pull-hello-unit" }).count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it("is walked by the keyboard: j and k, enter, and / for the filter", async () => {
    const { page } = await seen.open(seen.worker.url);
    const rows = page.locator("tr[data-job]");
    const selected = page.locator("tr.selected");
    await page.waitForLoadState("networkidle");
    const [first = "", second = ""] = await rows.evaluateAll((all) =>
      all.map((row) => row.getAttribute("data-job") ?? ""),
    );
    await page.keyboard.press("j");
    await expect.poll(() => selected.getAttribute("data-job")).toBe(first);
    await page.keyboard.press("j");
    await expect.poll(() => selected.getAttribute("data-job")).toBe(second);
    await page.keyboard.press("k");
    await expect.poll(() => selected.getAttribute("data-job")).toBe(first);
    await page.keyboard.press("/");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("job");
    await page.keyboard.type("jk");
    expect(await page.getByLabel("Job", { exact: true }).inputValue()).toBe("jk");
    await page.getByLabel("Job", { exact: true }).blur();
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/jobs/${first}`);
  });

  it("begins with a way past the navigation, and shows where the keyboard is", async () => {
    const { page } = await seen.open(seen.worker.url);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to content" });
    expect(
      await skip.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().top >= 0),
    ).toBe(true);
    await page.keyboard.press("Enter");
    expect(page.url()).toContain("#content");
    await page.keyboard.press("Tab");
    const ring = await page.evaluate(() => {
      const { activeElement } = document;
      if (!activeElement) return null;
      const inside = activeElement.closest("main") !== null;
      return { inside, style: getComputedStyle(activeElement).outlineStyle };
    });
    expect(ring).toEqual({ inside: true, style: "solid" });
  });

  it("shows new jobs and new states without being loaded again", async () => {
    const { page } = await seen.open(`${seen.worker.url}/?job=pull-hello-docs`);
    await page.getByText("No job that you may see matches").waitFor();
    seen.say(HELLO, number, "ben", "/test pull-hello-docs");
    await page.locator("tr[data-job]").filter({ hasText: "Success" }).waitFor();
  });
});

it("finds a command as one types", async () => {
  const { page } = await seen.open(`${seen.worker.url}/command-help`);
  const all = await page.locator("[data-command]:visible").count();
  await page.getByLabel("Find a command").fill("retest");
  await page
    .getByRole("status")
    .filter({ hasText: /\d+ commands?/ })
    .waitFor();
  const left = await page.locator("[data-command]:visible").count();
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(all);
});

it("hides a private repository's job from a stranger", async () => {
  const { number: hidden } = await seen.github.control.createPull({
    repo: SECRET,
    as: "ben",
    title: "Hidden",
    files: { "x.txt": "x\n" },
  });
  const url = await seen.job(hidden, "pull-secret-harbor-unit", "pending", SECRET);
  for (const below of ["", "/log", "/artifacts/"]) expect((await fetch(url + below)).status).toBe(404);
});
