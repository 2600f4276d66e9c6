/**
 * Kubernetes' own programs for the tests: those of KUBEBUILDER_ASSETS, or built once from test/kubernetes/tools/go.mod
 * through the Go module proxy and kept in the user's cache folder. etcd, containerd, runc and CNI are Debian's.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const TOOLS = path.resolve(import.meta.dirname, "../tools");
const PROGRAMS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kubectl"] as const;
/** Debian's package to a file that it brings. */
const PACKAGES = {
  "etcd-server": "/usr/bin/etcd",
  containerd: "/usr/bin/containerd",
  runc: "/usr/sbin/runc",
  "containernetworking-plugins": "/usr/lib/cni/bridge",
  debootstrap: "/usr/sbin/debootstrap",
  iptables: "/usr/sbin/iptables",
  iproute2: "/usr/sbin/ip",
  openssl: "/usr/bin/openssl",
} as const;
const MODULE_CACHE = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");

/** Of the tools module, e.g. `1.33.13`. */
export function kubernetesVersion(): string {
  const found = /k8s\.io\/kubernetes v(\S+)/.exec(readFileSync(path.join(TOOLS, "go.mod"), "utf8"))?.[1];
  if (!found) throw new Error("test/kubernetes/tools/go.mod names no version of k8s.io/kubernetes");
  return found;
}

/** Where the programs lie, or will once they are built. Throws when KUBEBUILDER_ASSETS lacks one. */
function programFolder(): string {
  const given = process.env["KUBEBUILDER_ASSETS"];
  if (!given) return path.join(MODULE_CACHE, "cutwater", `kubernetes-${kubernetesVersion()}`);
  const missing = PROGRAMS.filter((name) => !existsSync(path.join(given, name)));
  if (missing.length > 0) throw new Error(`KUBEBUILDER_ASSETS (${given}) lacks ${missing.join(", ")}.`);
  return given;
}

const areBuilt = (folder: string): boolean => PROGRAMS.every((name) => existsSync(path.join(folder, name)));

/**
 * The folder that holds all of {@link PROGRAMS}; builds them when they are nowhere (about ten minutes on two cores, once).
 * Throws with what the build said.
 */
export async function kubernetesPrograms(say: (line: string) => void): Promise<string> {
  const folder = programFolder();
  if (areBuilt(folder)) return folder;
  const version = kubernetesVersion();
  say(`Building Kubernetes ${version} from the Go module proxy into ${folder} (once, about ten minutes) ...`);
  const [major, minor] = version.split(".");
  const stamp = `-X k8s.io/component-base/version.`;
  const flags = `-s -w ${stamp}gitVersion=v${version} ${stamp}gitMajor=${major} ${stamp}gitMinor=${minor}`;
  const half = `${folder}.${process.pid}`;
  await mkdir(half, { recursive: true });
  const packages = PROGRAMS.map((name) => `k8s.io/kubernetes/cmd/${name}`);
  const args = ["build", "-trimpath", "-buildvcs=false", "-mod=readonly", `-ldflags=${flags}`, "-o", `${half}/`];
  try {
    await run(goProgram(), [...args, ...packages], {
      cwd: TOOLS,
      env: { ...process.env, GOFLAGS: "", CGO_ENABLED: "0" },
      maxBuffer: 64 << 20,
    });
    await rm(folder, { recursive: true, force: true });
    await rename(half, folder);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim().slice(-4000) : String(error);
    throw new Error(`Kubernetes ${version} does not build (cd test/kubernetes/tools && go build):\n${said}`, {
      cause: error,
    });
  }
  return folder;
}

const missingPackages = (): string[] =>
  Object.entries(PACKAGES).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));

/** Debian's packages, installed when they are missing. Throws with what to do. */
export function debianPrograms(say: (line: string) => void): void {
  const missing = missingPackages();
  if (missing.length === 0) return;
  say(`Installing ${missing.join(", ")} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) =>
    execFileSync("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"], env });
  apt("update");
  apt("install", "-y", "--no-install-recommends", ...missing);
}

/** Why this machine cannot run a cluster of its own; null when it can. */
export function whyNoCluster(): string | null {
  if (process.platform !== "linux") return "it needs Linux";
  if (process.getuid?.() !== 0) return "it needs root, for containers and their network";
  const missing = missingPackages();
  if (missing.length > 0 && !existsSync("/usr/bin/apt-get")) return `it needs ${missing.join(", ")}`;
  if (!areBuilt(programFolder()) && !canBuild()) return "it needs Go, to build Kubernetes once";
  return null;
}

/** Where Go's own installer puts it, when it is not on the path. */
const goProgram = (): string => (existsSync("/usr/local/go/bin/go") ? "/usr/local/go/bin/go" : "go");

function canBuild(): boolean {
  try {
    execFileSync(goProgram(), ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
