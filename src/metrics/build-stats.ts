import { startOf } from "./day.ts";
import { metric } from "./metric.ts";

/** Seconds as text: the original's jqfilter passes BigQuery's day on as it is. */
export const dayText = (day: string): string => String(startOf(day) / 1000);

export const buildStats = metric({
  id: "build-stats",
  description:
    "Builds of the newest complete UTC day: how many started that day (invocations), how many of them passed, and their share " +
    "(rate; 1 when there were none). A build counts once it has ended; what never reached a runner is none.",
  rows: ({ builds }) => {
    const passes = builds.filter(({ passed }) => passed).length;
    return [{ invocations: builds.length, passes, rate: builds.length > 0 ? passes / builds.length : 1 }];
  },
  told: (rows, day) => rows.map((row) => ({ day: dayText(day), ...row })),
});
