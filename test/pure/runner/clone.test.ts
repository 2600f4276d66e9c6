import { describe, expect, it } from "vitest";
import { basicAuthorization, gitEnvironment } from "../../../runner/clone/git.ts";
import { baseSteps, pullSteps } from "../../../runner/clone/plan.ts";
import { clonePath, cloneUrl, refsInOrder, urlSecrets, workdirRefs } from "../../../runner/clone/refs.ts";
import type { Refs } from "../../../src/config/model.ts";

const refs: Refs = { org: "org", repo: "repo", base_ref: "main", base_sha: "abc123" };
const robot = { name: "ci-robot", email: "ci-robot@k8s.io" };
const lines = (steps: readonly { args: readonly string[] }[]) => steps.map(({ args }) => args.join(" "));

describe("where refs are cloned to (spec jobs 6.3)", () => {
  it.each<[string, Partial<Refs>, string]>([
    ["github.com/org/repo", {}, "github.com/org/repo"],
    ["repo_link without its scheme", { repo_link: "https://git.example.org/x/y" }, "git.example.org/x/y"],
    ["path_alias", { path_alias: "k8s.io/repo", repo_link: "https://git.example.org/x/y" }, "k8s.io/repo"],
  ])("%s", (_, more, expected) => expect(clonePath({ ...refs, ...more })).toBe(expected));

  it.each(["../up", "a/../../up", "/etc", ".", "a/.git/hooks"])("not to %s", (path_alias) => {
    expect(() => clonePath({ ...refs, path_alias })).toThrow("path_alias");
  });

  it("two repositories in one place are refused", () => {
    expect(() => refsInOrder({ refs, extra_refs: [{ ...refs }] })).toThrow("github.com/org/repo");
    expect(refsInOrder({ refs, extra_refs: [{ ...refs, path_alias: "other" }] })).toHaveLength(2);
  });

  it("the job runs in the first with workdir, else in the first", () => {
    const second = { ...refs, path_alias: "second" };
    expect(workdirRefs([refs, second])).toBe(refs);
    const chosen = { ...second, workdir: true };
    expect(workdirRefs([refs, chosen])).toBe(chosen);
    expect(workdirRefs([])).toBeUndefined();
  });
});

describe("where refs are cloned from (spec jobs 6.3)", () => {
  it.each<[string, Partial<Refs>, string]>([
    ["clone_uri", { clone_uri: "git@github.com:o/r.git", repo_link: "https://x/o/r" }, "git@github.com:o/r.git"],
    ["repo_link", { repo_link: "https://git.example.org/o/r" }, "https://git.example.org/o/r.git"],
    ["the worker's base URL", {}, "https://github.com/org/repo.git"],
  ])("%s", (_, more, expected) => expect(cloneUrl({ ...refs, ...more }, "https://github.com/")).toBe(expected));

  it("what git would take for an option is refused", () => {
    expect(() => cloneUrl({ ...refs, clone_uri: "--upload-pack=touch x" }, "https://github.com")).toThrow("not usable");
    expect(() => baseSteps({ ...refs, base_sha: "--exec=x" }, "u", robot)).toThrow("not usable");
    expect(() => baseSteps({ ...refs, base_ref: "a\nb" }, "u", robot)).toThrow("not usable");
    expect(() => pullSteps({ ...refs, pulls: [{ number: 1, author: "a", sha: "-x" }] }, "u", 0)).toThrow("not usable");
  });

  it("credentials in a URL are secrets", () => {
    expect(urlSecrets("https://user:p%40ss@host/x")).toEqual(["p%40ss", "p@ss"]);
    expect(urlSecrets("https://token@host/x")).toEqual(["token"]);
    expect(
      [urlSecrets("https://host/x"), urlSecrets("git@github.com:o/r"), urlSecrets("ssh://git@h/x")].flat(),
    ).toEqual([]);
  });
});

describe("the commands of a clone (spec jobs 6.3)", () => {
  it("base: init, user, tags, base, branch", () =>
    expect(lines(baseSteps(refs, "URL", robot))).toEqual([
      "init",
      "config user.name ci-robot",
      "config user.email ci-robot@k8s.io",
      "fetch --tags --prune -- URL",
      "fetch -- URL abc123",
      "checkout abc123",
      "branch --force main abc123",
      "checkout main",
    ]));

  it.each<[string, Partial<Refs>, string[]]>([
    ["no base_sha: the base branch", { base_sha: "" }, ["fetch --tags --prune -- URL", "fetch -- URL main"]],
    ["skip_fetch_head", { skip_fetch_head: true }, ["fetch -- URL abc123"]],
    ["clone_depth", { clone_depth: 5, skip_fetch_head: true }, ["fetch --depth 5 -- URL abc123"]],
    ["blobless_fetch", { blobless_fetch: true, skip_fetch_head: true }, ["fetch --filter=blob:none -- URL abc123"]],
    [
      "sparse_checkout_files",
      { sparse_checkout_files: ["a", "b"] },
      ["fetch --depth 1 --filter=blob:none --no-tags -- URL abc123"],
    ],
  ])("%s", (_, more, expected) => {
    const all = lines(baseSteps({ ...refs, ...more }, "URL", robot));
    expect(all.filter((line) => line.startsWith("fetch"))).toEqual(expected);
  });

  it("pull requests: in order, by ref, commit or number, merges dated one second apart", () => {
    const pulls = [
      { number: 1, author: "a", sha: "s1" },
      { number: 2, author: "a", sha: "s2", ref: "refs/changes/2" },
      { number: 3, author: "a", sha: "" },
    ];
    const steps = pullSteps({ ...refs, pulls }, "URL", 1000);
    expect(lines(steps)).toEqual([
      "fetch -- URL s1",
      "merge --no-ff s1",
      "fetch -- URL refs/changes/2",
      "merge --no-ff s2",
      "fetch -- URL pull/3/head",
      "merge --no-ff FETCH_HEAD",
      "submodule update --init --recursive",
    ]);
    expect(steps.map(({ commitTime }) => commitTime)).toEqual([
      undefined,
      1001,
      undefined,
      1002,
      undefined,
      1003,
      undefined,
    ]);
  });

  it("a head that its commit does not give is fetched by its number, and its commit merged (jobs 7.3: test-infra#15225, #19910)", () => {
    const named = (pull: { sha: string; ref?: string }) =>
      pullSteps({ ...refs, pulls: [{ number: 1, author: "a", ...pull }] }, "URL", 0).map(({ otherwise }) => otherwise);
    expect(named({ sha: "s1" })).toEqual([["fetch", "--", "URL", "pull/1/head"], undefined, undefined]);
    expect(named({ sha: "s1", ref: "refs/changes/1" })).toEqual([undefined, undefined, undefined]);
    expect(named({ sha: "" })).toEqual([undefined, undefined, undefined]);
  });

  it.each<Partial<Refs>>([{ skip_submodules: true }, { sparse_checkout_files: ["a"] }])("no submodules: %j", (more) =>
    expect(pullSteps({ ...refs, ...more }, "URL", 0)).toEqual([]),
  );
});

describe("git's environment", () => {
  const options = { path: "/bin", home: "/h", tmp: "/t", token: "tok", tokenUrl: "https://github.com/x" };

  it("carries the token for its host only, and no variable holds it in clear text", () => {
    const env = gitEnvironment(options);
    const entries = Object.entries(env);
    const [key] = entries.find(([, value]) => value === "http.https://github.com/.extraHeader") ?? [];
    expect(env[key?.replace("KEY", "VALUE") ?? ""]).toBe(`Authorization: ${basicAuthorization("tok")}`);
    expect(entries.some(([, value]) => value.includes("tok"))).toBe(false);
  });

  it("takes nothing of the machine's settings, asks nothing", () =>
    expect(gitEnvironment({ ...options, token: null })).toMatchObject({
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      HOME: "/h",
    }));
});
