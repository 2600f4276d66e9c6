/** The load of a local system's configuration at its start; later ones come by pushes to the sandbox's config repository. */
import { readFile, writeFile } from "node:fs/promises";
import * as z from "zod";
import type { Sandbox } from "../../sandbox/index.ts";

const ConfigAnswer = z.object({
  version: z.string(),
  loads: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      problems: z.array(z.object({ file: z.string(), line: z.number(), message: z.string() })),
    }),
  ),
});

const REPO = "cutwater-demo/config";
/** The worker goes on with the version before for at most this long. */
const IN_USE_MS = 2_100;

/**
 * Loads it when there is none yet, or when the sandbox has moved since: jobs are cloned from the address that the
 * configuration names.
 *
 * @param memory File that keeps for which address it was loaded
 */
export async function loadConfiguration(
  url: string,
  adminToken: string,
  github: Sandbox,
  memory: string,
): Promise<void> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const state = async (): Promise<z.output<typeof ConfigAnswer>> =>
    ConfigAnswer.parse(await (await fetch(`${url}/api/config`, { headers })).json());
  const loadedFor = await readFile(memory, "utf8").catch(() => "");
  const { version: before } = await state();
  if (loadedFor === github.url && before !== "") return;
  const tarball = await fetch(`${github.apiUrl}/repos/${REPO}/tarball/main`, {
    headers: { authorization: `Bearer ${github.credentials.token}` },
  });
  if (!tarball.ok) throw new Error(`The sandbox GitHub answered ${tarball.status} for the tarball of ${REPO}`);
  const pushed = await fetch(`${url}/api/config/push`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/gzip" },
    body: await tarball.arrayBuffer(),
  });
  if (!pushed.ok) throw new Error(`The worker refused the configuration: ${pushed.status} ${await pushed.text()}`);
  const { id } = z.object({ id: z.string() }).parse(await pushed.json());
  for (;;) {
    const load = (await state()).loads.find((entry) => entry.id === id);
    if (load?.state === "current") break;
    if (load && load.state !== "loading") {
      const problems = load.problems.map((problem) => `${problem.file}:${problem.line}: ${problem.message}`);
      throw new Error(`The configuration of ${REPO} is ${load.state}:\n${problems.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (before !== "") await new Promise((resolve) => setTimeout(resolve, IN_USE_MS));
  await writeFile(memory, github.url);
}
