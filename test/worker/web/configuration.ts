/** A configuration in use, for the tests of a file: what a load would have left behind. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { documentKey, periodicsKey } from "../../../src/config/current.ts";
import { loadConfig } from "../../../src/config/load.ts";

const PROW = `
plank:
  default_decoration_config_entries:
  - config:
      timeout: 1h
      utility_images: { clonerefs: c, initupload: i, entrypoint: e, sidecar: s }
      gcs_configuration: { bucket: b, path_strategy: explicit }
`;

/** Loads job files (YAML) and makes them current; `forget` takes them away again. */
export async function useConfiguration(jobs: string): Promise<{ forget: () => Promise<void> }> {
  const version = crypto.randomUUID();
  const files = {
    prow: { path: "config.yaml", text: PROW },
    plugins: { path: "plugins.yaml", text: "plugins: {}\n" },
    jobs: [{ path: "jobs.yaml", text: jobs }],
  };
  const { index, repositories, periodics } = loadConfig(files, version, null, Date.now());
  const errors = index.problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  for (const config of repositories)
    await env.ARTIFACTS.put(documentKey(version, config.org, config.repo), JSON.stringify(config));
  await env.ARTIFACTS.put(periodicsKey(version), JSON.stringify(periodics));
  const object = env.CONFIGURATION.getByName("installation");
  await runInDurableObject(object, (_, { storage }) => {
    storage.sql.exec(
      "INSERT OR REPLACE INTO current (one, version, idx) VALUES (1, ?, ?)",
      version,
      JSON.stringify(index),
    );
  });
  return {
    forget: () => runInDurableObject(object, (_, { storage }) => void storage.sql.exec("DELETE FROM current")),
  };
}
