/** What deploy/kubernetes/Dockerfile puts on top of its base, from this checkout. */
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../../..");

/** Of the image, as the Dockerfile has it. */
export function runnerEntrypoint(): readonly string[] {
  const text = readFileSync(path.join(ROOT, "deploy/kubernetes/Dockerfile"), "utf8");
  const words: unknown = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(text)?.[1] ?? "null");
  if (!Array.isArray(words)) throw new Error("deploy/kubernetes/Dockerfile has no ENTRYPOINT");
  return words.map(String);
}

/** Builds the runner. Answers paths in the image to paths here. */
export function buildRunner(): Readonly<Record<string, string>> {
  execFileSync(process.execPath, ["--no-warnings", path.join(ROOT, "cli/local/build-cli.ts"), "--only=runner"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return {
    "usr/local/bin/node": realpathSync(process.execPath),
    "app/main.js": path.join(ROOT, "dist/runner/main.js"),
  };
}
