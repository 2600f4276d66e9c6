/** `npm run check`: format, lint, layering, types, dead code, migrations and lockfile, in seconds and offline. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { REGISTRY } from "../src/chatops/registry.ts";
import { withPluginTable } from "./docs/plugin-table.ts";

const root = path.resolve(import.meta.dirname, "..");
const bin = path.join(root, "node_modules/.bin");

interface Step {
  readonly name: string;
  readonly run: () => Promise<string>;
}

/** Runs a program of node_modules/.bin; rejects with what it printed. */
function program(name: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}`, npm_config_nodedir: undefined };
    execFile(path.join(bin, name), args, { cwd: root, env, maxBuffer: 32 << 20 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stdout}${stderr}`.trim()));
      else resolve(stdout);
    });
  });
}

/** Fails when src/store/schema.ts says something that no migration does yet. */
async function migrationsAreGenerated(): Promise<string> {
  const scratch = await mkdtemp(path.join(root, "node_modules/.migrations-"));
  try {
    await cp(path.join(root, "migrations"), scratch, { recursive: true });
    const before = (await readdir(scratch)).length;
    await program(
      "drizzle-kit",
      "generate",
      "--dialect=sqlite",
      "--schema=./src/store/schema*.ts",
      `--out=./${path.relative(root, scratch)}`,
    );
    if ((await readdir(scratch)).length !== before) throw new Error("The schema changed. Run: npm run db:generate");
    return "";
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The lockfile must install from whichever registry the reader uses. */
async function lockfileIsNeutral(): Promise<string> {
  const text = await readFile(path.join(root, "package-lock.json"), "utf8");
  if (text.includes('"resolved": "http'))
    throw new Error("package-lock.json names a registry host. Use this repository's .npmrc and run npm install again.");
  return "";
}

/** Rooms stay small: nothing over 500 lines but tables (spec in ../CONTRIBUTING.md). */
async function roomsAreSmall(): Promise<string> {
  const long: string[] = [];
  for (const folder of ["src", "durable", "ui", "runner", "cli", "sandbox"]) {
    const names = await readdir(path.join(root, folder), { recursive: true });
    for (const name of names.filter((file) => /\.tsx?$/.test(file))) {
      const lines = (await readFile(path.join(root, folder, name), "utf8")).split("\n").length;
      if (lines > 500) long.push(`${folder}/${name}: ${lines} lines`);
    }
  }
  if (long.length > 0) throw new Error(`Longer than 500 lines:\n${long.join("\n")}`);
  return "";
}

/** Every file that the docs name in backquotes exists. */
async function docsNameRealFiles(): Promise<string> {
  const docs = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    ...(await readdir(path.join(root, "docs"))).map((name) => `docs/${name}`),
  ];
  const missing: string[] = [];
  const present = new Set(
    (await readdir(root, { recursive: true, withFileTypes: false })).filter((name) => !name.startsWith("node_modules")),
  );
  for (const doc of docs.filter((name) => name.endsWith(".md"))) {
    const text = await readFile(path.join(root, doc), "utf8");
    const named = [
      ...text.matchAll(/`((?:src|durable|ui|runner|cli|sandbox|test|bench|docs|bin|deploy|migrations)\/[\w./-]+)`/g),
    ].map((match) => match[1] ?? "");
    missing.push(...named.filter((name) => !present.has(name.replace(/\/$/, ""))).map((name) => `${doc}: ${name}`));
  }
  if (missing.length > 0) throw new Error(`The docs name files that are not there:\n${missing.join("\n")}`);
  return "";
}

/** The docs name files that exist, and the README's table says what the plugins say of themselves. */
async function docsHold(): Promise<string> {
  const readme = await readFile(path.join(root, "README.md"), "utf8");
  if (withPluginTable(readme, REGISTRY) !== readme)
    throw new Error("The README's table of plugins is stale. Run: npm run docs (node test/docs/write.ts)");
  return await docsNameRealFiles();
}

const steps: readonly Step[] = [
  { name: "types: src, durable", run: () => program("tsc", "-p", ".") },
  { name: "types: ui", run: () => program("tsc", "-p", "ui") },
  { name: "types: cli, runner, sandbox, tests", run: () => program("tsc", "-p", "cli") },
  { name: "types: tests in the runtime", run: () => program("tsc", "-p", "test/worker") },
  { name: "lint and layers", run: () => program("oxlint", "--type-aware", "--deny-warnings") },
  { name: "format", run: () => program("biome", "format", ".") },
  { name: "dead code", run: () => program("knip") },
  { name: "migrations", run: migrationsAreGenerated },
  { name: "lockfile", run: lockfileIsNeutral },
  { name: "room sizes", run: roomsAreSmall },
  { name: "docs", run: docsHold },
];

await program("node", "--no-warnings", "ui/build.ts"); // its manifest is imported
let failed = 0;
const started = Date.now();
for (const outcome of await Promise.all(
  steps.map(async (step) => ({
    step,
    error: await step.run().then(
      () => null,
      (error: unknown) => error,
    ),
  })),
)) {
  console.log(`${outcome.error ? "✗" : "✓"} ${outcome.step.name}`);
  if (outcome.error) {
    failed += 1;
    console.log(outcome.error instanceof Error ? outcome.error.message : "failed");
  }
}
console.log(
  `${steps.length - failed} of ${steps.length} checks hold (${((Date.now() - started) / 1000).toFixed(1)} s)`,
);
process.exit(failed === 0 ? 0 : 1);
