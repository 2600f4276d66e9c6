/** What is sent to the edge, and how long it takes to start in workerd. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import * as z from "zod";
import { BUNDLE, buildWorker, ROOT } from "../cli/local/build.ts";
import { WRANGLER_ENV } from "../cli/local/wrangler-env.ts";
import { milliseconds, type Row } from "./table.ts";

const Profile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string() }) })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Milliseconds that workerd is busy with before the worker's first event: wrangler's own measure. */
async function startUp(): Promise<number> {
  const scratch = await mkdtemp(path.join(tmpdir(), "cutwater-bench-"));
  try {
    const outfile = path.join(scratch, "startup.cpuprofile");
    const wrangler = path.join(ROOT, "node_modules/.bin/wrangler");
    const env = { ...process.env, ...WRANGLER_ENV };
    await promisify(execFile)(wrangler, ["check", "startup", "--outfile", outfile], { cwd: ROOT, env });
    const { nodes, samples, timeDeltas } = Profile.parse(JSON.parse(await readFile(outfile, "utf8")));
    const idle = new Set(nodes.filter((node) => node.callFrame.functionName === "(idle)").map((node) => node.id));
    return samples.reduce((sum, node, at) => sum + (idle.has(node) ? 0 : (timeDeltas[at] ?? 0)), 0) / 1000;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export async function benchBundle(): Promise<Row[]> {
  await buildWorker();
  const main = path.join(BUNDLE, "worker.js");
  const text = await readFile(main);
  return [
    {
      name: "worker bundle",
      value: `${(gzipSync(text).byteLength / 1024).toFixed(0)} KiB gzip`,
      note: `${((await stat(main)).size / 1024).toFixed(0)} KiB raw, from ${path.relative(ROOT, main)}`,
    },
    {
      name: "worker start-up",
      value: milliseconds(await startUp()),
      note: "busy time in workerd before the first event (wrangler check startup); the edge allows 1 s",
    },
  ];
}
