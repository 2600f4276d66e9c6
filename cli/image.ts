/** The one program of the runner's image: the runner itself, and its tools in the jobs' pods. */
import { runMain } from "citty";
import { clonerefs } from "../runner/pod/clonerefs.ts";
import { sidecar } from "../runner/pod/sidecar.ts";

/** `clonerefs` and `sidecar` take their options from the environment; everything else is the runner's command line. */
export async function imageMain(args: readonly string[] = process.argv.slice(2)): Promise<void> {
  const [first] = args;
  if (first === "clonerefs") process.exit(await clonerefs());
  if (first === "sidecar") process.exit(await sidecar());
  const { runner } = await import("./runner.ts");
  await runMain(runner, { rawArgs: [...(first === "runner" ? args.slice(1) : args)] });
}
