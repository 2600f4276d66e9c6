/** Writes dashboards/ from list.ts: node grafana/build.ts, then npm run format. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { dashboardJson } from "./form.ts";
import { DASHBOARDS } from "./list.ts";

const folder = path.join(import.meta.dirname, "dashboards");
await rm(folder, { recursive: true, force: true });
await mkdir(folder);
for (const dashboard of DASHBOARDS)
  await writeFile(
    path.join(folder, `${dashboard.name}.json`),
    `${JSON.stringify(dashboardJson(dashboard), null, 2)}\n`,
  );
