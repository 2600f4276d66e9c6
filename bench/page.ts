/** What a browser fetches for the first view of the dashboard. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { startWorker } from "../cli/local/worker.ts";
import type { Row } from "./table.ts";

export async function benchPage(): Promise<Row[]> {
  const stateDir = await mkdtemp(path.join(tmpdir(), "cutwater-bench-"));
  const worker = await startWorker({ port: 0, stateDir, settings: {} });
  const executablePath = execFileSync("which", ["chromium"]).toString().trim();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    let requests = 0;
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    let bytes = 0;
    session.on("Network.loadingFinished", (event) => {
      requests += 1;
      bytes += event.encodedDataLength;
    });
    const start = performance.now();
    await page.goto(worker.url, { waitUntil: "networkidle" });
    const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0);
    return [
      {
        name: "first page view",
        value: `${(bytes / 1024).toFixed(1)} KiB in ${requests} requests`,
        note: `first paint ${paint.toFixed(0)} ms, network idle ${(performance.now() - start).toFixed(0)} ms; uncompressed (the edge compresses)`,
      },
    ];
  } finally {
    await browser.close();
    await worker.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
}
