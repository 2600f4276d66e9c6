/** `cutwater metrics`: has a worker count the builds of all complete days now, and shows how its metrics are. */
import { defineCommand } from "citty";
import { z } from "zod";
import { saidPlainly } from "./mkpj.ts";
import { ask, WORKER_FLAGS, workerAt } from "./worker-client.ts";

const Did = z.object({ did: z.string(), day: z.string() });
const Index = z.object({
  metrics: z.array(
    z.object({ metric: z.string(), state: z.string(), newest: z.string().nullable(), latest: z.string() }),
  ),
});

/** A month of a large installation. */
const MOST_STEPS = 5_000;

export const metrics = defineCommand({
  meta: { name: "metrics", description: "Count a worker's builds now, step by step, and show how its metrics are" },
  args: WORKER_FLAGS,
  async run({ args }) {
    try {
      const at = workerAt(args);
      for (let steps = 0; steps < MOST_STEPS; steps += 1) {
        const { did, day } = Did.parse(await ask(at, "api/metrics/run", { method: "POST" }));
        if (did === "nothing") break;
        console.error(`${did} of ${day}`);
      }
      const { metrics: all } = Index.parse(await ask(at, "metrics/index.json"));
      for (const { metric, state, newest, latest } of all)
        console.log(
          [metric.padEnd(20), state.padEnd(8), newest ?? "-".repeat(10), new URL(latest, at.base)].join("  "),
        );
    } catch (error) {
      saidPlainly(error);
    }
  },
});
