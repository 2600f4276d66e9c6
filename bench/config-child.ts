/** In a process of its own, so that its peak memory is its own: `load` the configuration whole, or `parse` its YAML only. */
import { performance } from "node:perf_hooks";
import { parse } from "yaml";
import { loadRaw } from "../cli/checkconfig.ts";
import { kubernetesConfig } from "./config-files.ts";

const raw = await kubernetesConfig();
const start = performance.now();
if (process.argv[2] === "load") await loadRaw(raw);
else {
  const decoder = new TextDecoder();
  for (const { bytes } of [raw.prow, ...(raw.plugins ? [raw.plugins] : []), ...raw.jobs])
    parse(decoder.decode(bytes), { maxAliasCount: 10_000, merge: true });
}
const milliseconds = performance.now() - start;
console.log(JSON.stringify({ milliseconds, peakMiB: process.resourceUsage().maxRSS / 1024 }));
