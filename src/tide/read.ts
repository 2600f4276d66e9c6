/** What tide reads of GitHub: pull requests with their heads' contexts, the branch, the repository's own rules (spec jobs 5.3). */
import * as z from "zod";
import { GitHubError } from "../github/errors.ts";
import type { TideClient } from "./client.ts";
import type { HeadContext, PullFacts, RepoFacts } from "./model.ts";
import {
  CONTEXTS_OF,
  ContextsAnswer,
  headContexts,
  headPage,
  PULL_FIELDS,
  pageOf,
  PullNode,
  pullFacts,
} from "./pull-facts.ts";

/** At most so many pull requests in one call. */
export const PULLS_A_CALL = 20;
/** GitHub lists no more files of a pull request. */
const MOST_FILES = 3000;

export interface PullsRead {
  /** Null: the branch is gone. */
  readonly baseSha: string | null;
  /** Open, and on this branch. */
  readonly pulls: readonly PullFacts[];
  /** Closed without a merge, on another branch, or not there at all. */
  readonly gone: readonly number[];
  /** With the commit that GitHub made of each. */
  readonly merged: readonly { readonly number: number; readonly sha: string }[];
}

const pullsQuery = (numbers: readonly number[]): string => `query ($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) { target { oid } }
    ${numbers.map((number) => `p${number}: pullRequest(number: ${number}) { ...Facts }`).join("\n    ")}
  }
}
${numbers.length > 0 ? PULL_FIELDS : ""}`;

const Branch = z.object({ target: z.object({ oid: z.string() }).nullable() }).nullable();
const PullsAnswer = z.object({ repository: z.object({ ref: Branch }).catchall(z.unknown()) });
const MISSING = /Could not resolve to a PullRequest with the number of (\d+)/;

/**
 * Reads the branch and up to {@link PULLS_A_CALL} of its pull requests as of one moment, in one call; more calls only for
 * heads with more than 100 contexts. Rejects with `GitHubError`, or a ZodError where GitHub's answer is not as it should be.
 */
export async function readPulls(
  client: TideClient,
  org: string,
  repo: string,
  branch: string,
  numbers: readonly number[],
): Promise<PullsRead> {
  const wanted = [...new Set(numbers)].filter((number) => Number.isSafeInteger(number) && number > 0);
  if (wanted.length > PULLS_A_CALL) throw new RangeError(`at most ${PULLS_A_CALL} pull requests can be read at once`);
  const variables = { owner: org, name: repo, ref: `refs/heads/${branch}` };
  const missing = new Set<number>();
  for (;;) {
    const asked = wanted.filter((number) => !missing.has(number));
    try {
      const { repository } = PullsAnswer.parse(await client.graphql(pullsQuery(asked), variables));
      const nodes = asked.map((number) => PullNode.parse(repository[`p${number}`]));
      const here = nodes.filter(({ state, baseRefName }) => state === "OPEN" && baseRefName === branch);
      return {
        baseSha: repository.ref?.target?.oid ?? null,
        pulls: await Promise.all(here.map(async (pull) => pullFacts(pull, await contextsOf(client, org, repo, pull)))),
        merged: nodes.flatMap(({ number, state, mergeCommit }) =>
          state === "MERGED" ? [{ number, sha: mergeCommit?.oid ?? "" }] : [],
        ),
        gone: [
          ...nodes
            .filter(({ state, baseRefName }) => state === "CLOSED" || (state === "OPEN" && baseRefName !== branch))
            .map(({ number }) => number),
          ...missing,
        ],
      };
    } catch (error) {
      // One that is not there (an issue has its number) fails the whole call.
      const number = error instanceof GitHubError ? Number(MISSING.exec(error.message)?.[1]) : Number.NaN;
      if (!asked.includes(number)) throw error;
      missing.add(number);
    }
  }
}

async function contextsOf(
  client: TideClient,
  owner: string,
  name: string,
  pull: PullNode,
): Promise<readonly HeadContext[]> {
  let page = headPage(pull);
  const nodes = [...page.nodes];
  while (page.after !== null) {
    const variables = { owner, name, oid: pull.headRefOid, after: page.after || null };
    const { repository } = ContextsAnswer.parse(await client.graphql(CONTEXTS_OF, variables));
    page = pageOf(repository.object?.statusCheckRollup);
    nodes.push(...page.nodes);
  }
  return headContexts(nodes);
}

/** Paths that a pull request touches, at most 3,000 of them: more are not to be had. */
export async function readFiles(
  client: TideClient,
  org: string,
  repo: string,
  number: number,
): Promise<readonly string[]> {
  const files = await client.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", {
    owner: org,
    repo,
    pull_number: number,
    per_page: 100,
  });
  return files.slice(0, MOST_FILES).map(({ filename }) => filename);
}

const REPOSITORY = `query ($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed
    mergeQueue(branch: $branch) { id }
  }
}`;
const RepositoryAnswer = z.object({
  repository: z.object({
    mergeCommitAllowed: z.boolean(),
    squashMergeAllowed: z.boolean(),
    rebaseMergeAllowed: z.boolean(),
    mergeQueue: z.object({ id: z.string() }).nullable(),
  }),
});

const Rules = z.array(
  z.discriminatedUnion("type", [
    z.object({
      type: z.literal("required_status_checks"),
      parameters: z.object({ required_status_checks: z.array(z.object({ context: z.string() })) }),
    }),
    z.object({ type: z.literal("merge_queue") }),
  ]),
);
const Typed = z.array(z.object({ type: z.string() }).loose());
const Protected = z.object({
  protected: z.boolean(),
  protection: z
    .object({ required_status_checks: z.object({ contexts: z.array(z.string()).default([]) }).nullish() })
    .optional(),
});
const KNOWN_RULES: ReadonlySet<string> = new Set(["required_status_checks", "merge_queue"]);

/** What GitHub itself asks for on a branch: methods, rulesets and live branch protection. Rejects with `GitHubError`. */
export async function readRepoFacts(
  client: TideClient,
  org: string,
  repo: string,
  branch: string,
): Promise<RepoFacts & { readonly requiredContexts: readonly string[] }> {
  const where = { owner: org, repo, branch };
  const [answer, listed, shown] = await Promise.all([
    client.graphql(REPOSITORY, { owner: org, name: repo, branch }),
    client.paginate("GET /repos/{owner}/{repo}/rules/branches/{branch}", { ...where, per_page: 100 }),
    client.request("GET /repos/{owner}/{repo}/branches/{branch}", where),
  ]);
  const { repository } = RepositoryAnswer.parse(answer);
  const rules = Rules.parse(Typed.parse(listed).filter(({ type }) => KNOWN_RULES.has(type)));
  const live = Protected.parse(shown.data);
  const ofRules = rules.flatMap((rule) =>
    rule.type === "required_status_checks" ? rule.parameters.required_status_checks : [],
  );
  const ofProtection = live.protected ? (live.protection?.required_status_checks?.contexts ?? []) : [];
  return {
    allowed: {
      merge: repository.mergeCommitAllowed,
      squash: repository.squashMergeAllowed,
      rebase: repository.rebaseMergeAllowed,
      ifNecessary: repository.mergeCommitAllowed,
    },
    mergeQueue: repository.mergeQueue !== null || rules.some(({ type }) => type === "merge_queue"),
    requiredContexts: [...new Set([...ofRules.map(({ context }) => context), ...ofProtection])].sort(),
  };
}
