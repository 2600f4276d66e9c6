/** What a webhook tells the mirror (spec velodrome 1.3 [C]). Pure. */
import * as z from "zod";
import {
  Comment,
  commentRecord,
  Issue,
  issueRecord,
  PullRequest,
  pullRecord,
  Review,
  reviewRecord,
} from "./payloads.ts";
import type { Found } from "./rows.ts";

const Number = z.object({ number: z.int().positive() });
const Issues = z.object({ action: z.string(), issue: Issue });
const IssueComments = z.object({ action: z.string(), issue: Issue, comment: Comment });
const PullRequests = z.object({ action: z.string(), pull_request: PullRequest });
const Reviews = z.object({ pull_request: Number, review: Review });
const LineComments = z.object({ action: z.string(), pull_request: Number, comment: Comment });

const isPull = ({ pull_request: pull }: z.infer<typeof Issue>): boolean => pull !== undefined && pull !== null;
const LEAVING = new Set(["deleted", "transferred"]);

const READERS: Readonly<Record<string, (payload: unknown, seen: number) => Found>> = {
  issues(payload, seen) {
    const { action, issue } = Issues.parse(payload);
    return { issues: [issueRecord(issue, isPull(issue), seen, LEAVING.has(action))] };
  },
  issue_comment(payload, seen) {
    const { action, issue, comment } = IssueComments.parse(payload);
    return {
      issues: [issueRecord(issue, isPull(issue), seen)],
      comments: [commentRecord(comment, issue.number, false, seen, action === "deleted")],
    };
  },
  pull_request(payload, seen) {
    const { pull_request: pull } = PullRequests.parse(payload);
    return { issues: [issueRecord(pull, true, seen)], pulls: [pullRecord(pull, seen)] };
  },
  pull_request_review(payload, seen) {
    const { pull_request: pull, review } = Reviews.parse(payload);
    const row = reviewRecord(review, pull.number, seen);
    return { reviews: row ? [row] : [] };
  },
  pull_request_review_comment(payload, seen) {
    const { action, pull_request: pull, comment } = LineComments.parse(payload);
    return { comments: [commentRecord(comment, pull.number, true, seen, action === "deleted")] };
  },
};

/** Whether webhooks of this name tell the mirror anything. */
export const isMirrored = (event: string): boolean => Object.hasOwn(READERS, event);

/** Rows of a webhook that came at `seen` (milliseconds). Throws ZodError for what is not of GitHub's shape. */
export function liveRows(event: string, payload: unknown, seen: number): Found {
  return (isMirrored(event) ? READERS[event]?.(payload, seen) : undefined) ?? {};
}

const From = z.object({ from: z.string() });
const Labels = z.object({
  action: z.string(),
  label: z.object({ name: z.string() }),
  changes: z.object({ name: From.optional() }).nullish(),
});

/** What a `label` webhook does to issues' labels; null: nothing. */
export function labelChange(payload: unknown): { readonly from: string; readonly to: string | null } | null {
  const { data } = Labels.safeParse(payload);
  if (data?.action === "deleted") return { from: data.label.name, to: null };
  const from = data?.action === "edited" ? data.changes?.name?.from : undefined;
  return data && from !== undefined && from !== data.label.name ? { from, to: data.label.name } : null;
}

const Login = z.object({ login: z.string() });
const Moves = z.object({
  repository: z.object({ name: z.string(), owner: Login }),
  changes: z.object({
    repository: z.object({ name: From }).optional(),
    owner: z.object({ from: z.object({ user: Login.nullish(), organization: Login.nullish() }) }).optional(),
  }),
});

/** The name that a repository had before a `repository` webhook; null when it tells none. */
export function movedFrom(payload: unknown): { readonly owner: string; readonly repo: string } | null {
  const { data } = Moves.safeParse(payload);
  if (!data) return null;
  const { repository, changes } = data;
  const before = changes.owner?.from.user ?? changes.owner?.from.organization;
  const owner = before?.login ?? repository.owner.login;
  return { owner, repo: changes.repository?.name.from ?? repository.name };
}
