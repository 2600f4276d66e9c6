/** Velodrome's dashboards in a real browser: drawn, zoomed, read as tables, taken away as files, shown elsewhere. */
import { createServer, type Server } from "node:http";
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { eventually } from "../harness/system.ts";
import { faint } from "./contrast.ts";
import { overflow, PHONE, type Seen, startSeen } from "./support.ts";

const HARBOR = "cutwater-demo/harbor";
const Metrics = z.object({ metrics: z.array(z.object({ until: z.number() })) });
const Data = z.object({
  times: z.array(z.number()),
  lines: z.array(z.object({ name: z.string(), values: z.array(z.number().nullable()) })),
});

let seen: Seen;
let server: Server;
beforeAll(async () => {
  seen = await startSeen({ ADMINS: "ada", VELODROME_REPOSITORIES: HARBOR });
  await seen.github.control.addHistory({
    repo: HARBOR,
    count: 300,
    begin: Date.now() - 310 * 86_400_000,
    every: 1440,
  });
  const headers = { authorization: `Bearer ${seen.secrets.admin}` };
  const body = JSON.stringify({ action: "start" });
  const begun = await fetch(`${seen.worker.url}/api/velodrome/${HARBOR}`, { method: "POST", headers, body });
  expect(begun.status).toBe(200);
  await eventually(
    "all metrics are made",
    async () => {
      const answer = await fetch(`${seen.worker.url}/api/velodrome/metrics`, { headers });
      const { metrics } = Metrics.parse(await answer.json());
      return metrics.length === 10 && metrics.every(({ until }) => until > 0);
    },
    120,
  );
}, 240_000);
afterAll(async () => {
  server?.close();
  await seen?.end();
});

/** Signed in as an administrator. */
async function open(path: string, options: Parameters<Seen["open"]>[1] = {}) {
  const opened = await seen.open(`${seen.worker.url}/login?return=${encodeURIComponent(path)}`, options);
  await opened.page.getByRole("link", { name: "Sign in with GitHub" }).click();
  await opened.page.locator("button[name=login][value=ada]").click();
  await opened.page.waitForURL(`${seen.worker.url}${path}`);
  return opened;
}

const VELOCITY = "/velodrome/velocity?range=1y";
const panel = (page: Page, title: string): Locator => page.getByRole("region", { name: title });
const merges = (page: Page): Locator => panel(page, "Merge rate (7-day average)");
const spanOf = (page: Page): number => {
  const { searchParams } = new URL(page.url());
  return Number(searchParams.get("to")) - Number(searchParams.get("from"));
};

it("draws each panel, and what the cursor is over", async () => {
  const { page, errors } = await open(VELOCITY);
  await merges(page).locator("canvas").waitFor();
  expect(await merges(page).innerText()).toMatch(/Up to|Only up to/);
  const drawn = await merges(page)
    .locator("canvas")
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return new Set(Array.from(data)).size;
    });
  expect(drawn).toBeGreaterThan(8);
  const over = merges(page).locator(".u-over");
  await over.hover({ position: { x: 100, y: 60 } });
  expect(await merges(page).locator(".legend-time").innerText()).toMatch(/^\d{4}-\d\d-\d\d$/);
  await panel(page, "Who comments most").scrollIntoViewIfNeeded();
  const row = panel(page, "Who comments most").getByRole("row").nth(1);
  await row.waitFor();
  expect(await row.innerText()).toMatch(/^(?:ada|ben)\s+\d+$/);
  expect(errors).toEqual([]);
});

it("a drawn span is the time of all panels, in the address, and the back button gives the old one back", async () => {
  const { page, errors } = await open(VELOCITY);
  const over = merges(page).locator(".u-over");
  await over.waitFor();
  const box = await over.boundingBox();
  if (!box) throw new Error("no plot");
  const answer = page.waitForResponse((response) => /comments\/data\.json\?.*from=/.test(response.url()));
  await page.mouse.move(box.x + box.width * 0.5, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/from=\d+&to=\d+|to=\d+/);
  expect(spanOf(page) / 86_400).toBeGreaterThan(80);
  expect(spanOf(page) / 86_400).toBeLessThan(100);
  expect((await answer).ok()).toBe(true);
  const zoomed = page.url();
  await page.reload();
  expect(page.url()).toBe(zoomed);
  await merges(page).locator(".u-over").waitFor();
  await page.goBack();
  expect(new URL(page.url()).search).toBe("?range=1y");
  expect(errors).toEqual([]);
});

it("the keyboard moves over the times, zooms, and hides lines", async () => {
  const { page, errors } = await open("/velodrome/velocity/open-pull-requests?range=1y");
  const plot = page.getByRole("application");
  await plot.waitFor();
  const legend = page.locator(".legend");
  expect(await legend.innerText()).toContain("Latest, by");
  await plot.focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => legend.innerText()).toMatch(/^\d{4}-\d\d-\d\d/);
  const before = await legend.innerText();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => legend.innerText()).not.toBe(before);
  const line = legend.getByRole("button", { name: /median age/ });
  await line.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => line.getAttribute("aria-pressed")).toBe("false");
  await plot.focus();
  await page.keyboard.press("+");
  await page.waitForURL(/from=/);
  expect(errors).toEqual([]);
});

it("a panel can be taken away as a picture and as numbers, which are those of the page without a script", async () => {
  const { page } = await open("/velodrome/velocity/merges-by-week?range=1y");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "PNG" }).click()]);
  expect(file.suggestedFilename()).toBe("merges-by-week.png");
  const bytes = await readFile(await file.path());
  expect([...bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  const links = page.getByRole("region", { name: "As numbers" });
  const get = async (name: string) => {
    const href = await links.getByRole("link", { name }).getAttribute("href");
    return await page.request.get(`${seen.worker.url}${href ?? ""}`);
  };
  const { times, lines } = Data.parse(await (await get("JSON")).json());
  const sum = lines[0]?.values.reduce<number>((all, value) => all + (value ?? 0), 0) ?? 0;
  expect(sum).toBeGreaterThan(20);
  const csv = (await (await get("CSV")).text()).trimEnd().split("\r\n");
  expect(csv[0]).toBe(`time,${HARBOR}`);
  expect(csv.length).toBe(times.length + 1);

  const state = await page.context().storageState();
  const plain = await seen.open(page.url(), { javaScriptEnabled: false, storageState: state });
  const cells = await plain.page.locator("tbody td.number").allInnerTexts();
  expect(cells.reduce((all, cell) => all + Number(cell), 0)).toBe(sum);
});

it("a signed address shows one panel on another site's page, and nothing else", async () => {
  const { page } = await open(`/velodrome/velocity/merge-rate?range=1y&repo=${encodeURIComponent(HARBOR)}`);
  await page.getByText("Show it on another page").click();
  const snippet = await page.locator("details .panel-snippet").innerText();
  const source = /src="([^"]+)"/.exec(snippet)?.[1] ?? "";
  const address = `${seen.worker.url}${new URL(source).pathname}${new URL(source).search}`;
  server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(
      `<!doctype html><title>Elsewhere</title><iframe src="${address.replaceAll("&", "&amp;")}" width=720 height=480>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = server.address();
  const elsewhere = await seen.open(`http://127.0.0.1:${typeof at === "object" ? (at?.port ?? 0) : 0}/`);
  const frame = elsewhere.page.frameLocator("iframe");
  await frame.locator("canvas").waitFor();
  expect(await frame.getByRole("heading").innerText()).toBe("Merge rate (7-day average)");
  expect(elsewhere.errors.filter((error) => !error.includes("favicon"))).toEqual([]);
  const other = async (change: (text: string) => string) => (await fetch(change(address))).status;
  expect(await other((text) => text)).toBe(200);
  expect(await other((text) => text.replace("merge-rate", "comments"))).toBe(404);
  expect(await other((text) => text.replace("harbor", "hello"))).toBe(404);
  expect(await other((text) => text.replace(/key=\w{4}/, "key=0000"))).toBe(404);
  expect((await fetch(`${seen.worker.url}/velodrome/velocity`)).headers.get("x-frame-options")).toBe("DENY");
});

it.each(["light", "dark"] as const)("fits a phone and can be read, %s", async (colorScheme) => {
  const { page, errors } = await open(VELOCITY, { ...PHONE, colorScheme });
  await merges(page).locator("canvas").waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await faint(page)).toEqual([]);
  await page.goto(`${seen.worker.url}/velodrome`);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await faint(page)).toEqual([]);
  expect(errors).toEqual([]);
});
