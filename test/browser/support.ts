/** A running system and a browser in front of it. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { SystemOptions } from "../../cli/local/system.ts";
import { eventually, type TestSystem, testSystem } from "../harness/system.ts";

export const HELLO = "cutwater-demo/hello";
export const SECRET = "cutwater-demo/secret-harbor";

const executablePath =
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => existsSync(file)) ??
  "chromium";

export interface Opened {
  readonly page: Page;
  /** What the page complained about. */
  readonly errors: string[];
}

export interface Seen extends TestSystem {
  /** A page in a profile of its own: nobody is signed in. */
  open(url: string, options?: BrowserContextOptions): Promise<Opened>;
  /** Opens a pull request whose `test/unit.sh` is this script. Answers its number. */
  pull(title: string, script?: string): Promise<number>;
  /** The page of a job that was started for a pull request, once its status is as wished. */
  job(number: number, name: string, state: "pending" | "success" | "failure", repo?: string): Promise<string>;
  end(): Promise<void>;
}

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 } };

/** Starts both. `settings`: more of the worker's. */
export async function startSeen(settings: SystemOptions["settings"] = {}): Promise<Seen> {
  const system = await testSystem({ settings });
  const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const { control } = system.github;
  return {
    ...system,
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await page.goto(url);
      return { page, errors };
    },
    async pull(title, script) {
      const files = script === undefined ? { "seen.txt": `${title}\n` } : { "test/unit.sh": script };
      const { number } = await control.createPull({ repo: HELLO, as: "ben", title, files });
      return number;
    },
    job: (number, name, state, repo = HELLO) =>
      eventually(`${name} of #${number} is ${state}`, () => {
        const status = control.snapshot({ repo, number }).pull?.statuses[name];
        return status?.state === state ? status.url : null;
      }),
    async end() {
      await browser.close();
      await system.dispose();
    },
  };
}

/** Pixels that a page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Whether a line of the log is where the reader looks. */
export const inView = (page: Page, selector: string): Promise<boolean> =>
  page.locator(selector).evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  });
