/** The main story as a person sees it: a comment is typed, jobs run, the answer comes. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HELLO, type Seen, startSeen } from "./support.ts";

let seen: Seen;
beforeAll(async () => {
  seen = await startSeen();
});
afterAll(() => seen?.end());

/** A demo pull request whose unit test fails. */
const FAILING = 3;

it("/test all, typed on the pull request's page, runs its jobs; the page shows how they go, and why one failed", async () => {
  const { page, errors } = await seen.open(`${seen.github.url}/${HELLO}/pull/${FAILING}`);
  const checks = page.locator(".checks");
  await checks.getByText("No checks on this commit yet").waitFor();
  await page.locator("#body").fill("/test all");
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await checks.getByText(/[123] of [23] checks/).waitFor();
  await checks.getByText(/^1 of [23] checks failed$/).waitFor();
  await checks.locator("li", { hasText: "pull-hello-unit" }).locator(".mark.failure").waitFor();
  await checks.locator("li", { hasText: "pull-hello-lint" }).locator(".mark.success").waitFor();

  const result = page.locator(".comment", { hasText: "1 test failed" });
  await result.waitFor();
  expect(await result.locator("table tr").count()).toBe(2);
  expect(await result.locator("td").first().innerText()).toBe("pull-hello-unit");
  await result.getByRole("link", { name: "link" }).click();
  await page.getByRole("heading", { level: 1, name: "pull-hello-unit" }).waitFor();
  await page.getByText("FAIL speaks German").first().waitFor();
  expect(errors).toEqual([]);
});

/** Its jobs have; tide goes on to say what a merge needs. */
async function passed(page: Page): Promise<void> {
  for (const job of ["pull-hello-unit", "pull-hello-lint"])
    await page.locator(".checks li", { hasText: job }).locator(".mark.success").waitFor();
}

it("/retest after a fix pushed from the page turns the checks green, and the result comment goes", async () => {
  const { page } = await seen.open(`${seen.github.url}/${HELLO}/pull/${FAILING}`);
  await page.getByText("Push a commit").click();
  const content = page.locator("#push textarea[name=content]");
  await content.fill((await content.inputValue()).replace("Guten Tag", "Hallo"));
  await page.getByRole("button", { name: "Commit and push" }).click();
  await passed(page);
  await page.locator(".comment", { hasText: "1 test failed" }).waitFor({ state: "detached" });
});

it("/test nonsense, by its quick command and the keyboard, is answered with the jobs that there are", async () => {
  const { page } = await seen.open(`${seen.github.url}/${HELLO}/pull/2`);
  const box = page.locator("#body");
  await page.locator('[data-say="/test all"]').click();
  expect(await box.inputValue()).toBe("/test all");
  await box.fill("/test nonsense");
  await box.press("Control+Enter");
  const answer = page.locator(".comment", { hasText: "I know no such job" });
  await answer.waitFor();
  expect(await answer.innerText()).toContain("/test pull-hello-unit");
});

it("a stranger's pull request waits for /ok-to-test", async () => {
  const { page } = await seen.open(`${seen.github.url}/${HELLO}/pull/4`);
  await page.locator(".label", { hasText: "needs-ok-to-test" }).first().waitFor();
  await page.locator("#body").fill("/ok-to-test");
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await page.locator(".side .label", { hasText: /^ok-to-test$/ }).waitFor();
  await passed(page);
});
