/** Merge pools in a real browser: what waits and why, live; the red button; the history. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { eventually } from "../harness/system.ts";
import { HARBOR, poolOf } from "../system/tide/support.ts";
import { faint } from "./contrast.ts";
import { overflow, PHONE, type Seen, startSeen } from "./support.ts";

const Merges = z.object({ lines: z.array(z.object({ name: z.string(), values: z.array(z.number().nullable()) })) });
const TIDE = `tide:
  queries:
  - repos: [${HARBOR}]
    labels: [lgtm]
`;

let seen: Seen;
let pool: Awaited<ReturnType<typeof poolOf>>;
let number = 0;
let url = "";
beforeAll(async () => {
  seen = await startSeen({ ADMINS: "ada" });
  pool = await poolOf(seen, TIDE);
  number = await pool.pull("Deepen the harbour");
  await pool.green(number);
  await eventually("it says what it lacks", () => pool.status(number)?.description?.includes("lgtm") ?? false);
  url = `${seen.worker.url}/tide?repo=${encodeURIComponent(HARBOR)}`;
}, 120_000);
afterAll(() => seen?.end());

const entry = (at: number) => ({ hasText: `#${at} ` });

it("an administrator stops a pool and lets it go on, from the page", async () => {
  const { page, errors } = await seen.open(`${seen.worker.url}/login?return=${encodeURIComponent("/tide")}`);
  await page.getByRole("link", { name: "Sign in with GitHub" }).click();
  await page.locator("button[name=login][value=ada]").click();
  await page.waitForURL(`${seen.worker.url}/tide`);
  const main = page.getByRole("region", { name: `${HARBOR} main` });
  await main.getByLabel("Why merging stops").fill("dredging");
  await main.getByRole("button", { name: "Stop all merging here" }).click();
  await main.getByText("Merging was stopped").waitFor();
  expect(await main.locator(".notice").innerText()).toMatch(/by ada .*dredging/);
  await main.getByRole("button", { name: "Let merging go on" }).click();
  await main.getByRole("button", { name: "Stop all merging here" }).waitFor();
  expect(errors).toEqual([]);
});

it("the pull request's page says why it is not merging, and what to do", async () => {
  const { page } = await seen.open(`${seen.worker.url}/pr/${HARBOR}/${number}`, { javaScriptEnabled: false });
  const panel = page.locator(".merge-panel");
  expect(await panel.innerText()).toMatch(/Why is this not merging\?[\s\S]*Needs labels[\s\S]*lgtm[\s\S]*\/lgtm/);
  await panel.getByRole("link", { name: "Pool of main" }).click();
  await page.getByRole("heading", { level: 2, name: `${HARBOR} main` }).waitFor();
});

it("shows what waits and why, and follows without being loaded again until it is merged", async () => {
  const { page, errors } = await seen.open(url);
  const row = page.locator(".queue li").filter(entry(number));
  expect(await row.innerText()).toMatch(/Deepen the harbour[\s\S]*Needs labels[\s\S]*lgtm/);
  pool.label(number, "lgtm");
  await row.waitFor({ state: "detached" });
  expect(pool.merged(number)).toBe(true);
  expect(errors).toEqual([]);
});

it("the history tells of the merge, and is filtered by its form", async () => {
  const { page } = await seen.open(`${seen.worker.url}/tide-history`, { javaScriptEnabled: false });
  await expect
    .poll(async () => {
      await page.reload();
      return page.locator("main").innerText();
    })
    .toMatch(/Merged\s+1 in 14 days[\s\S]*Merged[\s\S]*Deepen the harbour/);
  await expect
    .poll(async () => {
      const merged = await page.request.get(`${seen.worker.url}/velodrome/tide/merges/data.json?repo=${HARBOR}`);
      const { lines } = Merges.parse(await merged.json());
      const main = lines.find(({ name }) => name === `${HARBOR} main`);
      return main?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
    })
    .toBe(1);
  await page.getByLabel("What").selectOption("PAUSE");
  await page.getByRole("button", { name: "Show" }).click();
  expect(new URL(page.url()).searchParams.get("action")).toBe("PAUSE");
  const rows = page.locator(".history-row");
  expect(await rows.count()).toBe(1);
  expect(await rows.innerText()).toMatch(/Stopped[\s\S]*harbor main/);
});

it.each(["light", "dark"] as const)("fits a phone and can be read, %s", async (colorScheme) => {
  const { page, errors } = await seen.open(url, { ...PHONE, colorScheme });
  for (const path of ["/tide", "/tide-history", `/tide?repo=${HARBOR}`, `/pr/${HARBOR}/${number}`]) {
    await page.goto(seen.worker.url + path);
    expect(await overflow(page), path).toBe(0);
    expect(await faint(page), path).toEqual([]);
  }
  expect(errors).toEqual([]);
});
