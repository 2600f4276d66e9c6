/**
 * What every executor must do (design 10, Jobs): one table, run over each of them. Jobs use nothing but `sh`, coreutils and
 * git, so that any image with these will do.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Refs } from "../../../src/config/model.ts";
import type { Evidence, Executor, Workload } from "../../../runner/executor.ts";
import { assignmentOf, type JobOptions } from "./assignment.ts";
import { BASE_TIME, type Forge, git, type Repository, startForge } from "./git-fixture.ts";
import { type RecordingSink, recordingSink } from "./recording-sink.ts";

interface World {
  readonly forge: Forge;
  readonly code: Repository;
  readonly other: Repository;
  readonly nested: Repository;
  readonly heads: Record<"one" | "two" | "conflicting", string>;
}

interface Outcome {
  readonly evidence: Evidence;
  readonly log: string;
  readonly sink: RecordingSink;
}

interface Row {
  readonly rule: string;
  readonly job: (world: World) => JobOptions;
  readonly meanwhile?: (workload: Workload, sink: RecordingSink) => Promise<void>;
  readonly sees: (outcome: Outcome, world: World) => void;
}

/** Ending within one second of grace takes no longer, all in all. */
const SOON_MS = 20_000;

const refsOf = (repository: Repository, more: Partial<Refs> = {}): Refs => ({
  org: "org",
  repo: repository.name,
  base_ref: "main",
  base_sha: repository.base,
  ...more,
});
const pullOf = (number: number, sha: string) => ({ number, author: "someone", sha });
const exited = (code: number) => [{ container: "test", code }];

const rows: readonly Row[] = [
  {
    rule: "exit 0 is completed with code 0",
    job: () => ({ script: "echo hello; sleep 0.3; echo there >&2" }),
    sees: ({ evidence, log, sink }) => {
      expect(evidence).toMatchObject({ reason: "completed", exitCodes: exited(0), cloneRecords: [] });
      expect(log).toBe("hello\nthere\n");
      expect(sink.phases).toEqual(["running", "uploading"]);
    },
  },
  {
    rule: "the exit code is the job's own",
    job: () => ({ script: "exit 3" }),
    sees: ({ evidence }) => expect(evidence).toMatchObject({ reason: "completed", exitCodes: exited(3) }),
  },
  {
    rule: "a signal shows as 128 and its number",
    job: () => ({ script: "sh -c 'kill -TERM $$$$'; exit $?" }),
    sees: ({ evidence }) => expect(evidence).toMatchObject({ reason: "completed", exitCodes: exited(143) }),
  },
  {
    rule: "at the timeout the job is interrupted, and its log says so",
    job: () => ({ script: "trap 'echo cleaning up; exit 0' INT TERM; sleep 30 & wait", timeoutSeconds: 1 }),
    sees: ({ evidence, log }) => {
      expect(evidence).toMatchObject({ reason: "timeout", exitCodes: exited(127) });
      expect(log).toContain("Process did not finish before 1s timeout");
      expect(log).toContain("cleaning up");
    },
  },
  {
    rule: "who does not end within the grace period is killed, children included",
    job: () => ({ script: "trap '' INT TERM; sleep 61 & sleep 62; sleep 63", timeoutSeconds: 1, graceSeconds: 1 }),
    sees: ({ evidence, log }) => {
      expect(evidence).toMatchObject({ reason: "timeout", exitCodes: exited(127) });
      expect(log).toContain("1s grace period");
      expect(evidence.finishedAt - evidence.startedAt).toBeLessThan(SOON_MS);
    },
  },
  {
    rule: "an aborted job gets its grace period, and keeps its artifacts",
    job: () => ({ script: "trap 'echo bye > $ARTIFACTS/bye; exit 0' INT TERM; echo ready; sleep 30 & wait" }),
    meanwhile: async (workload, sink) => {
      await sink.says("ready");
      workload.stop("aborted", "Aborted by someone", 5);
    },
    sees: ({ evidence, sink, log }) => {
      expect(evidence).toMatchObject({ reason: "aborted", message: "Aborted by someone", exitCodes: exited(130) });
      expect(log).toContain("Aborted by someone");
      expect(sink.artifacts.get("bye")).toBe("bye\n");
    },
  },
  {
    rule: "an abort with no grace kills at once",
    job: () => ({ script: "trap '' INT TERM; echo ready; sleep 30; sleep 31" }),
    meanwhile: async (workload, sink) => {
      await sink.says("ready");
      workload.stop("aborted", "Aborted", 60);
      workload.stop("aborted", "Aborted", 0);
    },
    sees: ({ evidence }) => {
      expect(evidence).toMatchObject({ reason: "aborted", exitCodes: exited(130) });
      expect(evidence.finishedAt - evidence.startedAt).toBeLessThan(SOON_MS);
    },
  },
  {
    rule: "a command that does not exist cannot start: code 127",
    job: () => ({ podSpec: { containers: [{ command: ["/no/such/command"] }] } }),
    sees: ({ evidence, log }) => {
      expect(evidence).toMatchObject({ reason: "start-failed", exitCodes: exited(127) });
      expect(log).toContain("Could not start");
    },
  },
  {
    rule: "variables: the job's, the container's (which lose), $(VAR) expanded, ARTIFACTS and GOPATH",
    job: () => ({
      env: { JOB_SPEC: '{"type":"presubmit"}', PULL_NUMBER: "5" },
      podSpec: {
        containers: [
          {
            command: ["sh", "-c"],
            args: [
              `echo "1 $OWN $PULL_NUMBER $DERIVED"; echo "2 $(OWN) "'$(NOPE) $$(OWN)'; echo "3 $JOB_SPEC"; test -d "$ARTIFACTS" && test -n "$GOPATH" && test -d "$HOME" && echo 4 fine`,
            ],
            env: [
              { name: "OWN", value: "mine" },
              { name: "DERIVED", value: "of $(OWN) $$(OWN)" },
              { name: "PULL_NUMBER", value: "6" },
            ],
          },
        ],
      },
    }),
    sees: ({ log }) =>
      expect(log).toBe('1 mine 5 of mine $(OWN)\n2 mine $(NOPE) $(OWN)\n3 {"type":"presubmit"}\n4 fine\n'),
  },
  {
    rule: "artifacts and metadata.json are handed in",
    job: () => ({
      script: `mkdir -p "$ARTIFACTS/a/b"; echo 1 > "$ARTIFACTS/a/b/one.txt"; echo '{"version":"v1"}' > "$ARTIFACTS/metadata.json"`,
    }),
    sees: ({ evidence, sink }) => {
      expect(evidence.artifacts).toEqual({ files: 2, bytes: 19, refused: [] });
      expect(evidence.metadata).toEqual({ version: "v1" });
      expect(sink.artifacts.get("a/b/one.txt")).toBe("1\n");
    },
  },
  {
    rule: "several containers run side by side; lines and codes carry their names",
    job: () => ({
      podSpec: {
        containers: [
          { name: "fast", command: ["sh", "-c", "echo from fast; exit 2"] },
          { name: "slow", command: ["sh", "-c", "sleep 0.3; printf 'from slow'"] },
        ],
      },
    }),
    sees: ({ evidence, log }) => {
      expect(evidence).toMatchObject({
        reason: "completed",
        exitCodes: [
          { container: "fast", code: 2 },
          { container: "slow", code: 0 },
        ],
      });
      expect(log).toBe("[fast] from fast\n[slow] from slow\n");
    },
  },
  {
    rule: "the base and two pull requests are merged, dated one second apart after the base",
    job: ({ forge, code, heads }) => ({
      gitBaseUrl: forge.url,
      refs: refsOf(code, { pulls: [pullOf(1, heads.one), pullOf(2, heads.two)] }),
      script:
        "git rev-parse HEAD; git branch --show-current; cat a.txt b.txt c.txt; git log -2 --format='%an %ae %at %ct'",
    }),
    sees: ({ evidence, log, sink }, { forge, code, heads }) => {
      const expected = mergeByHand(forge, code, [heads.one, heads.two]);
      expect(sink.phases).toEqual(["cloning", "running", "uploading"]);
      expect(evidence.cloneRecords).toMatchObject([{ failed: false, final_sha: expected }]);
      const robot = (time: number) => `ci-robot ci-robot@k8s.io ${time} ${time}\n`;
      expect(log.startsWith(`${expected}\nmain\na\nb1\nc2\n${robot(BASE_TIME + 2)}`)).toBe(true);
    },
  },
  {
    rule: "pull requests that conflict fail the clone, and the log shows the command",
    job: ({ forge, code, heads }) => ({
      gitBaseUrl: forge.url,
      refs: refsOf(code, { pulls: [pullOf(1, heads.one), pullOf(3, heads.conflicting)] }),
      script: "echo never",
    }),
    sees: ({ evidence, log }, { heads }) => {
      expect(evidence).toMatchObject({ reason: "clone-failed", exitCodes: [] });
      expect(evidence.cloneRecords[0]).toMatchObject({ failed: true });
      expect(log).toContain(`git merge --no-ff ${heads.conflicting}`);
      expect(log).toContain("CONFLICT");
      expect(log).not.toContain("never");
    },
  },
  {
    rule: "a repository that is not there fails the clone",
    job: ({ forge }) => ({
      gitBaseUrl: forge.url,
      refs: { org: "org", repo: "missing", base_ref: "main" },
    }),
    sees: ({ evidence }) => expect(evidence).toMatchObject({ reason: "clone-failed", exitCodes: [] }),
  },
  {
    rule: "extra_refs and path_alias: where they lie; workdir chooses where the job runs",
    job: ({ forge, code, other }) => ({
      gitBaseUrl: forge.url,
      refs: refsOf(code, { path_alias: "k8s.io/code" }),
      extraRefs: [refsOf(other, { workdir: true })],
      script:
        'test "$PWD" = "$GOPATH/src/github.com/org/other" && cat other.txt && cat "$GOPATH/src/k8s.io/code/a.txt"',
    }),
    sees: ({ evidence, log }) => {
      expect(evidence).toMatchObject({ exitCodes: exited(0) });
      expect(evidence.cloneRecords).toHaveLength(2);
      expect(log).toBe("other\na\n");
    },
  },
  {
    rule: "without workdir the job runs in the first repository",
    job: ({ forge, code, other }) => ({
      gitBaseUrl: forge.url,
      refs: refsOf(code),
      extraRefs: [refsOf(other)],
      script: 'test "$PWD" = "$GOPATH/src/github.com/org/code" && cat a.txt',
    }),
    sees: ({ log }) => expect(log).toBe("a\n"),
  },
  {
    rule: "submodules are cloned",
    job: ({ forge, nested }) => ({ gitBaseUrl: forge.url, refs: refsOf(nested), script: "cat sub/other.txt" }),
    sees: ({ log, evidence }) => expect([log, evidence.cloneRecords[0]?.failed]).toEqual(["other\n", false]),
  },
  {
    rule: "skip_submodules leaves them out",
    job: ({ forge, nested }) => ({
      gitBaseUrl: forge.url,
      refs: refsOf(nested, { skip_submodules: true }),
      script: "ls sub | wc -l | tr -d ' '",
    }),
    sees: ({ log }) => expect(log).toBe("0\n"),
  },
  {
    rule: "clone_depth, skip_fetch_head: one commit, no tags",
    job: ({ forge, code }) => ({
      gitBaseUrl: forge.url,
      refs: refsOf(code, { clone_depth: 1, skip_fetch_head: true }),
      script: "git rev-list --count HEAD; git tag | wc -l | tr -d ' '",
    }),
    sees: ({ log, evidence }) => {
      expect(log).toBe("1\n0\n");
      expect(evidence.cloneRecords[0]?.commands.filter(({ command }) => command.includes("--tags"))).toEqual([]);
    },
  },
  {
    rule: "blobless_fetch and sparse_checkout_files: only what is asked for is there",
    job: ({ forge, code }) => ({
      gitBaseUrl: forge.url,
      refs: refsOf(code, { sparse_checkout_files: ["docs"], clone_uri: `${forge.url}/org/code.git` }),
      extraRefs: [refsOf(code, { path_alias: "blobless", blobless_fetch: true })],
      script: 'ls; cat docs/d.txt; cat "$GOPATH/src/blobless/docs/d.txt"',
    }),
    sees: ({ log, evidence }) => {
      expect(log).toBe("a.txt\nb.txt\ndocs\nd\nd\n");
      const commands = evidence.cloneRecords.map((record) => record.commands.map(({ command }) => command).join("\n"));
      expect(commands[0]).toContain("--depth 1 --filter=blob:none --no-tags");
      expect(commands[1]).toContain("--filter=blob:none");
    },
  },
  {
    rule: "skip_cloning clones nothing",
    job: ({ forge, code }) => ({
      gitBaseUrl: forge.url,
      refs: refsOf(code),
      decoration: { skip_cloning: true },
      script: 'test -e "$GOPATH/src" || echo nothing',
    }),
    sees: ({ log, evidence }) => expect([log, evidence.cloneRecords]).toEqual(["nothing\n", []]),
  },
  {
    rule: "a fetch that fails is tried again",
    job: ({ forge, code }) => ({ gitBaseUrl: forge.failing(2), refs: refsOf(code), script: "cat a.txt" }),
    sees: ({ log }) => expect(log).toBe("a\n"),
  },
];

/** The merge commit that clonerefs would make, by plain git commands. */
function mergeByHand(forge: Forge, repository: Repository, heads: readonly string[]): string {
  const directory = `${forge.root}/by-hand`;
  git(forge.root, ["clone", "-q", `${forge.root}/org/${repository.name}.git`, directory]);
  for (const [index, head] of heads.entries()) {
    git(directory, ["fetch", "-q", "origin", head]);
    git(directory, ["merge", "-q", "--no-ff", head], BASE_TIME + 1 + index, "ci-robot", "ci-robot@k8s.io");
  }
  return git(directory, ["rev-parse", "HEAD"]);
}

async function createWorld(host: string): Promise<World> {
  const forge = await startForge(undefined, host);
  const code = forge.createRepository("code", {
    "a.txt": "a\n",
    "b.txt": "b\n",
    "docs/d.txt": "d\n",
    "src/s.txt": "s\n",
  });
  code.git("tag", "v1");
  code.git("push", "-q", "origin", "v1");
  const heads = {
    one: code.pull(1, { "b.txt": "b1\n" }),
    two: code.pull(2, { "c.txt": "c2\n" }),
    conflicting: code.pull(3, { "b.txt": "b3\n" }),
  };
  const other = forge.createRepository("other", { "other.txt": "other\n" });
  const nested = forge.createRepository("nested", {
    ".gitmodules": `[submodule "sub"]\n\tpath = sub\n\turl = ${forge.url}/org/other.git\n`,
  });
  nested.git("update-index", "--add", "--cacheinfo", `160000,${other.base},sub`);
  nested.git("commit", "-q", "-m", "submodule");
  nested.git("push", "-q", "origin", "main");
  return { forge, code, other, nested: { ...nested, base: nested.git("rev-parse", "HEAD") }, heads };
}

export interface Surroundings {
  readonly create: () => Executor;
  /** Address of this machine as jobs see it. */
  readonly host?: () => string;
  /** What the executor's own upload brought, where it does not go through the sink. */
  readonly uploaded?: (job: string) => ReadonlyMap<string, string>;
  /** Rows run side by side. */
  readonly concurrent?: boolean;
}

/** Declares the table's tests for one executor. */
export function holdsForEveryExecutor(name: string, surroundings: Surroundings): void {
  const { create, host = () => "127.0.0.1", uploaded = () => new Map(), concurrent = false } = surroundings;
  describe(`executor ${name}`, { concurrent }, () => {
    let world: World;
    let executor: Executor;
    beforeAll(async () => {
      world = await createWorld(host());
      executor = create();
    });
    afterAll(() => world.forge.close());

    it.each(rows)("$rule", async ({ job, meanwhile, sees }) => {
      const sink = await recordingSink();
      const assignment = assignmentOf(job(world));
      const workload = executor.start(assignment, sink);
      await meanwhile?.(workload, sink);
      const evidence = await workload.done;
      const log = await sink.text();
      await sink.close();
      for (const [file, content] of uploaded(assignment.job)) sink.artifacts.set(file, content);
      sees({ evidence, sink, log }, world);
    });
  });
}
