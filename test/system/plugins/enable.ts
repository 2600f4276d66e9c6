/** Gives the demo another plugins.yaml, by a push, as people do, and waits until it is in use. */
import * as z from "zod";
import { eventually, type TestSystem } from "../../harness/system.ts";

const Version = z.object({ version: z.string() });
/** How long the worker may take the version before for the current one. */
const CACHED_MS = 2_100;

export async function enable(system: TestSystem, plugins: string): Promise<void> {
  const version = async () => Version.parse(await (await fetch(`${system.worker.url}/api/config`)).json()).version;
  const before = await version();
  await system.github.control.push({
    repo: "cutwater-demo/config",
    as: "ada",
    branch: "main",
    files: { "config/prow/plugins.yaml": plugins },
    message: "Other plugins",
  });
  await eventually("the configuration is in use", async () => (await version()) !== before, 60);
  await new Promise((resolve) => setTimeout(resolve, CACHED_MS));
}
