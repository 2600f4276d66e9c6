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
const PROGRAMS = ["kube-apiserver", "kube-scheduler", "kubelet"] as const;
const PACKAGES = ["etcd-server", "containerd", "runc", "containernetworking-plugins", "debootstrap", "iptables"];
const MODULE_CACHE = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");

/** Of the tools module, e.g. `1.33.13`. */
export function kubernetesVersion(): string {
  const found = /k8s\.io\/kubernetes v(\S+)/.exec(readFileSync(path.join(TOOLS, "go.mod"), "utf8"))?.[1];
  if (!found) throw new Error("test/kubernetes/tools/go.mod names no version of k8s.io/kubernetes");
  return found;
}

/** The folder that holds all of {@link PROGRAMS}; builds them when they are nowhere (about ten minutes on two cores, once). */
export async function kubernetesPrograms(say: (line: string) => void): Promise<string> {
  const given = process.env["KUBEBUILDER_ASSETS"];
  if (given && PROGRAMS.every((name) => existsSync(path.join(given, name)))) return given;
  const version = kubernetesVersion();
  const folder = path.join(MODULE_CACHE, "cutwater", `kubernetes-${version}`);
  if (PROGRAMS.every((name) => existsSync(path.join(folder, name)))) return folder;
  say(`Building Kubernetes ${version} from the Go module proxy into ${folder} (once, about ten minutes) ...`);
  const [major, minor] = version.split(".");
  const stamp = `-X k8s.io/component-base/version.`;
  const flags = `-s -w ${stamp}gitVersion=v${version} ${stamp}gitMajor=${major} ${stamp}gitMinor=${minor}`;
  const half = `${folder}.${process.pid}`;
  await mkdir(half, { recursive: true });
  const packages = PROGRAMS.map((name) => `k8s.io/kubernetes/cmd/${name}`);
  await run(
    "go",
    ["build", "-trimpath", "-buildvcs=false", "-mod=readonly", `-ldflags=${flags}`, "-o", `${half}/`, ...packages],
    {
      cwd: TOOLS,
      env: { ...process.env, GOFLAGS: "", CGO_ENABLED: "0" },
      maxBuffer: 64 << 20,
    },
  );
  await rm(folder, { recursive: true, force: true });
  await rename(half, folder);
  return folder;
}

/** Debian's packages, installed when they are missing and we may. Throws with what to do. */
export function debianPrograms(say: (line: string) => void): void {
  const needed = [
    "/usr/bin/etcd",
    "/usr/bin/containerd",
    "/usr/sbin/runc",
    "/usr/lib/cni/bridge",
    "/usr/sbin/debootstrap",
  ];
  if (needed.every(existsSync)) return;
  const how = `apt-get install --no-install-recommends ${PACKAGES.join(" ")}`;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    throw new Error(`The Kubernetes level needs Debian's packages, as root: ${how}`);
  say(`Installing ${PACKAGES.join(", ")} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  execFileSync("apt-get", ["update", "-qq"], { stdio: "ignore", env });
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...PACKAGES], { stdio: "ignore", env });
}
