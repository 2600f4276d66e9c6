/** `cutwater phony`: sends a signed webhook, from a file or from the built-in examples (spec jobs 4.13). */
import { createHmac, randomUUID } from "node:crypto";
import { defineCommand } from "citty";
import { z } from "zod";
import { parseSecrets, levelOf } from "../src/github/hmac.ts";
import { ConfigFilesError, readText } from "./config-files.ts";
import { EXAMPLE_EVENTS, type ExampleOptions, examplePayload } from "./phony-examples.ts";
import { saidPlainly } from "./mkpj.ts";

/** The secret that signs for a repository: `--hmac` may be a plain one or Prow's file of them. */
function secretFor(text: string, repo: string): string {
  const secrets = parseSecrets(text);
  const [owner = "", name = ""] = repo.split("/");
  const level = levelOf(secrets, owner, name);
  const secret = level === null ? undefined : secrets.levels.get(level)?.[0];
  if (secret === undefined) throw new ConfigFilesError(`No webhook secret for ${repo}: give --hmac or --hmac-path`);
  return secret;
}

interface PhonyFlags {
  readonly event: string;
  readonly payload?: string | undefined;
  readonly repo: string;
  readonly number: string;
  readonly login: string;
  readonly comment: string;
}

/** The body to send, as text. */
async function bodyOf({ event, payload, ...flags }: PhonyFlags): Promise<string> {
  if (payload) return readText(payload);
  const options: ExampleOptions = { ...flags, number: Number(flags.number) };
  if (!/^[\w.-]+\/[\w.-]+$/.test(options.repo) || !Number.isSafeInteger(options.number))
    throw new ConfigFilesError("An example needs --repo org/repo and a whole --number");
  const example = examplePayload(event, options);
  if (example === null)
    throw new ConfigFilesError(
      `There is no example of ${event}. Give --payload, or one of: ${EXAMPLE_EVENTS.join(", ")}`,
    );
  return JSON.stringify(example);
}

const Payload = z.object({ repository: z.object({ full_name: z.string() }) });

/** The repository that a body is about, `org/repo`; empty when it names none. */
function repositoryOf(body: string): string {
  try {
    return Payload.safeParse(JSON.parse(body)).data?.repository.full_name ?? "";
  } catch {
    throw new ConfigFilesError("The payload is no JSON");
  }
}

export const phony = defineCommand({
  meta: { name: "phony", description: "Send a signed webhook to a worker, as GitHub would" },
  args: {
    address: { type: "string", default: "http://127.0.0.1:8787/hook", description: "Where the hook is" },
    hmac: { type: "string", description: "The webhook secret (or set GITHUB_WEBHOOK_SECRETS)" },
    "hmac-path": { type: "string", description: "File with it" },
    event: { type: "string", default: "ping", description: `Its name, e.g. one of: ${EXAMPLE_EVENTS.join(", ")}` },
    payload: { type: "string", description: "File with the JSON (-: standard input); without it, an example is sent" },
    guid: { type: "string", description: "Delivery id (a new one)" },
    repo: { type: "string", default: "example/example", description: "Example: org/repo" },
    number: { type: "string", default: "1", description: "Example: issue or pull request" },
    login: { type: "string", default: "somebody", description: "Example: who does it" },
    comment: { type: "string", default: "/help", description: "Example: what they say" },
  },
  async run({ args }) {
    try {
      const body = await bodyOf(args);
      const file = args["hmac-path"];
      const text = file ? await readText(file) : (args.hmac ?? process.env["GITHUB_WEBHOOK_SECRETS"] ?? "");
      const secret = secretFor(text, repositoryOf(body));
      const guid = args.guid ?? randomUUID();
      const answer = await fetch(args.address, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "user-agent": "GitHub-Hookshot/cutwater-phony",
          "x-github-event": args.event,
          "x-github-delivery": guid,
          "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
        },
      }).catch((error: unknown) => {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
        throw new ConfigFilesError(`${args.address} cannot be reached: ${cause}`);
      });
      console.log(`${answer.status} ${guid} ${(await answer.text()).slice(0, 500)}`.trimEnd());
      if (!answer.ok) process.exitCode = 1;
    } catch (error) {
      saidPlainly(error);
    }
  },
});
