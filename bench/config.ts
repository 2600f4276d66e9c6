/** Kubernetes' own configuration: loaded, validated, compiled whole; and which of its jobs a push starts. */
import path from "node:path";
import { performance } from "node:perf_hooks";
import { ROOT } from "../cli/local/build.ts";
import { loadRaw } from "../cli/checkconfig.ts";
import { DEFAULT_SUFFIXES, readConfig } from "../cli/config-flags.ts";
import { postsubmitShouldRun } from "../src/jobs/triggering.ts";
import { milliseconds, type Row } from "./table.ts";

const DATA = path.resolve(ROOT, "../shared/data/kubernetes-test-infra/config");

export async function benchConfig(): Promise<Row[]> {
  const raw = await readConfig(
    {
      ...DEFAULT_SUFFIXES,
      "config-path": `${DATA}/prow/config.yaml`,
      "plugin-config": `${DATA}/prow/plugins.yaml`,
      "job-config-path": `${DATA}/jobs`,
    },
    [],
  );
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const loaded = await loadRaw(raw);
  const took = performance.now() - start;
  const heap = process.memoryUsage().heapUsed - before;
  const sizes = loaded.repositories.map((one) => JSON.stringify(one).length);
  const kubernetes = loaded.repositories.find((one) => one.org === "kubernetes" && one.repo === "kubernetes");
  const again = 200;
  const push = performance.now();
  let running = 0;
  for (let i = 0; i < again; i += 1) {
    for (const job of kubernetes?.postsubmits ?? [])
      if (await postsubmitShouldRun(job, "master", async () => ["pkg/kubelet/kubelet.go"])) running += 1;
  }
  const decide = (performance.now() - push) / again;
  const { presubmits, postsubmits, periodics } = loaded.index.counts;
  return [
    {
      name: "Kubernetes' configuration, load to compiled",
      value: `${(took / 1000).toFixed(2)} s`,
      note: `${presubmits} presubmits, ${postsubmits} postsubmits, ${periodics} periodics; heap grown by ${(heap / 2 ** 20).toFixed(0)} MiB`,
    },
    {
      name: "compiled bytes a repository, mean / largest",
      value: `${(sizes.reduce((a, b) => a + b, 0) / sizes.length / 1024).toFixed(0)} / ${(Math.max(...sizes) / 1024).toFixed(0)} KiB`,
      note: `${sizes.length} repositories`,
    },
    {
      name: "postsubmits of a push to kubernetes/kubernetes",
      value: milliseconds(decide),
      note: `${running / again} of ${kubernetes?.postsubmits.length ?? 0} run`,
    },
  ];
}
