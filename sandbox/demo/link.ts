/** Prow's configuration says where GitHub is: in the demo, where the sandbox listens this time. */
import { entryAt, readBlob, resolveCommit } from "../git/read.ts";
import { commitTo } from "../verbs/repos.ts";
import type { World } from "../world.ts";
import { ORG, OWNER } from "./people.ts";

const FILE = "config/prow/config.yaml";
const LINE = /^ {2}link_url: .*$/m;

/** Commits the address to the configuration repository if it says another. */
export async function linkTo(world: World, url: string): Promise<void> {
  const repo = world.repo(`${ORG}/config`);
  const dir = repo ? world.gitDir(repo) : "";
  const tip = repo ? await resolveCommit(dir, repo.defaultBranch) : null;
  const entry = tip === null ? null : await entryAt(dir, tip, FILE);
  const text = entry ? (await readBlob(dir, entry.sha))?.toString() : undefined;
  if (!repo || !text || !LINE.test(text)) return;
  const linked = text.replace(LINE, `  link_url: ${url}`);
  if (linked === text) return;
  const change = { branch: repo.defaultBranch, files: { [FILE]: linked }, message: "Say where GitHub is" };
  await commitTo(world, repo, world.actor(OWNER), change);
}
