/** Kubernetes' own configuration: loaded, validated, compiled whole; and which of its jobs a push starts. */
import { execFile } from "node:child_process";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import * as z from "zod";
import { loadRaw } from "../cli/checkconfig.ts";
import { filterPostsubmits, filterPresubmits, testAllFilter } from "../src/jobs/triggering.ts";
import { kubernetesConfig } from "./config-files.ts";
import { milliseconds, type Row } from "./table.ts";

const Measured = z.object({ milliseconds: z.number(), peakMiB: z.number() });
const CHILD = path.join(import.meta.dirname, "config-child.ts");

async function measured(what: "load" | "parse"): Promise<z.output<typeof Measured>> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--no-warnings", CHILD, what]);
  return Measured.parse(JSON.parse(stdout));
}

/** Mean milliseconds of a decision, and how many jobs it chose. */
async function decided(decide: () => Promise<readonly unknown[]>): Promise<{ took: number; chosen: number }> {
  const again = 200;
  const chosen = (await decide()).length;
  const start = performance.now();
  for (let i = 0; i < again; i += 1) await decide();
  return { took: (performance.now() - start) / again, chosen };
}

export async function benchConfig(): Promise<Row[]> {
  const whole = await measured("load");
  const parsing = await measured("parse");
  const loaded = await loadRaw(await kubernetesConfig());
  const sizes = loaded.repositories.map((one) => JSON.stringify(one).length);
  const kubernetes = loaded.repositories.find((one) => one.org === "kubernetes" && one.repo === "kubernetes");
  const changes = () => Promise.resolve(["pkg/kubelet/kubelet.go", "test/images/agnhost/VERSION"]);
  const onPush = await decided(() => filterPostsubmits(kubernetes?.postsubmits ?? [], "master", changes));
  const onPull = await decided(() => filterPresubmits(testAllFilter, kubernetes?.presubmits ?? [], "master", changes));
  const { presubmits, postsubmits, periodics } = loaded.index.counts;
  return [
    {
      name: "Kubernetes' configuration, load to compiled",
      value: `${(whole.milliseconds / 1000).toFixed(2)} s`,
      note: `${(whole.milliseconds / parsing.milliseconds).toFixed(1)} x the time of parsing the YAML alone; ${presubmits} presubmits, ${postsubmits} postsubmits, ${periodics} periodics`,
    },
    {
      name: "its peak memory, whole at once in Node",
      value: `${whole.peakMiB.toFixed(0)} MiB`,
      note: `${(whole.peakMiB / parsing.peakMiB).toFixed(1)} x that of parsing alone; the worker goes file by file`,
    },
    {
      name: "compiled bytes a repository, mean / largest",
      value: `${(sizes.reduce((a, b) => a + b, 0) / sizes.length / 1024).toFixed(0)} / ${(Math.max(...sizes) / 1024).toFixed(0)} KiB`,
      note: `${sizes.length} repositories`,
    },
    {
      name: "which jobs run: a push to kubernetes/kubernetes",
      value: milliseconds(onPush.took),
      note: `${onPush.chosen} of ${kubernetes?.postsubmits.length ?? 0} postsubmits`,
    },
    {
      name: "which jobs run: a push to a pull request there",
      value: milliseconds(onPull.took),
      note: `${onPull.chosen} of ${kubernetes?.presubmits.length ?? 0} presubmits`,
    },
  ];
}
