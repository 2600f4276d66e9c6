/** What a node leaves behind: containers and mounts. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const ctr = (socket: string, ...args: string[]): string =>
  execFileSync("ctr", ["--address", socket, "-n", "k8s.io", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });

/** Kills every container of the runtime. */
export function endContainers(socket: string): void {
  try {
    for (const task of ctr(socket, "tasks", "list", "-q").split("\n").filter(Boolean)) {
      try {
        ctr(socket, "tasks", "delete", "--force", task);
      } catch {
        // It ended by itself meanwhile.
      }
    }
  } catch {
    // The runtime is gone already.
  }
}

/** Unmounts what is still mounted below a folder, the deepest first. */
export function unmountBelow(folder: string): void {
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((at) => at.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
  for (const at of mounts) {
    try {
      execFileSync("umount", ["--lazy", at], { stdio: "ignore" });
    } catch {
      // Another mount above it took it along.
    }
  }
}
