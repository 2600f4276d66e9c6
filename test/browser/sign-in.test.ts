/** Signing in through the sandbox's pages, and what it opens: private jobs, buttons, redelivery. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELLO, type Seen, SECRET, startSeen } from "./support.ts";

const ENDLESS = "#!/bin/sh\necho begun\nexec sleep 300\n";

let seen: Seen;
let hello = "";
let secret = "";
beforeAll(async () => {
  seen = await startSeen({ ADMINS: "ada" });
  const number = await seen.pull("Steered");
  const files = { "x.txt": "x\n" };
  const made = await seen.github.control.createPull({ repo: SECRET, as: "ben", title: "Hidden", files });
  hello = await seen.job(number, "pull-hello-unit", "success");
  secret = await seen.job(made.number, "pull-secret-harbor-unit", "success", SECRET);
});
afterAll(() => seen?.end());

/** Signs in at the sandbox and comes back to a page of ours. */
async function signedIn(login: string, url: string): Promise<{ page: Page; errors: string[] }> {
  const { pathname, search } = new URL(url);
  const opened = await seen.open(`${seen.worker.url}/login?return=${encodeURIComponent(pathname + search)}`);
  const { page } = opened;
  await page.getByRole("link", { name: "Sign in with GitHub" }).click();
  await page.getByText("Choose who you are").waitFor();
  const asked = new URL(page.url()).searchParams;
  expect(asked.get("code_challenge_method")).toBe("S256");
  expect(asked.get("code_challenge")).toMatch(/^[\w-]{43}$/);
  expect(asked.get("state")).toMatch(/^[\w-]{20,}$/);
  await page.locator(`button[name=login][value=${login}]`).click();
  await page.waitForURL(url);
  return opened;
}

const crew = (page: Page): Promise<string> => page.locator(".crew").innerText();

describe("a private repository's job", () => {
  it("is shown to its member after sign-in, in the list too, and gone after sign-out", async () => {
    const { page, errors } = await signedIn("ben", secret);
    expect(await crew(page)).toContain("ben");
    await page.getByRole("heading", { level: 1, name: "pull-secret-harbor-unit" }).waitFor();
    expect(await page.locator(".l").count()).toBeGreaterThan(0);
    await page.goto(seen.worker.url);
    expect(await page.getByRole("link", { name: "pull-secret-harbor-unit" }).count()).toBe(1);
    await page.goto(`${seen.worker.url}/deliveries?repo=${encodeURIComponent(SECRET)}`);
    expect(await page.locator("tbody tr").count()).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    expect((await page.goto(secret))?.status()).toBe(404);
  });

  it("is not there for a stranger, signed in or not", async () => {
    const { page } = await signedIn("mallory", hello);
    expect((await page.goto(secret))?.status()).toBe(404);
    await page.getByText("Nothing on this bearing").waitFor();
    for (const below of ["/log", "/artifacts/"]) {
      expect((await page.request.get(secret + below)).status()).toBe(404);
    }
    for (const path of ["/", `/deliveries?repo=${encodeURIComponent(SECRET)}`]) {
      await page.goto(seen.worker.url + path);
      expect(await page.locator("tr", { hasText: "secret-harbor" }).count()).toBe(0);
    }
  });
});

describe("rerun and abort", () => {
  it("a member runs a job again, and aborts one", async () => {
    const { page } = await signedIn("ben", hello);
    await page.getByRole("button", { name: "Run again" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/jobs/") && url.href !== hello);
    await page.locator(".job-title").getByText("Success", { exact: true }).waitFor();

    const running = await seen.job(await seen.pull("Endless", ENDLESS), "pull-hello-unit", "pending");
    await page.goto(running);
    await page.locator(".l", { hasText: "begun" }).waitFor();
    await page.getByRole("button", { name: "Abort" }).click();
    await page.locator(".job-title").getByText("Aborted", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Abort" }).waitFor({ state: "detached" });
  });

  it("a stranger is refused with the reason, whoever made the button", async () => {
    const { page } = await signedIn("mallory", hello);
    await page.evaluate(
      (action) => {
        const form = Object.assign(document.createElement("form"), { method: "post", action });
        document.body.append(form);
        form.submit();
      },
      `/api/jobs/${new URL(hello).pathname.split("/")[2]}/rerun`,
    );
    await page.getByRole("heading", { name: "Not yours to steer" }).waitFor();
  });

  it("another site cannot press a member's button", async () => {
    const { page } = await signedIn("ben", hello);
    await page.goto(seen.github.url);
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/rerun"));
    await page.evaluate(
      (action) => {
        const form = Object.assign(document.createElement("form"), { method: "post", action });
        document.body.append(form);
        form.submit();
      },
      `${seen.worker.url}/api/jobs/${new URL(hello).pathname.split("/")[2]}/rerun`,
    );
    const answer = await answered;
    expect(answer.status()).toBe(403);
    await page.getByRole("heading", { name: "Not sent from here" }).waitFor();
  });
});

describe("redelivery", () => {
  const first = async (): Promise<string> => {
    const url = `${seen.worker.url}/api/deliveries?event=pull_request&repo=${encodeURIComponent(HELLO)}`;
    const { deliveries } = (await (await fetch(url)).json()) as { deliveries: { guid: string }[] };
    return `${seen.worker.url}/deliveries/${deliveries.at(-1)?.guid}`;
  };

  it("an administrator has a delivery handled again", async () => {
    const { page } = await signedIn("ada", await first());
    expect(await crew(page)).toContain("admin");
    await page.getByRole("button", { name: "Handle again" }).click();
    await page.locator("details.fold summary").click();
    await page.getByText("attempt 2").waitFor();
  });

  it("nobody else is offered that", async () => {
    const { page } = await signedIn("ben", await first());
    await page.getByRole("heading", { name: "What was done" }).waitFor();
    expect(await page.getByRole("button", { name: "Handle again" }).count()).toBe(0);
  });
});
