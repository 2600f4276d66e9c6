/**
 * What external plugins of others say of themselves (spec chatops 1.9, 1.10): asked within a second, kept for minutes; that
 * one says nothing is kept for half a minute, so that a page does not wait for it each time.
 */
import * as z from "zod";
import { ofOthers, reachOf } from "../chatops/external.ts";
import type { PluginDocument } from "../chatops/plugin-help.ts";
import { REGISTRY } from "../chatops/registry.ts";
import type { RepoConfig } from "../config/model.ts";
import { readBody } from "./body.ts";

/** All of them together. */
const ASK_MS = 1_000;
const KEPT_MS = 5 * 60_000;
const SILENCE_KEPT_MS = 30_000;
const MOST_KEPT = 200;
const ANSWER_BYTES = 256 * 1024;

/** Theirs may be HTML: words are taken, tags are not. */
const Words = z
  .string()
  .max(20_000)
  .transform((text) => text.replace(/<[^<>]*>/g, "").replace(/[<>]/g, ""));
const Help = z.object({
  Description: Words.default(""),
  Config: z.record(z.string(), Words).nullish(),
  Snippet: z.string().max(20_000).default(""),
  Events: z.array(Words).nullish(),
  Commands: z
    .array(
      z.object({
        Usage: Words.default(""),
        Featured: z.boolean().default(false),
        Description: Words.default(""),
        Examples: z.array(Words).nullish(),
        WhoCanUse: Words.default(""),
      }),
    )
    .max(200)
    .nullish(),
});

const kept = new Map<string, { readonly until: number; readonly help: PluginDocument }>();

/** Help of a repository's external plugins by name. One that gives none says why. Never rejects. */
export async function externalHelp(config: RepoConfig): Promise<Readonly<Record<string, PluginDocument>>> {
  const signal = AbortSignal.timeout(ASK_MS);
  const repo = `${config.org}/${config.repo}`;
  const asked = await Promise.all(
    ofOthers(config.externalPlugins, REGISTRY).map(async ({ name, endpoint, events }) => {
      const said = await helpAt(endpoint, repo, signal);
      return [name, { ...said, Events: said.Events.length > 0 ? said.Events : events }] as const;
    }),
  );
  return Object.fromEntries(asked);
}

const nothing = (why: string): PluginDocument => ({
  Description: why,
  Config: {},
  Snippet: "",
  Events: [],
  Commands: [],
});

async function helpAt(endpoint: string, repo: string, signal: AbortSignal): Promise<PluginDocument> {
  if (reachOf(endpoint) === "runner")
    return nothing(
      "An external plugin inside a cluster: only the runner there reaches it, so its help is not shown here.",
    );
  const key = `${endpoint} ${repo}`;
  const before = kept.get(key);
  if (before && Date.now() < before.until) return before.help;
  const { said, help } = await ask(endpoint, repo, signal);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, { until: Date.now() + (said ? KEPT_MS : SILENCE_KEPT_MS), help });
  return help;
}

async function ask(
  endpoint: string,
  repo: string,
  signal: AbortSignal,
): Promise<{ readonly said: boolean; readonly help: PluginDocument }> {
  try {
    const answer = await fetch(`${endpoint.replace(/\/+$/, "")}/help`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "ProwHook" },
      body: JSON.stringify([repo]),
      redirect: "manual",
      signal,
    });
    const bytes = answer.ok ? await readBody(answer, ANSWER_BYTES) : null;
    if (bytes === null) {
      const why = `An external plugin that gives no help (it answered ${answer.status}).`;
      return { said: false, help: nothing(why) };
    }
    const { Config, Events, Commands, ...words } = Help.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const commands = (Commands ?? []).map((command) => ({ ...command, Examples: command.Examples ?? [] }));
    return { said: true, help: { ...words, Config: Config ?? {}, Events: Events ?? [], Commands: commands } };
  } catch {
    return { said: false, help: nothing("An external plugin that does not answer when it is asked for help.") };
  }
}
