/** GitHub's issues, comments, events and reviews, as lists and webhooks show them, into the mirror's rows (spec velodrome 1.3). */
import * as z from "zod";
import type { CommentRecord, EventRecord, IssueRecord, PullRecord, ReviewRecord } from "./rows.ts";

/** A moment as GitHub writes it, in seconds. */
export const Moment = z.iso.datetime({ offset: true }).transform((text) => Math.floor(Date.parse(text) / 1000));
const Account = z
  .object({ login: z.string() })
  .nullish()
  .transform((account) => account?.login ?? null);
/** Deleted accounts are nobody. */
const Login = Account.transform((login) => login ?? "");
const Label = z.union([z.string(), z.object({ name: z.string().nullish() }).transform(({ name }) => name ?? "")]);
const numberIn = (url: string): number => Number(/\/(\d+)$/.exec(url)?.[1]);
const IssueUrl = z.string().transform(numberIn).pipe(z.int().positive());

const Common = z.object({
  number: z.int().positive(),
  user: Login,
  title: z.string(),
  state: z.string(),
  labels: z.array(Label).transform((names) => names.filter((name) => name !== "")),
  assignees: z
    .array(z.object({ login: z.string() }).nullable())
    .nullish()
    .transform((all) => (all ?? []).flatMap((one) => one?.login ?? [])),
  milestone: z
    .object({ title: z.string() })
    .nullish()
    .transform((milestone) => milestone?.title ?? ""),
  comments: z.int(),
  created_at: Moment,
  closed_at: Moment.nullish().transform((at) => at ?? null),
  updated_at: Moment,
});

export const Issue = Common.extend({ pull_request: z.unknown().optional(), repository_url: z.string().nullish() });

const Side = z.object({ ref: z.string(), sha: z.string() });
/** As webhooks show it. */
export const PullRequest = Common.extend({
  draft: z.boolean().nullish(),
  base: Side,
  head: Side,
  merged_at: Moment.nullish(),
  merged_by: Account,
  merge_commit_sha: z.string().nullish(),
  commits: z.int(),
  additions: z.int(),
  deletions: z.int(),
  changed_files: z.int(),
});

export const Comment = z.object({
  id: z.int().positive(),
  user: Login,
  body: z
    .string()
    .nullish()
    .transform((body) => body ?? ""),
  created_at: Moment,
  updated_at: Moment,
  issue_url: IssueUrl.optional(),
  pull_request_url: IssueUrl.optional(),
});

const Named = z.object({ name: z.string() });
const Titled = z.object({ title: z.string() });
const Event = z.object({
  id: z.int().positive(),
  actor: Account,
  event: z.string(),
  created_at: Moment,
  issue: z.object({ number: z.int().positive() }).nullish(),
  label: Named.nullish(),
  assignee: Account,
  milestone: Titled.nullish(),
  rename: z.object({ to: z.string() }).nullish(),
  requested_reviewer: Account,
  commit_id: z.string().nullish(),
});
type Event = z.infer<typeof Event>;

/** What lacks what it needs keeps none of its siblings from their row (spec velodrome 1.3). */
const listOf = <Schema extends z.ZodType>(schema: Schema) =>
  z.array(schema.or(z.null()).catch(null)).transform((all) => all.filter((one) => one !== null));
export const Events = listOf(Event);
export const Issues = listOf(Issue);
export const Comments = listOf(Comment);

/** As webhooks show it: GitHub lists reviews of one pull request at a time only. */
export const Review = z.object({
  id: z.int().positive(),
  user: Login,
  state: z.string(),
  commit_id: z.string().nullish(),
  submitted_at: Moment.nullish(),
});

export const Reviews = listOf(Review);

export function issueRecord(issue: z.infer<typeof Common>, isPull: boolean, seen: number, gone = false): IssueRecord {
  const { number, user, title, state, comments, labels, assignees, milestone } = issue;
  return {
    number,
    is_pr: isPull ? 1 : 0,
    user,
    title,
    state,
    comments,
    labels,
    assignees,
    milestone,
    created: issue.created_at,
    closed: issue.closed_at,
    updated: issue.updated_at,
    seen,
    gone: gone ? 1 : 0,
  };
}

/** `merge_commit_sha` of what is not merged is only a test. */
export function pullRecord(pull: z.infer<typeof PullRequest>, seen: number): PullRecord {
  const merged = pull.merged_at ?? null;
  return {
    number: pull.number,
    draft: pull.draft ? 1 : 0,
    base_ref: pull.base.ref,
    base_sha: pull.base.sha,
    head_ref: pull.head.ref,
    head_sha: pull.head.sha,
    merged,
    merged_by: merged === null ? null : pull.merged_by,
    merge_commit: merged === null ? null : (pull.merge_commit_sha ?? null),
    commits: pull.commits,
    additions: pull.additions,
    deletions: pull.deletions,
    changed_files: pull.changed_files,
    updated: pull.updated_at,
    seen,
  };
}

export function commentRecord(
  comment: z.infer<typeof Comment>,
  issue: number,
  review: boolean,
  seen: number,
  gone = false,
): CommentRecord {
  const { id, user, body, created_at: at, updated_at: updated } = comment;
  return { review: review ? 1 : 0, id, issue, user, body, at, updated, seen, gone: gone ? 1 : 0 };
}

/** `issue`: of lists that do not say; 0: they do. Null for events of no issue. */
export function eventRecord(event: Event, issue = 0): EventRecord | null {
  const number = event.issue?.number ?? issue;
  if (number === 0) return null;
  const { id, actor, event: kind, assignee, created_at: at } = event;
  const said = [event.milestone?.title, event.rename?.to, event.requested_reviewer, event.commit_id];
  const detail = said.find((text) => text !== undefined && text !== null) ?? null;
  return { id, issue: number, actor, event: kind, label: event.label?.name ?? null, assignee, detail, at };
}

export function reviewRecord(review: z.infer<typeof Review>, issue: number, seen: number): ReviewRecord | null {
  const { id, user, state, commit_id: commit, submitted_at: at } = review;
  if (at === undefined || at === null) return null;
  return { id, issue, user, state: state.toUpperCase(), commit: commit ?? "", at, seen };
}
