/** The runner's image, and jobs whose pods use the test's own image. */
import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import path from "node:path";
import type { Executor } from "../../runner/executor.ts";
import type { Assignment } from "../../src/jobs/protocol.ts";
import { type Cluster, RUNNER_IMAGE } from "./cluster/index.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** Node, the built runner and git: what docs/kubernetes.md calls the runner's image. */
export async function buildRunnerImage(cluster: Cluster): Promise<void> {
  execFileSync(process.execPath, ["--no-warnings", path.join(ROOT, "cli/local/build-cli.ts"), "--only=runner"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const files = {
    "usr/local/bin/node": realpathSync(process.execPath),
    "app/main.js": path.join(ROOT, "dist/runner/main.js"),
  };
  await cluster.image(RUNNER_IMAGE, files, ["/usr/local/bin/node", "/app/main.js"]);
}

/** Every container of a job gets this image, since the conformance table names others. */
export function withImage(executor: Executor, image: string): Executor {
  const changed = (assignment: Assignment): Assignment => {
    const { prowjob } = assignment;
    const spec = prowjob.spec.pod_spec ?? {};
    const containers = (Array.isArray(spec["containers"]) ? spec["containers"] : []) as readonly object[];
    const named = containers.map((one, index) => ({ name: `c${index}`, ...one, image: imageOf(one) ?? image }));
    return {
      ...assignment,
      prowjob: { ...prowjob, spec: { ...prowjob.spec, pod_spec: { ...spec, containers: named } } },
    };
  };
  return {
    kind: executor.kind,
    start: (assignment, sink) => executor.start(changed(assignment), sink),
    recover: (assignment, trace, startedAt, sink) => executor.recover(changed(assignment), trace, startedAt, sink),
  };
}

const imageOf = (container: object): string | null =>
  "image" in container && typeof container.image === "string" && /^(?:cutwater\.test|127\.)/.test(container.image)
    ? container.image
    : null;
