/** A running system for a test file: built worker, sandbox GitHub, runner, in a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSystem, type System, type SystemOptions } from "../../cli/local/system.ts";

export interface TestSystem extends System {
  readonly folder: string;
  /** The lines that worker and runner logged. */
  readonly lines: readonly string[];
  /** Comments on a pull request, and answers its number, for chains. */
  say(repo: string, number: number, as: string, body: string): void;
  dispose(): Promise<void>;
}

/** dist/worker must have been built (`npm test` does). */
export async function testSystem(options: Partial<SystemOptions> = {}): Promise<TestSystem> {
  const folder = await mkdtemp(path.join(tmpdir(), "cutwater-system-"));
  const lines: string[] = [];
  const system = await startSystem({
    port: 0,
    stateDir: folder,
    capacity: 4,
    prebuilt: true,
    step: () => undefined,
    log: (line) => void lines.push(line),
    ...options,
  });
  return {
    ...system,
    folder,
    lines,
    say(repo, number, as, body) {
      system.github.control.comment({ repo, number, as, body });
    },
    async dispose() {
      await system.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Contexts that jobs wrote: tide, which merges in the demo, writes its own to every pull request. */
export const jobContexts = (statuses: Readonly<Record<string, unknown>> = {}): readonly string[] =>
  Object.keys(statuses).filter((context) => context !== "tide");

/** Polls until `look` gives something truthy. Rejects with `what` after the time is up. */
export async function eventually<T>(what: string, look: () => T | Promise<T>, seconds = 30): Promise<NonNullable<T>> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
