/** A job's log in a real browser: it grows, it is linked to, copied, and shows its failures. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inView, overflow, PHONE, type Seen, startSeen } from "./support.ts";

const LONG = `#!/bin/sh
i=0
while [ $i -lt 300 ]; do i=$((i+1)); printf '\\033[32mok\\033[0m   step %s\\n' $i; done
printf '\\033[31mFAIL\\033[0m the <b>last</b> step, ${"very ".repeat(60)}long\\n'
echo "it is over"
exit 1
`;
const SLOW = `#!/bin/sh
i=0
while [ $i -lt 40 ]; do i=$((i+1)); echo "step $i"; sleep 0.2; done
`;

let seen: Seen;
let failed = "";
beforeAll(async () => {
  seen = await startSeen();
  failed = await seen.job(await seen.pull("Fails at length", LONG), "pull-hello-unit", "failure");
});
afterAll(() => seen?.end());

it("grows while the job runs, and the page says how it ended", async () => {
  const running = await seen.job(await seen.pull("Slow", SLOW), "pull-hello-unit", "pending");
  const { page, errors } = await seen.open(running);
  await page.getByText("Waiting for more").waitFor();
  await page.locator("#L5").waitFor();
  const before = await page.locator(".l").count();
  await page.locator(`#L${before + 10}`).waitFor();
  const follow = page.getByRole("button", { name: "Follow" });
  expect(await follow.getAttribute("aria-pressed")).toBe("true");
  await page.locator(".job-title").getByText("Success", { exact: true }).waitFor();
  expect(await page.locator("#L40").innerText()).toContain("step 40");
  await page.locator(".artifacts").getByText("build-log.txt").waitFor();
  await page.getByText("Waiting for more").waitFor({ state: "hidden" });
  expect(errors).toEqual([]);
});

describe("a finished log", () => {
  it("is opened at the line that its link names, beyond the first screen", async () => {
    const { page } = await seen.open(`${failed}#L212`);
    await page.locator("#L212.marked").waitFor();
    await expect.poll(() => inView(page, "#L212")).toBe(true);
    expect(await page.locator(".marked").count()).toBe(1);
  });

  it("a click on a number links to the line, with shift to a range, and both are copied", async () => {
    const { page } = await seen.open(failed, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByRole("button", { name: "Wrap" }).waitFor();
    await page.locator("#L3 .n").click();
    await page.locator("#L5 .n").click({ modifiers: ["Shift"] });
    expect(new URL(page.url()).hash).toBe("#L3-L5");
    expect(await page.locator(".marked").count()).toBe(3);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByRole("status").filter({ hasText: "Lines copied" }).waitFor({ state: "attached" });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("ok   step 3\nok   step 4\nok   step 5");
    await page.getByRole("button", { name: "Link", exact: true }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(`${failed}#L3-L5`);
  });

  it("marks what failed, and leads there", async () => {
    const { page } = await seen.open(failed);
    await page.getByRole("button", { name: "To the failure" }).click();
    expect(new URL(page.url()).hash).toBe("#L301");
    await expect.poll(() => inView(page, "#L301")).toBe(true);
    const line = page.locator("#L301");
    expect(await line.innerText()).toContain("FAIL the <b>last</b> step");
    const plain = await page.locator("#L300").evaluate((one) => getComputedStyle(one).backgroundColor);
    expect(await page.locator("#L301.fail").evaluate((one) => getComputedStyle(one).backgroundColor)).not.toBe(plain);
    await page.getByRole("button", { name: "End" }).click();
    await expect.poll(() => inView(page, "#L302")).toBe(true);
  });

  it.each(["light", "dark"] as const)("has its colours, %s", async (colorScheme) => {
    const { page } = await seen.open(failed, { colorScheme });
    const [ok, text] = await page
      .locator("#L1")
      .evaluate((line) => [line.querySelector(".t span"), line].map((one) => (one ? getComputedStyle(one).color : "")));
    expect(ok).not.toBe("");
    expect(ok).not.toBe(text);
  });

  it("wraps long lines on a phone, or scrolls by itself, as the reader chose before", async () => {
    const { page } = await seen.open(failed, PHONE);
    await page.getByRole("button", { name: "Wrap" }).click();
    expect(await page.locator("#log-view").evaluate((view) => view.scrollWidth > view.clientWidth)).toBe(true);
    expect(await overflow(page)).toBe(0);
    await page.reload();
    await page.getByRole("button", { name: "Wrap" }).waitFor();
    expect(await page.getByRole("button", { name: "Wrap" }).getAttribute("aria-pressed")).toBe("false");
  });

  it("is whole without a script, with no button that does nothing", async () => {
    const { page } = await seen.open(`${failed}#L302`, { javaScriptEnabled: false });
    expect(await page.locator("#L302").innerText()).toContain("it is over");
    expect(await page.locator("#L301.fail").count()).toBe(1);
    expect(await page.locator(".log button:visible").count()).toBe(0);
    await page.getByRole("link", { name: "Raw" }).click();
    expect(await page.locator("body").innerText()).toContain("it is over");
  });
});
