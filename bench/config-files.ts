/** Kubernetes' own configuration, as it lies beside this repository. */
import path from "node:path";
import { DEFAULT_SUFFIXES, type RawConfig, readConfig } from "../cli/config-flags.ts";
import { ROOT } from "../cli/local/build.ts";

const DATA = path.resolve(ROOT, "../shared/data/kubernetes-test-infra/config");

export const kubernetesConfig = (): Promise<RawConfig> =>
  readConfig(
    {
      ...DEFAULT_SUFFIXES,
      "config-path": `${DATA}/prow/config.yaml`,
      "plugin-config": `${DATA}/prow/plugins.yaml`,
      "job-config-path": `${DATA}/jobs`,
    },
    [],
  );
