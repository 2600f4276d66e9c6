/** Pushes a small configuration to a running worker and waits until it is current. */
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";

/** `files`: path to text. Rejects with the problems when the worker refuses it. */
export async function pushConfig(
  url: string,
  adminToken: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: Buffer.byteLength(body) },
    body,
  }));
  const body = gzipSync(await packTar(entries));
  const headers = { authorization: `Bearer ${adminToken}`, "content-type": "application/gzip" };
  const pushed = await fetch(`${url}/api/config/push`, { method: "POST", headers, body });
  if (!pushed.ok) throw new Error(`config push answered ${pushed.status}: ${await pushed.text()}`);
  const { id } = (await pushed.json()) as { id: string };
  for (;;) {
    const state = (await (await fetch(`${url}/api/config`, { headers })).json()) as {
      loads: { id: string; state: string; problems: unknown[] }[];
    };
    const load = state.loads.find((entry) => entry.id === id);
    if (load?.state === "current") return;
    if (load && load.state !== "loading") throw new Error(`config ${load.state}: ${JSON.stringify(load.problems)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
