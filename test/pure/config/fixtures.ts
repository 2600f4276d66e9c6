/** A small configuration, and what a load says of it. */
import { type Loaded, loadConfig } from "../../../src/config/load.ts";

export const PROW = `
plank:
  job_queue_capacities: { heavy: 2 }
  default_decoration_config_entries:
  - config:
      timeout: 1h
      utility_images: { clonerefs: c, initupload: i, entrypoint: e, sidecar: s }
      gcs_configuration: { bucket: b, path_strategy: explicit }
`;
export const PLUGINS = "plugins: { acme: { plugins: [trigger, hold] } }";
export const SPEC = "spec: { containers: [{ image: i, command: [make] }] }";

/** A file with one presubmit of acme/ship; `extra` are further lines of it. */
export const presubmit = (extra = "", name = "unit"): string =>
  `presubmits:\n  acme/ship:\n  - name: ${name}\n    decorate: true\n    ${SPEC}\n${extra.replace(/^/gm, "    ")}\n`;
export const periodic = (extra: string): string =>
  `periodics:\n- name: nightly\n  decorate: true\n  ${SPEC}\n${extra.replace(/^/gm, "  ")}\n`;

export interface Texts {
  readonly prow?: string;
  readonly plugins?: string;
  readonly jobs?: Readonly<Record<string, string>>;
  readonly prowSupplements?: readonly string[];
  readonly pluginsSupplements?: readonly string[];
}

export function load({ prow = PROW, plugins = PLUGINS, jobs = {}, ...more }: Texts): Loaded {
  const files = (texts: readonly string[] | undefined, suffix: string) =>
    (texts ?? []).map((text, at) => ({ path: `more/${at}${suffix}.yaml`, text }));
  return loadConfig(
    {
      prow: { path: "config.yaml", text: prow },
      plugins: { path: "plugins.yaml", text: plugins },
      jobs: Object.entries(jobs).map(([path, text]) => ({ path, text })),
      prowSupplements: files(more.prowSupplements, "_prowconfig"),
      pluginsSupplements: files(more.pluginsSupplements, "_pluginconfig"),
    },
    "v",
    null,
    0,
  );
}

/** `file:line path: message` of each problem of a severity. */
export const said = (loaded: Loaded, severity: "error" | "warning" = "error"): string[] =>
  loaded.index.problems
    .filter((problem) => problem.severity === severity)
    .map(({ file, line, path, message }) => `${file}:${line} ${path}: ${message}`);
