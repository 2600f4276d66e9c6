/** Webhooks through the built worker in workerd, no proxy between: accepted durably, and to the first GitHub write. */
import { createHmac, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { startWorker } from "../cli/local/worker.ts";
import { commentPayload } from "../test/harness/payloads.ts";
import { pushConfig } from "../test/harness/config.ts";
import { load } from "./load.ts";
import { milliseconds, quantile, type Row } from "./table.ts";

const SECRET = "bench-webhook-secret";
const ADMIN = "bench-admin-token-0123456789";

/** A GitHub that says yes at once and notes when it was written to. */
async function yesGitHub(): Promise<{
  url: string;
  firstWrite: (number: number) => Promise<number>;
  close: () => void;
}> {
  const writes = new Map<number, (at: number) => void>();
  const server = createServer((request, response) => {
    const write = request.method !== "GET" ? /\/issues\/(\d+)\//.exec(request.url ?? "") : null;
    if (write) writes.get(Number(write[1]))?.(performance.now());
    response.setHeader("content-type", "application/json");
    response.end(request.url?.endsWith("/user") ? '{"login":"bench-bot","id":1,"type":"User"}' : "[]");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    firstWrite: (number) => new Promise((resolve) => writes.set(number, resolve)),
    close: () => server.close(),
  };
}

export async function benchHook(): Promise<Row[]> {
  const stateDir = await mkdtemp(path.join(tmpdir(), "cutwater-bench-"));
  const github = await yesGitHub();
  const worker = await startWorker({
    port: 0,
    stateDir,
    settings: {
      GITHUB_API_URL: github.url,
      GITHUB_URL: github.url,
      GITHUB_TOKEN: "bench",
      GITHUB_WEBHOOK_SECRETS: SECRET,
      ADMIN_TOKEN: ADMIN,
    },
  });
  try {
    await pushConfig(worker.url, ADMIN, {
      "config/prow/config.yaml": "{}\n",
      "config/prow/plugins.yaml": "plugins:\n  bench/repo:\n    plugins: [hold]\n",
      "config/jobs/.keep.yaml": "{}\n",
    });
    const post = async (number: number, text: string): Promise<void> => {
      const body = commentPayload({ owner: "bench", repo: "repo", number, body: text, login: "someone" });
      const signature = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
      const headers = {
        "content-type": "application/json",
        "x-github-event": "issue_comment",
        "x-github-delivery": randomUUID(),
        "x-hub-signature-256": signature,
      };
      const answer = await fetch(`${worker.url}/hook`, { method: "POST", headers, body });
      if (answer.status !== 202) throw new Error(`POST /hook answered ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    };
    const idle = async (): Promise<void> => void (await (await fetch(`${worker.url}/healthz`)).arrayBuffer());
    await load(50, 4, (i) => post((i % 50) + 1, "warm up"));
    const yardstick = await load(600, 8, idle);
    const hooks = await load(600, 8, (i) => post((i % 50) + 1, "no command"));
    const toWrite: number[] = [];
    for (let i = 0; i < 30; i += 1) {
      const number = 1000 + i;
      const written = github.firstWrite(number);
      const start = performance.now();
      await post(number, "/hold");
      toWrite.push((await written) - start);
    }
    return [
      {
        name: "webhooks accepted durably",
        value: `${hooks.perSecond.toFixed(0)}/s`,
        note: `${(yardstick.perSecond / hooks.perSecond).toFixed(1)} x the time of GET /healthz, 8 connections, 50 pull requests`,
      },
      {
        name: "webhook latency p50 / p99",
        value: `${milliseconds(quantile(hooks.latencies, 0.5))} / ${milliseconds(quantile(hooks.latencies, 0.99))}`,
        note: `healthz p50 ${milliseconds(quantile(yardstick.latencies, 0.5))}`,
      },
      {
        name: "webhook to first GitHub write p50 / p99",
        value: `${milliseconds(quantile(toWrite, 0.5))} / ${milliseconds(quantile(toWrite, 0.99))}`,
        note: "/hold on a new pull request, first event of its object",
      },
    ];
  } finally {
    await worker.stop();
    github.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}
