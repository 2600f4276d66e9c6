/** The one-click GitHub App: from the link that the deploy printed to the secrets, through the sandbox's pages. */
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LocalWorker, startWorker } from "../../cli/local/worker.ts";
import { freePort } from "../../cli/local/system.ts";
import { type Seen, startSeen } from "./support.ts";

const SETUP_TOKEN = "a setup token of enough length";

let seen: Seen;
let fresh: LocalWorker;
let url = "";
beforeAll(async () => {
  seen = await startSeen();
  const port = await freePort("127.0.0.1");
  url = `http://127.0.0.1:${port}`;
  const settings = { PUBLIC_URL: url, GITHUB_URL: seen.github.url, GITHUB_API_URL: seen.github.apiUrl, SETUP_TOKEN };
  fresh = await startWorker({ host: "127.0.0.1", port, stateDir: path.join(seen.folder, "fresh"), settings });
});
afterAll(async () => {
  await fresh?.stop();
  await seen?.end();
});

it("makes the App by one click at GitHub, shows its secrets once, and is gone", async () => {
  const { page, errors } = await seen.open(`${url}/setup?token=${encodeURIComponent(SETUP_TOKEN)}`);
  await page.getByLabel("Organisation").fill("cutwater-demo");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("button", { name: "Create it at GitHub" }).click();
  await page.getByLabel("Name").fill("Made by a click");
  await page.getByRole("button", { name: "Create GitHub App" }).click();
  await page.getByRole("heading", { name: "The App is there" }).waitFor();
  expect(await page.locator("pre").innerText()).toMatch(/wrangler secret put GITHUB_APP_PRIVATE_KEY/);
  expect(await page.getByRole("link", { name: "install the App" }).getAttribute("href")).toContain(
    `${seen.github.url}/`,
  );
  expect(errors).toEqual([]);
  expect((await page.goto(`${url}/setup`))?.status()).toBe(404);
});
