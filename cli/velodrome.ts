/** `cutwater velodrome`: the issue mirror and its metrics from the command line. Each verb is a file of velodrome/. */
import { defineCommand } from "citty";

export const velodrome = defineCommand({
  meta: { name: "velodrome", description: "Metrics of issues and pull requests" },
  subCommands: {
    export: () => import("./velodrome/export.ts").then((module) => module.exportCommand),
    fetch: () => import("./velodrome/fetch.ts").then((module) => module.fetchMirror),
    import: () => import("./velodrome/import.ts").then((module) => module.importCommand),
    query: () => import("./velodrome/query.ts").then((module) => module.query),
    transform: () => import("./velodrome/transform.ts").then((module) => module.transform),
  },
});
