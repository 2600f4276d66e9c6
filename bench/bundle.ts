/** What is sent to the edge, and how long it takes to start there. */
import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { BUNDLE, buildWorker, ROOT } from "../cli/local/build.ts";
import type { Row } from "./table.ts";

export async function benchBundle(): Promise<Row[]> {
  await buildWorker();
  const main = path.join(BUNDLE, "worker.js");
  const text = await readFile(main);
  const start = performance.now();
  await promisify(execFile)(process.execPath, ["--check", main]);
  const parse = performance.now() - start;
  return [
    {
      name: "worker bundle",
      value: `${(gzipSync(text).byteLength / 1024).toFixed(0)} KiB gzip`,
      note: `${((await stat(main)).size / 1024).toFixed(0)} KiB raw, from ${path.relative(ROOT, main)}`,
    },
    {
      name: "worker bundle, syntax check in Node",
      value: `${parse.toFixed(0)} ms`,
      note: "a process start included; the edge's limit for start-up is 1 s",
    },
  ];
}
