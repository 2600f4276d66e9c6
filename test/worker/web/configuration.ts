/** A configuration in use, for the tests of a file: what a load would have left behind. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { baseKey, currentVersion, documentKey, periodicsKey, pluginsKey } from "../../../src/config/current.ts";
import { loadConfig } from "../../../src/config/load.ts";

const PROW = `
disabled_clusters: [reef]
plank:
  default_decoration_config_entries:
  - config:
      timeout: 1h
      utility_images: { clonerefs: c, initupload: i, entrypoint: e, sidecar: s }
      gcs_configuration: { bucket: b, path_strategy: explicit }
`;

/** Loads job files (YAML), and further sections of config.yaml, and makes them current; `forget` takes them away again. */
export async function useConfiguration(jobs: string, sections = ""): Promise<{ forget: () => Promise<void> }> {
  const version = crypto.randomUUID();
  const files = {
    prow: { path: "config.yaml", text: `${PROW}${sections}` },
    plugins: { path: "plugins.yaml", text: "plugins: { tabled: { plugins: [hold] } }\nsize: { s: 7 }\n" },
    jobs: [{ path: "jobs.yaml", text: jobs }],
  };
  const { index, repositories, periodics, globals } = loadConfig(files, version, null, Date.now());
  const errors = index.problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  for (const config of repositories)
    await env.ARTIFACTS.put(documentKey(version, config.org, config.repo), JSON.stringify(config));
  await env.ARTIFACTS.put(periodicsKey(version), JSON.stringify(periodics));
  if (globals) {
    const base = { version, prow: globals.prow, decorateAll: false, presets: [] };
    await env.ARTIFACTS.put(baseKey(version), JSON.stringify(base));
    await env.ARTIFACTS.put(pluginsKey(version), JSON.stringify(globals.plugins));
  }
  const object = env.CONFIGURATION.getByName("installation");
  await runInDurableObject(object, (_, { storage }) => {
    storage.sql.exec(
      "INSERT OR REPLACE INTO current (one, version, idx) VALUES (1, ?, ?)",
      version,
      JSON.stringify(index),
    );
  });
  await inUse(version);
  return { forget: forgetConfiguration };
}

/** Takes away whatever configuration a file of tests left. */
export async function forgetConfiguration(): Promise<void> {
  const object = env.CONFIGURATION.getByName("installation");
  await runInDurableObject(object, (_, { storage }) => void storage.sql.exec("DELETE FROM current"));
  await inUse("");
}

/** This isolate takes its version for the current one for some seconds. */
const inUse = (version: string): Promise<void> =>
  vi.waitFor(async () => expect(await currentVersion(env)).toBe(version), { timeout: 10_000, interval: 50 });
