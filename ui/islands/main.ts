/** The script of every page: finds the islands and brings each to life with its data. */
import { ours } from "../parts/ours.ts";
import type { IslandProps } from "../parts/island.tsx";

type Start = (element: HTMLElement, data: never) => void;

const islands: Readonly<Record<IslandProps["name"], () => Promise<{ start: Start }>>> = {
  "job-list": () => import("./job-list.tsx"),
  job: () => import("./job.tsx"),
  "job-log": () => import("./job-log.tsx"),
  "command-filter": () => import("./command-filter.tsx"),
  tide: () => import("./tide.tsx"),
  chart: () => import("./chart.tsx"),
};

const isIsland = (name: string | undefined): name is IslandProps["name"] => name !== undefined && name in islands;

async function awaken(element: HTMLElement): Promise<void> {
  const { island, props } = element.dataset;
  if (!isIsland(island)) return;
  const { start } = await islands[island]();
  start(element, ours<never>(JSON.parse(props ?? "null")));
}

for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) {
  awaken(element).catch((error: unknown) => console.error(error));
}
