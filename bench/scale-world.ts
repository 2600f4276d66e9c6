/** What the bench of jobs runs against: the built worker, its uses of billed resources counted, and pushes that start jobs. */
import { createHash, createHmac, randomUUID } from "node:crypto";
import { cp, rename } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { BUNDLE } from "../cli/local/build.ts";
import type { LocalWorker } from "../cli/local/worker.ts";

export const SECRET = "bench-webhook-secret";
export const JOBS_A_PUSH = 50;

/** The built worker with its uses of billed resources counted. */
export async function countingBundle(folder: string): Promise<string> {
  const bundle = path.join(folder, "bundle");
  await cp(BUNDLE, bundle, { recursive: true });
  await rename(path.join(bundle, "worker.js"), path.join(bundle, "product.js"));
  await build({
    entryPoints: [path.join(import.meta.dirname, "worker/counting.ts")],
    outfile: path.join(bundle, "worker.js"),
    bundle: true,
    format: "esm",
    target: "esnext",
    external: ["./product.js", "cloudflare:workers"],
    logLevel: "error",
  });
  return bundle;
}

export function configuration(): Record<string, string> {
  const jobs = Array.from({ length: JOBS_A_PUSH }, (_, at) => [
    `  - name: post-scale-${at}`,
    "    skip_report: true",
    "    spec: { containers: [{ image: alpine, command: [sh, -c, 'true'] }] }",
  ]);
  return {
    "config/prow/config.yaml": "{}\n",
    "config/prow/plugins.yaml": "plugins:\n  bench/repo:\n    plugins: [trigger]\n",
    "config/jobs/scale.yaml": ["postsubmits:", "  bench/repo:", ...jobs.flat(), ""].join("\n"),
  };
}

/** The commit of a push. */
export const shaOf = (at: number): string => createHash("sha1").update(`bench ${at}`).digest("hex");

function pushPayload(at: number): string {
  const sha = shaOf(at);
  const account = { login: "bench", id: 1, node_id: "U_x", type: "User", html_url: "https://github.com/bench" };
  return JSON.stringify({
    ref: "refs/heads/main",
    before: "0".repeat(40),
    after: sha,
    created: false,
    deleted: false,
    forced: false,
    compare: `https://github.com/bench/repo/compare/${sha}`,
    commits: [{ id: sha, added: [], removed: [], modified: ["a.go"] }],
    head_commit: { id: sha, added: [], removed: [], modified: ["a.go"] },
    pusher: { name: "bench" },
    repository: {
      id: 77,
      node_id: "R_x",
      name: "repo",
      full_name: "bench/repo",
      private: false,
      default_branch: "main",
      html_url: "https://github.com/bench/repo",
      owner: account,
    },
    sender: account,
  });
}

/** Sends one push, which starts {@link JOBS_A_PUSH} jobs. */
export async function push(worker: LocalWorker, at: number): Promise<void> {
  const body = pushPayload(at);
  const headers = {
    "content-type": "application/json",
    "x-github-event": "push",
    "x-github-delivery": randomUUID(),
    "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
  };
  const answer = await fetch(`${worker.url}/hook`, { method: "POST", headers, body });
  if (answer.status !== 202) throw new Error(`POST /hook answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}
