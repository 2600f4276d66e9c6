/** The environment of a job's process. */
import path from "node:path";
import { expand } from "./expand.ts";

/** Folders of one job; all below one that is removed when the job ends. */
export interface Sandbox {
  readonly root: string;
  readonly home: string;
  readonly tmp: string;
  readonly artifacts: string;
  /** GOPATH: repositories are cloned below its `src`. */
  readonly go: string;
  /** Working directory of a job that clones nothing. */
  readonly work: string;
}

export function sandboxAt(root: string): Sandbox {
  const at = (name: string) => path.join(root, name);
  return { root, home: at("home"), tmp: at("tmp"), artifacts: at("artifacts"), go: at("go"), work: at("work") };
}

/** Each container has its own temporary folder, as it would have its own /tmp. */
export function containerTmp(sandbox: Sandbox, container: string): string {
  return path.join(sandbox.tmp, encodeURIComponent(container));
}

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The machine's PATH without what npm puts before it. Nothing else of the runner's environment reaches a job. */
export function basePath(own: string | undefined): string {
  const kept = (own ?? "").split(":").filter((entry) => entry.startsWith("/") && !/\/node_modules(\/|$)/.test(entry));
  return kept.length === 0 ? DEFAULT_PATH : kept.join(":");
}

/**
 * Later wins: base (PATH, HOME, TMPDIR), the container's own (each may name those before it), the job's (spec jobs 6.1:
 * a user's variable of the same name loses), ARTIFACTS and GOPATH. An init container gets no job variables.
 */
export function buildEnvironment(options: {
  readonly sandbox: Sandbox;
  readonly path: string;
  readonly container: string;
  readonly own: readonly { readonly name: string; readonly value: string }[];
  readonly job: Readonly<Record<string, string>> | null;
}): Map<string, string> {
  const { sandbox, own, job } = options;
  const named = new Map<string, string>();
  for (const { name, value } of own) named.set(name, expand(value, named));
  const base = { PATH: options.path, HOME: sandbox.home, TMPDIR: containerTmp(sandbox, options.container) };
  const last: Record<string, string> = job === null ? {} : { ...job, ARTIFACTS: sandbox.artifacts, GOPATH: sandbox.go };
  return new Map([...Object.entries(base), ...named, ...Object.entries(last)]);
}
