/** What is wrong with plugins.yaml's config_updater (spec chatops 2.20). */
import { entriesOf, type Fault } from "./faults.ts";
import type { PluginsConfig } from "./plugins-schema.ts";

const MOST_PARTITIONS = 256;

export function* updaterFaults(updater: PluginsConfig["config_updater"]): Generator<Fault> {
  /** `cluster/namespace/config map` to the file that writes each of its keys. */
  const written = new Map<string, string>();
  for (const [file, spec] of entriesOf(updater?.maps)) {
    const path = ["config_updater", "maps", file];
    const partitions = spec.partitioned_names ?? [];
    if (spec.name && partitions.length > 0) yield [path, "has both name and partitioned_names: choose one"];
    if (partitions.length > MOST_PARTITIONS)
      yield [[...path, "partitioned_names"], `must hold at most ${MOST_PARTITIONS}`];
    if (spec.clusters && spec.cluster_groups?.length) yield [path, "has both clusters and cluster_groups: choose one"];
    for (const group of spec.cluster_groups ?? [])
      if (!updater?.cluster_groups?.[group])
        yield [[...path, "cluster_groups"], `names ${group}, which is not in cluster_groups`];
    const name = spec.name || partitions.join(",");
    const key = spec.key || file.slice(file.lastIndexOf("/") + 1);
    for (const [cluster, namespaces] of entriesOf(spec.clusters)) {
      for (const namespace of namespaces) {
        const id = JSON.stringify([cluster, namespace, name, key]);
        const other = written.get(id);
        if (other !== undefined) yield [path, `writes the key ${key} of ${name}, as ${other} does`];
        written.set(id, file);
      }
    }
  }
}
