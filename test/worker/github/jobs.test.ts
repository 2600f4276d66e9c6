/** Jobs that a repository brings itself: read as merged, by tree and blobs, with few calls (spec jobs 1.11, design 10). */
import { afterEach, describe, expect, it, vi } from "vitest";
import { githubClient } from "../../../src/github/index.ts";
import { repoJobs } from "../../../src/chatops/world-jobs.ts";
import { repoConfig } from "../../pure/chatops/fake-view.ts";
import { APP, gitHub, installed, withSettings } from "./harness.ts";

afterEach(() => vi.unstubAllGlobals());

const yaml = (name: string): string =>
  `presubmits:\n- name: ${name}\n  decorate: false\n  spec: { containers: [{ image: alpine, command: [make] }] }\n`;
const entry = (path: string, sha: string, type = "blob") => ({
  path,
  sha,
  type,
  mode: type === "tree" ? "040000" : "100644",
});
const README = entry("README.md", "readme");

let serial = 0;
/** A repository whose commits hold these entries at the root; blobs are named by the job that they configure. */
async function repository(
  commits: Readonly<Record<string, readonly ReturnType<typeof entry>[]>>,
  more: Parameters<typeof gitHub>[0] = {},
) {
  serial += 1;
  const owner = `brings-${serial}`;
  const at = `/repos/${owner}/ship`;
  const blobs = [...new Set(Object.values(commits).flat())].filter((one) => one.type === "blob");
  const { env } = withSettings(APP);
  const github = gitHub({
    ...installed(owner, 7000 + serial),
    ...Object.fromEntries(
      Object.entries(commits).map(([sha, tree]) => [
        `GET ${at}/git/trees/${sha}`,
        () => Response.json({ sha, tree, truncated: false }),
      ]),
    ),
    ...Object.fromEntries(
      blobs.map(({ sha }) => [
        `GET ${at}/git/blobs/${sha}`,
        () => Response.json({ sha, content: btoa(yaml(sha)), encoding: "base64" }),
      ]),
    ),
    ...Object.fromEntries(Object.entries(more).map(([key, answer]) => [key.replace("AT", at), answer])),
  });
  const version = `version-${serial}`;
  await env.ARTIFACTS.put(
    `config/${version}/base.json`,
    JSON.stringify({ version, prow: {}, decorateAll: false, presets: [] }),
  );
  const base = repoConfig({ version, org: owner, repo: "ship" });
  const config = { ...base, prow: { ...base.prow, in_repo_config: { enabled: true, allowed_clusters: ["default"] } } };
  const client = githubClient(env, { owner, repo: "ship", delivery: "d", consumer: "plugins" });
  const read = (baseSha: string, head: string | null) =>
    repoJobs(env, client, { owner, repo: "ship" }, config, {
      baseSha,
      head: head === null ? null : { sha: head, number: 5 },
    });
  return {
    github,
    read,
    at,
    asked: () => github.asked.filter(({ key }) => key.includes(`${at}/git`)).map(({ key }) => key.replace(at, "")),
  };
}
const names = (jobs: { presubmits: readonly { name: string }[] }): string[] => jobs.presubmits.map(({ name }) => name);

it("a pull request that does not touch them costs one listing for the base and one for the head (jobs 7.3: test-infra#30294; openshift/release#337)", async () => {
  const same = [README, entry(".prow.yaml", "unit")];
  const { read, asked } = await repository({ base: same, head: same, head2: same });
  expect(await read("base", "head")).toMatchObject({ presubmits: [{ name: "unit", context: "unit" }], changed: false });
  expect(asked()).toEqual(["GET /git/trees/base", "GET /git/trees/head", "GET /git/blobs/unit"]);
  await read("base", "head");
  await read("base", "head2");
  expect(asked().slice(3)).toEqual(["GET /git/trees/head2"]);
});

it("its own change counts, over a base that went on", async () => {
  const { read, asked } = await repository(
    {
      base: [entry(".prow", "dir-new", "tree")],
      "dir-new": [entry("a.yaml", "base-changed"), entry("b.yaml", "old")],
      head: [entry(".prow", "dir-head", "tree")],
      "dir-head": [entry("a.yaml", "a-old"), entry("b.yaml", "own"), entry("note.md", "n")],
      before: [entry(".prow", "dir-old", "tree")],
      "dir-old": [entry("a.yaml", "a-old"), entry("b.yaml", "old")],
    },
    { "GET AT/compare/base...head": () => Response.json({ merge_base_commit: { sha: "before" } }) },
  );
  const jobs = await read("base", "head");
  expect(jobs).toMatchObject({ problems: [], changed: true });
  expect(names(jobs)).toEqual(["base-changed", "own"]);
  expect(asked().filter((key) => key.includes("blobs"))).toEqual(["GET /git/blobs/base-changed", "GET /git/blobs/own"]);
});

it("what both changed is taken from GitHub's own merge, when it is one of these two commits", async () => {
  const conflicting = {
    base: [entry(".prow.yaml", "theirs")],
    head: [entry(".prow.yaml", "ours")],
    before: [entry(".prow.yaml", "old")],
    merge: [entry(".prow.yaml", "merged")],
  };
  const answers = (parents: readonly string[]) => ({
    "GET AT/compare/base...head": () => Response.json({ merge_base_commit: { sha: "before" } }),
    "GET AT/git/ref/pull%2F5%2Fmerge": () => Response.json({ object: { sha: "merge" } }),
    "GET AT/git/ref/pull/5/merge": () => Response.json({ object: { sha: "merge" } }),
    "GET AT/git/commits/merge": () => Response.json({ sha: "merge", parents: parents.map((sha) => ({ sha })) }),
  });
  const fresh = await repository(conflicting, answers(["base", "head"]));
  expect(names(await fresh.read("base", "head"))).toEqual(["merged"]);
  const stale = await repository(conflicting, answers(["older", "head"]));
  const jobs = await stale.read("base", "head");
  expect(names(jobs)).toEqual([]);
  expect(jobs.problems).toMatchObject([{ file: ".prow.yaml", message: expect.stringContaining("rebase") }]);
});

describe("where GitHub has no merge of the two commits yet", () => {
  const LINES = ["presubmits:\n", ...["one", "two", "three"].map((name) => yaml(name).replace("presubmits:\n", ""))];
  const text = (change: (lines: string[]) => string[]): (() => Response) => {
    const content = btoa(change([...LINES]).join(""));
    return () => Response.json({ sha: "x", content, encoding: "base64" });
  };
  const sides = (theirs: (lines: string[]) => string[], ours: (lines: string[]) => string[]) => ({
    "GET AT/compare/base...head": () => Response.json({ merge_base_commit: { sha: "before" } }),
    "GET AT/git/blobs/old": text((lines) => lines),
    "GET AT/git/blobs/theirs": text(theirs),
    "GET AT/git/blobs/ours": text(ours),
  });
  const commits = {
    base: [entry(".prow.yaml", "theirs")],
    head: [entry(".prow.yaml", "ours")],
    before: [entry(".prow.yaml", "old")],
  };
  const named = (name: string) => (lines: string[]) =>
    lines.map((line) => line.replace(/name: one$/m, `name: ${name}`));
  const last = (name: string) => (lines: string[]) =>
    lines.map((line) => line.replace(/name: three$/m, `name: ${name}`));

  it("what both changed, in different places, is merged by its lines", async () => {
    const { read } = await repository(commits, sides(named("uno"), last("tre")));
    const jobs = await read("base", "head");
    expect(jobs.problems).toEqual([]);
    expect(names(jobs)).toEqual(["uno", "two", "tre"]);
    expect(names(await read("base", "head"))).toEqual(["uno", "two", "tre"]);
  });

  it("what both changed in one place is told; so is what one side took away", async () => {
    const same = await repository(commits, sides(named("uno"), named("eins")));
    const conflict = [{ file: ".prow.yaml", message: expect.stringContaining("rebase, and resolve that") }];
    expect(await same.read("base", "head")).toMatchObject({ presubmits: [], problems: conflict });
    const gone = await repository({ ...commits, base: [README] }, sides(named("uno"), last("tre")));
    expect((await gone.read("base", "head")).problems).toMatchObject(conflict);
  });
});

it("a push reads the commit alone; symbolic links count for nothing", async () => {
  const link = { ...entry(".prow.yaml", "link"), mode: "120000" };
  const { read, asked } = await repository({ after: [entry(".prow.yaml", "post")], linked: [link] });
  expect(names(await read("after", null))).toEqual(["post"]);
  expect(asked()).toEqual(["GET /git/trees/after", "GET /git/blobs/post"]);
  expect(names(await read("linked", null))).toEqual([]);
});

it("what GitHub does not answer is an error, not an empty configuration", async () => {
  const { read } = await repository({ base: [README] });
  await expect((async () => read("base", "gone"))()).rejects.toThrow();
});
