// Installs what package-lock.json names when it is not there yet, then gets out of the way. Runs on any Node >= 18.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const stamp = path.join(root, "node_modules/.cutwater-setup");
const wanted = createHash("sha256")
  .update(readFileSync(path.join(root, "package-lock.json")))
  .digest("hex");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  console.log("Setting up: npm ci (about 20 seconds, once) ...");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const done = spawnSync(npm, ["ci", "--loglevel=error"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) {
    console.error("npm ci failed. Check that the npm registry can be reached, then try again.");
    process.exit(done.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}

const bundled = path.join(root, "node_modules/.bin/node");
const version = spawnSync(existsSync(bundled) ? bundled : "node", ["--version"], { encoding: "utf8" }).stdout ?? "";
const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `Cutwater needs Node >= 22.12 and found ${version.trim() || "none"}. Install a current Node and try again.`,
  );
  process.exit(1);
}
