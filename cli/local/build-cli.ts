/**
 * `npm run build`: the worker, the packaged `cutwater` command and the runner's program for its image, with their sizes.
 * Fails when one does not build or does not start, or when the worker outgrows its budget.
 */
import { execFile } from "node:child_process";
import { readFile, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { gzip } from "node:zlib";
import { type BuildOptions, build } from "esbuild";
import { BUNDLE, buildWorker, ROOT } from "./build.ts";

const compress = promisify(gzip);
const run = promisify(execFile);

/** Bytes after gzip. Cloudflare allows far more; what a cold start has to load is what this holds down. */
const WORKER_GZIP_BUDGET = 600 * 1024;

/** Only a checkout has them, and only `sandbox` and `deploy`, which need the checkout anyway, load them. */
const CHECKOUT_ONLY = ["wrangler", "miniflare", "esbuild"];

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22.12",
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
  // CommonJS inside an ES module still calls require for Node's own modules.
  banner: {
    js: 'import { createRequire as bundleRequire } from "node:module"; const require = bundleRequire(import.meta.url);',
  },
} satisfies BuildOptions;

const RUNNER_ENTRY = `
  import { imageMain } from "./cli/image.ts";
  await imageMain();
`;

/** Each subcommand stays a file of its own, loaded when it is called. */
async function buildCli(): Promise<string> {
  const outdir = path.join(ROOT, "dist/cli");
  await rm(outdir, { recursive: true, force: true });
  await build({ ...COMMON, entryPoints: ["cli/main.ts"], outdir, splitting: true, external: CHECKOUT_ONLY });
  return path.join(outdir, "main.js");
}

/** One file, nothing beside it: the image needs Node, git and this. */
async function buildRunner(): Promise<string> {
  const outfile = path.join(ROOT, "dist/runner/main.js");
  const stdin = { contents: RUNNER_ENTRY, resolveDir: ROOT, sourcefile: "runner-image.ts", loader: "ts" } as const;
  await build({ ...COMMON, stdin, outfile });
  return outfile;
}

interface Size {
  readonly what: string;
  readonly bytes: number;
  readonly gzipped: number;
}

async function sizeOf(what: string, files: readonly string[]): Promise<Size> {
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const all = Buffer.concat(contents);
  return { what, bytes: all.length, gzipped: (await compress(all)).length };
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`.padStart(12);

/** What wrangler would upload: everything in its output folder but source maps and its note. */
async function workerFiles(): Promise<string[]> {
  const names = await readdir(BUNDLE);
  return names.filter((name) => !/\.map$|^README/.test(name)).map((name) => path.join(BUNDLE, name));
}

async function folderFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.map((name) => path.join(folder, name));
  const isFile = await Promise.all(files.map(async (file) => (await stat(file)).isFile()));
  return files.filter((_, index) => isFile[index]);
}

if (process.argv.includes("--only=runner")) {
  await buildRunner();
  process.exit(0);
}
console.log("Building the worker and the pages ...");
await rm(BUNDLE, { recursive: true, force: true });
await buildWorker().catch((error: unknown) => {
  const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  console.error(`The worker does not build.\n${stripVTControlCharacters(said).trim()}`);
  process.exit(1);
});
console.log("Building the command and the runner ...");
const cli = await buildCli();
const runner = await buildRunner();
const commandFiles = await folderFiles(path.dirname(cli));
// Help loads every subcommand.
for (const program of [cli, runner]) await run(process.execPath, [program, "--help"], { cwd: ROOT });

const worker = await sizeOf("worker       dist/worker", await workerFiles());
const sizes = [
  worker,
  await sizeOf("pages        dist/ui", await folderFiles(path.join(ROOT, "dist/ui"))),
  await sizeOf("command      dist/cli", commandFiles),
  await sizeOf("runner       dist/runner", [runner]),
];
console.log(`${"".padEnd(26)}${"size".padStart(12)}${"gzip".padStart(12)}`);
for (const { what, bytes, gzipped } of sizes) console.log(`${what.padEnd(26)}${kib(bytes)}${kib(gzipped)}`);
if (worker.gzipped > WORKER_GZIP_BUDGET) {
  console.error(
    `The worker is ${kib(worker.gzipped).trim()} after gzip, over its budget of ${kib(WORKER_GZIP_BUDGET).trim()}.`,
  );
  console.error("See what grew: npx wrangler deploy --dry-run --outdir dist/worker --metafile");
  process.exit(1);
}
