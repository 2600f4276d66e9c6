/**
 * Builds the pages' islands and styles into dist/ui/assets with hashed names, and writes those names to
 * ui/manifest.gen.ts for the worker (spec platform f). Writes a file only when its content changed: wrangler watches ui/.
 */
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const ROOT = path.resolve(import.meta.dirname, "..");
const OUT = path.join(ROOT, "dist/ui");
const HEADERS = "/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n  X-Content-Type-Options: nosniff\n";

async function writeChanged(file: string, content: string | Uint8Array): Promise<void> {
  const before = await readFile(file).catch(() => null);
  if (before?.equals(Buffer.from(content)) === true) return;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}

const result = await build({
  absWorkingDir: ROOT,
  entryPoints: { main: "ui/islands/main.ts", app: "ui/design/app.css", favicon: "ui/design/favicon.svg" },
  outdir: path.join(OUT, "assets"),
  publicPath: "/assets",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "copy" },
  metafile: true,
  write: false,
  logLevel: "warning",
});

const fresh = new Set(result.outputFiles.map((file) => path.basename(file.path)));
await Promise.all(result.outputFiles.map((file) => writeChanged(file.path, file.contents)));
for (const name of await readdir(path.join(OUT, "assets"))) {
  if (!fresh.has(name)) await rm(path.join(OUT, "assets", name));
}

/** Public path of the output that was made from a source file. */
function outputOf(source: string): string {
  const found = Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint === source);
  if (!found) throw new Error(`Nothing was built from ${source}`);
  return `/assets/${path.basename(found[0])}`;
}

const islands = (await readdir(path.join(ROOT, "ui/islands"))).filter((name) => name.endsWith(".tsx")).sort();
const manifest = {
  style: outputOf("ui/design/app.css"),
  script: outputOf("ui/islands/main.ts"),
  icon: outputOf("ui/design/favicon.svg"),
  islands: Object.fromEntries(islands.map((name) => [path.parse(name).name, outputOf(`ui/islands/${name}`)])),
};
const text = `/** Written by ui/build.ts. */\nexport const manifest = ${JSON.stringify(manifest, null, 2)};\n`;
await Promise.all([
  writeChanged(path.join(ROOT, "ui/manifest.gen.ts"), text),
  writeChanged(path.join(OUT, "_headers"), HEADERS),
]);
