/** The worker's branchprotector: once a day over all repositories, some at a time (spec jobs 4.10). Off until the setting says so. */
import * as z from "zod";
import { configBase, currentConfig, currentVersion } from "../config/current.ts";
import { type Env, settings } from "../env.ts";
import { flushUsage, githubClient } from "../github/index.ts";
import { Protector } from "./branch-protection.ts";
import { protectBranches, repositoriesOf } from "./branch-protector.ts";

/** Where a round stands: in R2, since every tick may be another isolate. */
const ROUND_KEY = "branch-protector/round.json";
const DAY_MS = 24 * 3600_000;
const AT_ONCE = 5;

const Round = z.object({
  startedAt: z.int(),
  names: z.array(z.string()),
  done: z.int().min(0),
  changed: z.int(),
  failed: z.int(),
});
type Round = z.infer<typeof Round>;

async function roundOf(env: Env, protector: Protector, now: number): Promise<Round | null> {
  const kept = await env.ARTIFACTS.get(ROUND_KEY);
  const round = kept === null ? null : (Round.safeParse(await kept.json()).data ?? null);
  if (round !== null && round.done < round.names.length) return round;
  if (round !== null && now - round.startedAt < DAY_MS) return null;
  const { index } = await env.CONFIGURATION.getByName("installation").state();
  const names = new Set(protector.namedRepos(index?.repositories ?? []));
  for (const org of protector.wholeOrgs()) {
    const client = githubClient(env, { owner: org, delivery: "branchprotector", consumer: "branchprotector" });
    for (const name of await repositoriesOf(client, org)) names.add(name);
  }
  return { startedAt: now, names: [...names].toSorted(), done: 0, changed: 0, failed: 0 };
}

/** A few repositories of the round under way, or of the next one when it is time. What happens is told in the worker's log. */
export async function protectSome(env: Env, now: number): Promise<void> {
  const mode = settings(env).BRANCH_PROTECTOR;
  const version = mode === "off" ? "" : await currentVersion(env);
  const policy = version === "" ? undefined : (await configBase(env, version))?.prow["branch-protection"];
  if (!policy) return;
  const protector = new Protector(policy);
  try {
    const round = await roundOf(env, protector, now);
    if (round === null) return;
    const some = round.names.slice(round.done, round.done + AT_ONCE);
    let { changed, failed } = round;
    for (const name of some) {
      try {
        changed += await protectOne(env, protector, name, mode === "confirm");
      } catch (error) {
        failed += 1;
        say({ message: "branches not protected", repository: name, error: String(error) });
      }
    }
    const next = { ...round, done: round.done + some.length, changed, failed };
    await env.ARTIFACTS.put(ROUND_KEY, JSON.stringify(next));
    if (next.done === next.names.length)
      say({ message: "branchprotector has been round", mode, repositories: next.names.length, changed, failed });
  } finally {
    await flushUsage(env);
  }
}

async function protectOne(env: Env, protector: Protector, name: string, confirm: boolean): Promise<number> {
  const [owner = "", repo = ""] = name.split("/");
  const config = await currentConfig(env, owner, repo);
  const client = githubClient(env, { owner, repo, delivery: "branchprotector", consumer: "branchprotector" });
  const presubmits = config?.presubmits ?? [];
  return protectBranches(client, protector, { owner, repo, presubmits, confirm, verify: true }, (branch, lines) =>
    say({ message: confirm ? "branch protection changes" : "branch protection would change", name, branch, lines }),
  );
}

const say = (line: object): void => console.log(JSON.stringify(line));
