/**
 * `npm test`: every level, one after the other, and one summary. `npm test -- pure worker` runs some of them;
 * `npm test -- pure -t retest` passes the rest on to vitest. The Kubernetes level is skipped where it cannot run, but not
 * in CI and not when it is asked for by name.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants, setPriority } from "node:os";
import path from "node:path";
import { buildWorker } from "../cli/local/build.ts";
import { givenKubeconfig } from "./kubernetes/cluster/given.ts";
import { whyNoCluster } from "./kubernetes/cluster/binaries.ts";
import { runLevel, type Tally, told } from "./level.ts";

const LEVELS = ["pure", "worker", "system", "browser", "chaos", "kubernetes"] as const;
const root = path.resolve(import.meta.dirname, "..");
const args = process.argv.slice(2);
const named = LEVELS.filter((level) => args.includes(level));
const levels = named.length > 0 ? named : LEVELS.filter((level) => level !== "kubernetes" || canRunKubernetes());
const passedOn = args.filter((arg) => !named.some((level) => level === arg));

/** False, with one line that says why, where it cannot run. In CI that is no excuse. */
function canRunKubernetes(): boolean {
  const why = givenKubeconfig() ? null : whyNoCluster();
  if (why === null || process.env["CI"]) return true;
  console.log(`Skipping the Kubernetes level: ${why} (or CUTWATER_TEST_KUBECONFIG, see CONTRIBUTING.md).`);
  return false;
}

/**
 * Kubernetes' programs are built while other levels run, at the lowest priority: with an empty cache that takes about ten
 * minutes. Resolves with false when they do not build; what the build said is printed then.
 */
function kubernetesBuilt(): Promise<boolean> {
  if (!levels.includes("kubernetes") || givenKubeconfig() !== null) return Promise.resolve(true);
  const why = whyNoCluster();
  if (why !== null) {
    console.error(`The Kubernetes level cannot run here: ${why}.`);
    return Promise.resolve(false);
  }
  const program = path.join(root, "test/kubernetes/cluster/build.ts");
  const build = spawn(process.execPath, ["--no-warnings", program], { cwd: root, stdio: "inherit" });
  if (build.pid !== undefined) setPriority(build.pid, constants.priority.PRIORITY_LOW);
  return new Promise((resolve) => build.once("exit", (code) => resolve(code === 0)));
}

/** Debian's Chromium, installed when the machine has no browser and we may. */
function ensureBrowser(): void {
  if (["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].some(existsSync)) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error("The browser level needs Chromium. Install it (Debian: apt-get install chromium) and try again.");
  }
  console.log("Installing Debian's chromium for the browser level ...");
  execFileSync("apt-get", ["update", "-qq"], { stdio: "ignore" });
  execFileSync("apt-get", ["install", "-y", "-qq", "chromium"], { stdio: "ignore" });
}

const programs = kubernetesBuilt();
if (levels.some((level) => level !== "pure")) {
  console.log("Building the worker ...");
  await buildWorker();
}
if (levels.includes("browser")) ensureBrowser();

const tallies: Tally[] = [];
for (const level of levels) {
  if (level === "kubernetes" && !(await programs))
    tallies.push({ level, passed: 0, failed: 1, skipped: 0, seconds: 0, failures: [], shaky: [] });
  else tallies.push(await runLevel(level, passedOn));
}

console.log("\nlevel       passed  failed  skipped  seconds");
for (const tally of tallies) {
  const cells = [tally.passed, tally.failed, tally.skipped, tally.seconds.toFixed(0)].map((cell) =>
    String(cell).padStart(7),
  );
  console.log(`${tally.level.padEnd(10)} ${cells.join(" ")}`);
}
const sum = (pick: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + pick(tally), 0);
const [passed, failed, skipped] = [
  sum((tally) => tally.passed),
  sum((tally) => tally.failed),
  sum((tally) => tally.skipped),
];
const shaky = tallies.flatMap((tally) => tally.shaky);
console.log(told("Passed only when run again, alone (mend these):", shaky));
const failures = tallies.flatMap((tally) => tally.failures);
console.log(told("Failed:", failures));
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped, ${shaky.length} at the second try`);
// A filter (-t) skips on purpose; a whole run must not, in CI above all.
const incomplete = passedOn.length === 0 && skipped > 0;
if (incomplete) console.log("Nothing may be skipped in a whole run.");
process.exit(failed > 0 || passed === 0 || incomplete ? 1 : 0);
