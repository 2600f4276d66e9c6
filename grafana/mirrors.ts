/** How far the worker's issue mirror is: its JSON, through Grafana's Infinity data source. */
import type { Dashboard } from "./form.ts";

export const mirrors: Dashboard = {
  name: "mirrors",
  title: "Cutwater mirrors",
  span: "7d",
  refresh: "1m",
  panels: [
    {
      title: "Mirrored repositories",
      source: "infinity",
      kind: "table",
      targets: [
        {
          query: "/api/velodrome",
          root: "mirrors",
          columns: [
            ["repository", "string"],
            ["state", "string"],
            ["startedAt", "timestamp_epoch"],
            ["completedAt", "timestamp_epoch"],
            ["error", "string"],
          ],
        },
      ],
    },
  ],
};
