/** The first load of a local system's configuration; later ones come by pushes to the sandbox's config repository. */
import type { Sandbox } from "../../sandbox/index.ts";

interface ConfigAnswer {
  readonly version: string;
  readonly loads: readonly {
    readonly id: string;
    readonly state: string;
    readonly problems: readonly { file: string; line: number; message: string }[];
  }[];
}

const REPO = "cutwater-demo/config";

export async function loadConfiguration(url: string, adminToken: string, github: Sandbox): Promise<void> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const state = async (): Promise<ConfigAnswer> =>
    (await (await fetch(`${url}/api/config`, { headers })).json()) as ConfigAnswer;
  if ((await state()).version !== "") return;
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
  const { id } = (await pushed.json()) as { id: string };
  for (;;) {
    const load = (await state()).loads.find((entry) => entry.id === id);
    if (load?.state === "current") return;
    if (load && load.state !== "loading") {
      const problems = load.problems.map((problem) => `${problem.file}:${problem.line}: ${problem.message}`);
      throw new Error(`The configuration of ${REPO} is ${load.state}:\n${problems.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
