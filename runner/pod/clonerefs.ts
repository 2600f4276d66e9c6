/** `clonerefs` in a pod: clones as its options say, prints the records as one last line, exits 1 when a clone failed. */
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { z } from "zod";
import type { Refs } from "../../src/config/model.ts";
import { cloneAll, FETCH_RETRIES_MS } from "../clone/index.ts";

const Options = z.object({
  refs: z.array(z.custom<Refs>((value) => z.object({ org: z.string(), repo: z.string() }).safeParse(value).success)),
  root: z.string(),
  gitBaseUrl: z.url(),
});

export async function clonerefs(env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const { refs, root, gitBaseUrl } = Options.parse(JSON.parse(env["CLONEREFS_OPTIONS"] ?? "null"));
  // Files of ours are for whoever the test runs as.
  process.umask(0);
  const ended = new AbortController();
  process.once("SIGTERM", () => ended.abort());
  const { records, failed, log } = await cloneAll(refs, {
    root,
    home: tmpdir(),
    tmp: tmpdir(),
    path: env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    gitBaseUrl,
    token: await tokenOf(env["CLONE_TOKEN_FILE"]),
    retriesMs: FETCH_RETRIES_MS,
    signal: ended.signal,
  });
  process.stdout.write(`${log}\n${JSON.stringify({ records, log: failed ? log : "" })}\n`);
  return failed ? 1 : 0;
}

/** Public repositories are cloned without one. */
async function tokenOf(file: string | undefined): Promise<string | null> {
  const token = file === undefined ? "" : await readFile(file, "utf8").catch(() => "");
  return token.trim() || null;
}
