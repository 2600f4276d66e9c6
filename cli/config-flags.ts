/** The flags that name a configuration: Prow's own. */
import type { RawFile } from "./config-files.ts";
import { readJobFiles, readRaw, readSupplements } from "./config-files.ts";

export const CONFIG_FLAGS = {
  "config-path": { type: "string", required: true, description: "config.yaml" },
  "plugin-config": { type: "string", description: "plugins.yaml" },
  "job-config-path": { type: "string", description: "File or folder of jobs" },
  "supplemental-prow-config-dir": {
    type: "string",
    description: "Folder of files that add to config.yaml; repeatable",
  },
  "supplemental-prow-configs-filename-suffix": {
    type: "string",
    default: "_prowconfig.yaml",
    description: "Which files of such a folder count",
  },
  "supplemental-plugin-config-dir": {
    type: "string",
    description: "Folder of files that add to plugins.yaml; repeatable",
  },
  "supplemental-plugin-configs-filename-suffix": {
    type: "string",
    default: "_pluginconfig.yaml",
    description: "Which files of such a folder count",
  },
} as const;

export const DEFAULT_SUFFIXES = {
  "supplemental-prow-configs-filename-suffix": CONFIG_FLAGS["supplemental-prow-configs-filename-suffix"].default,
  "supplemental-plugin-configs-filename-suffix": CONFIG_FLAGS["supplemental-plugin-configs-filename-suffix"].default,
} as const;

/** Values of a flag that may come several times, or once with commas. The parser itself keeps only the last. */
export function repeatable(rawArgs: readonly string[], flag: string): string[] {
  const values: string[] = [];
  for (const [at, arg] of rawArgs.entries()) {
    if (arg === `--${flag}`) values.push(rawArgs[at + 1] ?? "");
    else if (arg.startsWith(`--${flag}=`)) values.push(arg.slice(flag.length + 3));
  }
  return values
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter((value) => value !== "");
}

export interface ConfigFlags {
  readonly "config-path": string;
  readonly "plugin-config"?: string | undefined;
  readonly "job-config-path"?: string | undefined;
  readonly "supplemental-prow-configs-filename-suffix": string;
  readonly "supplemental-plugin-configs-filename-suffix": string;
}

export interface RawConfig {
  readonly prow: RawFile;
  readonly plugins: RawFile | null;
  readonly jobs: readonly RawFile[];
  readonly ignores: readonly RawFile[];
  readonly prowSupplements: readonly RawFile[];
  readonly pluginsSupplements: readonly RawFile[];
}

/** Every file that the flags name. */
export async function readConfig(flags: ConfigFlags, rawArgs: readonly string[]): Promise<RawConfig> {
  const { "job-config-path": at } = flags;
  const { jobs, ignores } = at ? await readJobFiles(at) : { jobs: [], ignores: [] };
  return {
    prow: await readRaw(flags["config-path"]),
    plugins: flags["plugin-config"] ? await readRaw(flags["plugin-config"]) : null,
    jobs,
    ignores,
    prowSupplements: await readSupplements(
      repeatable(rawArgs, "supplemental-prow-config-dir"),
      flags["supplemental-prow-configs-filename-suffix"],
    ),
    pluginsSupplements: await readSupplements(
      repeatable(rawArgs, "supplemental-plugin-config-dir"),
      flags["supplemental-plugin-configs-filename-suffix"],
    ),
  };
}
