/** `cutwater hmac`: rotates webhook secrets (spec jobs 4.14). `rotate`, set the file, `give` GitHub the newest, then `prune`. */
import { randomBytes } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { defineCommand } from "citty";
import { z } from "zod";
import { type HmacFile, HmacFileError, hmacText, parseHmacFile, pruned, rotated } from "../src/github/hmac-rotation.ts";
import { ConfigFilesError, readText } from "./config-files.ts";
import { saidPlainly } from "./mkpj.ts";
import { ask, tell, WORKER_FLAGS, workerAt } from "./worker-client.ts";

const FLAGS = {
  file: { type: "string", required: true, description: "Prow's file of secrets; changed in place" },
  key: { type: "string", description: "*, org or org/repo" },
} as const;

const TOKEN_BYTES = 20;
const NEXT = "Now: wrangler secret put GITHUB_WEBHOOK_SECRETS < FILE";

async function change(file: string, make: (before: HmacFile) => HmacFile): Promise<void> {
  try {
    const now = new Date().toISOString();
    const next = make(parseHmacFile(await readText(file).catch(missingIsEmpty), now));
    // Whole or not at all, and readable by its owner alone.
    await writeFile(`${file}.new`, hmacText(next), { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    if (error instanceof HmacFileError) throw new ConfigFilesError(`${file}: ${error.message}`);
    throw error;
  }
}

function missingIsEmpty(error: unknown): string {
  if (error instanceof ConfigFilesError && error.message.includes("ENOENT")) return "";
  throw error;
}

const rotate = defineCommand({
  meta: { name: "rotate", description: "A new secret for a key; the old ones stay valid" },
  args: { ...FLAGS, key: { ...FLAGS.key, default: "*" } },
  async run({ args }) {
    try {
      if (!/^(?:\*|[\w.-]+(?:\/[\w.-]+)?)$/.test(args.key))
        throw new ConfigFilesError(`--key is *, org or org/repo, not "${args.key}"`);
      const value = randomBytes(TOKEN_BYTES).toString("hex");
      await change(args.file, (file) => rotated(file, args.key, value, new Date().toISOString()));
      console.error(
        `${NEXT}. Then cutwater hmac give --url WORKER --key ${args.key} (or set it at GitHub), and last: cutwater hmac prune`,
      );
      console.log(value);
    } catch (error) {
      saidPlainly(error);
    }
  },
});

const prune = defineCommand({
  meta: { name: "prune", description: "Only the newest secret of each key, or of --key, stays valid" },
  args: FLAGS,
  async run({ args }) {
    try {
      await change(args.file, (file) => pruned(file, args.key ?? null));
      console.error(`${NEXT}.`);
    } catch (error) {
      saidPlainly(error);
    }
  },
});

const Levels = z.object({ levels: z.array(z.object({ key: z.string(), createdAt: z.array(z.string()) })) });

const list = defineCommand({
  meta: { name: "list", description: "Levels and ages of the secrets that a worker has; never the secrets" },
  args: WORKER_FLAGS,
  async run({ args }) {
    try {
      const { levels } = Levels.parse(await ask(workerAt(args), "/webhook-secrets"));
      for (const { key, createdAt } of levels)
        console.log(`${key}\t${createdAt.map((at) => at || "of unknown age").join(", ")}`);
    } catch (error) {
      saidPlainly(error);
    }
  },
});

const give = defineCommand({
  meta: { name: "give", description: "Have the worker give GitHub's webhook the newest secret that it has" },
  args: { ...WORKER_FLAGS, key: { ...FLAGS.key, default: "*" } },
  async run({ args }) {
    try {
      await tell(workerAt(args), "/webhook-secrets", { key: args.key });
      console.log(`GitHub signs webhooks of ${args.key} with the newest secret now`);
    } catch (error) {
      saidPlainly(error);
    }
  },
});

export const hmac = defineCommand({
  meta: { name: "hmac", description: "Rotate webhook secrets" },
  subCommands: { rotate, give, prune, list },
});
