/** All open pull requests of a base at once: a page of GraphQL tells of a hundred whether they can be merged (spec chatops 2.41). */
import * as z from "zod";
import { hasLabel } from "../../permissions.ts";
import type { View } from "../../plugin.ts";

export const NAME = "needs-rebase";

/** Which page is looked at, and how often it was before. */
export interface Look {
  /** Empty: every branch. */
  readonly base: string;
  /** GraphQL's cursor; empty: the first page. */
  readonly after: string;
  readonly round: number;
}

/** A look as the note of a timer; neither branches nor cursors hold spaces. */
export const noteOf = ({ base, after, round }: Look): string => `base ${round} ${after || "-"} ${base || "*"}`;

/** The note of a look at the pull requests of all bases. */
export const BASE_SCAN = noteOf({ base: "", after: "", round: 0 });

/** Null: the note is of something else. */
export function lookOf(note: string): Look | null {
  const [kind, round = "", after = "", base = ""] = note.split(" ");
  if (kind !== "base" || !/^\d+$/.test(round) || base === "") return null;
  return { base: base === "*" ? "" : base, after: after === "-" ? "" : after, round: Number(round) };
}

const Answer = z.object({
  repository: z.object({
    pullRequests: z.object({
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      nodes: z.array(
        z
          .object({
            number: z.int(),
            mergeable: z.enum(["MERGEABLE", "CONFLICTING", "UNKNOWN"]),
            labels: z.object({ nodes: z.array(z.object({ name: z.string() }).nullable()).nullable() }).nullable(),
          })
          .nullable(),
      ),
    }),
  }),
});

const QUERY = `query ($owner: String!, $repo: String!, $base: String, $after: String) {
  repository(owner: $owner, name: $repo) {
    pullRequests(states: OPEN, baseRefName: $base, first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { number mergeable labels(first: 100) { nodes { name } } }
    }
  }
}`;

export interface Page {
  /** Whose label says otherwise than GitHub. */
  readonly wrong: readonly number[];
  /** Of whom GitHub does not know. */
  readonly unknown: readonly number[];
  readonly total: number;
  /** Cursor of the next page; null: this was the last. */
  readonly next: string | null;
}

/** One call to GraphQL. */
export async function pageOf({ base, after }: Look, label: string, view: View): Promise<Page> {
  const { owner, repo } = view.repository;
  const answer = await view.graphql(QUERY, { owner, repo, base: base || null, after: after || null });
  const { nodes, pageInfo } = Answer.parse(answer).repository.pullRequests;
  const pulls = nodes.filter((one) => one !== null);
  const marked = (one: (typeof pulls)[number]): boolean =>
    hasLabel(
      (one.labels?.nodes ?? []).flatMap((known) => known?.name ?? []),
      label,
    );
  const unknown = pulls.filter(({ mergeable }) => mergeable === "UNKNOWN");
  const wrong = pulls.filter((one) => one.mergeable !== "UNKNOWN" && marked(one) !== (one.mergeable === "CONFLICTING"));
  return {
    wrong: wrong.map(({ number }) => number),
    unknown: unknown.map(({ number }) => number),
    total: pulls.length,
    next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
  };
}
