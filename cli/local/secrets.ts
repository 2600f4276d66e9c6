/** Secrets of a local system: made once, kept in its state folder, readable by its owner only. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

const Secrets = z.object({
  webhook: z.string(),
  cookie: z.string(),
  admin: z.string(),
  runner: z.string(),
});
export type Secrets = z.infer<typeof Secrets>;

const fresh = (): string => randomBytes(32).toString("hex");

/** Reads `secrets.json` of a folder, or makes it. */
export async function localSecrets(folder: string): Promise<Secrets> {
  const file = path.join(folder, "secrets.json");
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) return Secrets.parse(JSON.parse(kept));
  const made: Secrets = { webhook: fresh(), cookie: fresh(), admin: fresh(), runner: fresh() };
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(made, null, 2), { mode: 0o600 });
  return made;
}

/** As RUNNER_TOKENS wants it. */
export const digest = (token: string): string => createHash("sha256").update(token).digest("hex");
