/**
 * Work that needs a working tree: decided by plugins, carried out by the runner in our own image with real Git, never
 * beside user code (design 1.1, 10). Names of branches and repositories are checked where they are read and again where
 * they are used. The wire carries this description inside a ProwJob of agent `git-task`.
 */
import * as z from "zod";

/** Characters of one outcome: it travels in the runner's report and lies in a row. */
export const OUTCOME_CHARS = 400_000;

const Name = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/);
const Sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
/** What git check-ref-format would take, without what a shell or an option parser could misread. */
const Branch = z
  .string()
  .min(1)
  .max(244)
  .regex(/^[^\p{Cc}]+$/u)
  .regex(/^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.))[^\s~^:?*[\\]+(?<![/.])$/);

const CherryPick = z.object({
  kind: z.literal("cherry-pick"),
  owner: Name,
  repo: Name,
  /** The pull request whose merge is picked. */
  number: z.int().min(1),
  /** What its merge put on the base: a merge commit, the squashed commit, or the last of the rebased ones. */
  mergeSha: Sha,
  /** Commits of the pull request, to tell a rebase of several from a squash. */
  commits: z.int().min(1),
  target: Branch,
  /** The new branch, pushed with force. */
  branch: Branch,
});

/** Reads files of what merging `head` into `base` gives. */
const MergedFiles = z.object({
  kind: z.literal("merged-files"),
  owner: Name,
  repo: Name,
  baseSha: Sha,
  headSha: Sha,
  number: z.int().min(1),
  paths: z.array(z.string().min(1).max(1024)).max(500),
});

/** Runs a linter on files of a head. */
const Lint = z.object({
  kind: z.literal("lint"),
  owner: Name,
  repo: Name,
  headSha: Sha,
  number: z.int().min(1),
  linter: z.enum(["golint", "buildifier"]),
  minimumConfidence: z.number().min(0).max(1),
  files: z.array(z.string().min(1).max(1024)).max(3000),
});

/** Delivers one webhook to an external plugin that only the cluster can reach (`http://name`). */
const Forward = z.object({
  kind: z.literal("forward"),
  endpoint: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

export const GitTask = z.discriminatedUnion("kind", [CherryPick, MergedFiles, Lint, Forward]);
export type GitTask = z.infer<typeof GitTask>;

/** How a task ended; `data` by its kind. */
export const GitTaskOutcome = z.discriminatedUnion("state", [
  /** The branch is pushed. */
  z.object({ state: z.literal("picked"), sha: Sha }),
  /** Git's own words, at most 8 KiB, without secrets. */
  z.object({ state: z.literal("conflict"), output: z.string().max(8192) }),
  /** The target branch does not exist. */
  z.object({ state: z.literal("no-target"), output: z.string().max(8192) }),
  /** Text of each file in the merge; null: not there. */
  z.object({ state: z.literal("files"), files: z.record(z.string(), z.string().nullable()) }),
  z.object({
    state: z.literal("findings"),
    findings: z
      .array(
        z.object({
          path: z.string().max(1024),
          line: z.int().min(1),
          text: z.string().max(2000),
          suggestion: z.string().max(10_000).optional(),
        }),
      )
      .max(1000),
  }),
  z.object({ state: z.literal("delivered"), status: z.int() }),
  /** It could not be done; the message may be shown. */
  z.object({ state: z.literal("failed"), message: z.string().max(8192) }),
]);
export type GitTaskOutcome = z.infer<typeof GitTaskOutcome>;
