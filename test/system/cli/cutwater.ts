/** Runs bin/cutwater as a user does, in a folder of its own. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const BIN = path.resolve(import.meta.dirname, "../../../bin/cutwater");

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout. */
  readonly last: string;
}

export interface Folder {
  readonly path: string;
  /** Writes files, by path below the folder. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  cutwater(...args: readonly string[]): Promise<Run>;
  remove(): Promise<void>;
}

export async function folder(): Promise<Folder> {
  const root = await mkdtemp(path.join(tmpdir(), "cutwater-cli-"));
  return {
    path: root,
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(root, name)), { recursive: true });
        await writeFile(path.join(root, name), content);
      }
    },
    cutwater: (...args) =>
      new Promise((resolve) => {
        execFile(
          BIN,
          args,
          { cwd: root, env: { ...process.env, CUTWATER_ADMIN_TOKEN: "" } },
          (error, stdout, stderr) => {
            const code = error ? Number(error.code ?? 1) : 0;
            resolve({ code, stdout, stderr, last: stdout.trimEnd().split("\n").at(-1) ?? "" });
          },
        );
      }),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

export const FLAGS = [
  "--config-path",
  "config.yaml",
  "--plugin-config",
  "plugins.yaml",
  "--job-config-path",
  "jobs",
] as const;

/** A job file with one job; `extra` are further fields of it. */
export const jobFile = (name: string, extra = ""): string =>
  `presubmits:\n  acme/ship:\n  - name: ${name}\n    spec: { containers: [{ image: i, command: [make] }] }\n    decorate: true\n${extra}`;

export const BASE: Readonly<Record<string, string>> = {
  "config.yaml": `plank:
  default_decoration_config_entries:
  - config:
      timeout: 1h
      utility_images: { clonerefs: c, initupload: i, entrypoint: e, sidecar: s }
      gcs_configuration: { bucket: b, path_strategy: explicit }
`,
  "plugins.yaml": "plugins: { acme: { plugins: [trigger] } }\n",
  "jobs/ship.yaml": jobFile("unit"),
};
