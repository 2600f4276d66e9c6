/** Whether a release is being made ready: the newest release branch, its tag, and what tide merges there (spec chatops 2.35). */
import * as z from "zod";
import { readDocument } from "../../../config/document.ts";
import type { View } from "../../plugin.ts";
import { jsonOf } from "../fun.ts";

export interface Freeze {
  /** Tide takes nothing for the release without its milestone. */
  readonly code: boolean;
  /** What is merged goes to the release branch too. */
  readonly test: boolean;
  readonly branch: string;
  /** Of the release to come, e.g. `v1.36.0`. */
  readonly tag: string;
  /** When the last fast forward succeeded, RFC 3339; null: not known. */
  readonly lastFastForward: string | null;
}

interface Release {
  readonly major: number;
  readonly minor: number;
}

const RELEASE = /^release-(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/;
const branchOf = ({ major, minor }: Release): string => `release-${major}.${minor}`;
const tagOf = ({ major, minor }: Release): string => `v${major}.${minor}.0`;

/** The newest of the release branches; null: there is none. */
function newest(branches: readonly string[]): Release | null {
  const releases = branches.flatMap((branch) => {
    const found = RELEASE.exec(branch);
    return found ? [{ major: Number(found[1]), minor: Number(found[2]) }] : [];
  });
  return releases.sort((a, b) => b.major - a.major || b.minor - a.minor)[0] ?? null;
}

const Names = z.array(z.string()).nullish();
const Config = z.object({
  tide: z.object({ queries: z.array(z.object({ repos: Names, excludedBranches: Names })) }),
});

/** Branches that some query of tide excludes for a repository; null: the configuration cannot be read. */
async function excludedBranches(view: View): Promise<ReadonlySet<string> | null> {
  const { status, body } = await view.outside({
    service: "freeze",
    method: "GET",
    path: "/config/prow/config.yaml",
  });
  if (status !== 200) return null;
  const config = Config.safeParse(readDocument("config.yaml", body).document.value);
  if (!config.success) return null;
  const name = `${view.repository.owner}/${view.repository.repo}`.toLowerCase();
  const queries = config.data.tide.queries.filter(({ repos }) => repos?.some((repo) => repo.toLowerCase() === name));
  return new Set(queries.flatMap(({ excludedBranches }) => excludedBranches ?? []));
}

const Finished = z.object({ timestamp: z.number().min(0).max(1e11), passed: z.boolean() });

/** When the job that moves the release branch last succeeded; null when its last build did not, or nobody knows. */
async function lastFastForward(view: View): Promise<string | null> {
  const read = (path: string) => view.outside({ service: "fast-forward", method: "GET", path });
  const latest = await read("/latest-build.txt");
  const build = latest.body.trim();
  if (latest.status !== 200 || !/^\d{1,30}$/.test(build)) return null;
  const finished = Finished.safeParse(jsonOf(await read(`/${build}/finished.json`)));
  if (!finished.success || !finished.data.passed) return null;
  return new Date(Math.trunc(finished.data.timestamp) * 1000).toISOString().replace(".000Z", "Z");
}

/** Null: there is no release branch. Between a release and the next branch, the next release may be frozen already. */
export async function freezeOf(view: View): Promise<Freeze | null> {
  const release = newest(await view.branches("release-"));
  if (!release) return null;
  const [branch, tag] = [branchOf(release), tagOf(release)];
  const released = (await view.tags(tag)).includes(tag);
  const excluded = await excludedBranches(view);
  const code = excluded?.has(branch) ?? false;
  if (!released) return { code, test: true, branch, tag, lastFastForward: await lastFastForward(view) };
  const next = { ...release, minor: release.minor + 1 };
  if (!code && excluded?.has(branchOf(next))) {
    return { code: true, test: false, branch: branchOf(next), tag: tagOf(next), lastFastForward: null };
  }
  return { code, test: false, branch, tag, lastFastForward: null };
}
