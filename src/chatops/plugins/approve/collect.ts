/** Who has approved: the whole history replayed (spec chatops 2.2.3). */
import type { ApproveConfig } from "../../../config/plugin-settings.ts";
import type { GenericComment, PullRequest, ReviewEvent } from "../../events.ts";
import type { Review } from "../../reads.ts";
import { isBot } from "../../permissions.ts";
import type { View } from "../../plugin.ts";
import { saidIn } from "./commands.ts";

export interface Approval {
  /** As the person writes it. */
  readonly login: string;
  readonly how: "Approved" | "LGTM" | "Author self-approved";
  readonly reference: string;
  readonly noIssue: boolean;
}

/** By login in lower case. */
export type Approvals = ReadonlyMap<string, Approval>;

/** Something that somebody wrote, or a review's verdict. */
export interface Statement {
  readonly login: string;
  readonly body: string;
  readonly htmlUrl: string;
  /** RFC 3339. */
  readonly at: string;
  readonly state?: Review["state"];
}

/**
 * Replays statements in order of time, on equal times in the order given; a review's state comes before the commands in
 * its text. A plain approval leaves an earlier one with no-issue; a cancel takes away any, also the author's own.
 */
export function replay(
  statements: readonly Statement[],
  { author, htmlUrl }: Pick<PullRequest, "author" | "htmlUrl">,
  config: ApproveConfig,
): Approvals {
  const approvals = new Map<string, Approval>();
  const approve = (approval: Approval): void => {
    const key = approval.login.toLowerCase();
    if (!approvals.get(key)?.noIssue || approval.noIssue) approvals.set(key, approval);
  };
  if (!config.require_self_approval) {
    approve({ login: author.login, how: "Author self-approved", reference: `${htmlUrl}#`, noIssue: false });
  }
  const timed = statements.map((statement) => ({ statement, time: Date.parse(statement.at) || 0 }));
  for (const { statement } of timed.sort((a, b) => a.time - b.time)) {
    const { login, htmlUrl: reference } = statement;
    if (!config.ignore_review_state && statement.state === "approved") {
      approve({ login, how: "Approved", reference, noIssue: false });
    }
    if (!config.ignore_review_state && statement.state === "changes_requested") approvals.delete(login.toLowerCase());
    for (const said of saidIn(statement.body, config)) {
      if (said.act === "cancel") approvals.delete(login.toLowerCase());
      else approve({ login, how: said.how, reference, noIssue: said.noIssue });
    }
  }
  return approvals;
}

/**
 * All that was said about a pull request, without the bot and without apps. The event itself is added when GitHub's lists,
 * which come from replicas, do not have it yet.
 */
export async function statementsOf(
  pullRequest: PullRequest,
  view: View,
  event: GenericComment | ReviewEvent | null,
): Promise<readonly Statement[]> {
  const [reviewComments, comments, listed] = await Promise.all([
    view.reviewComments(),
    view.comments(),
    view.reviews(),
  ]);
  const reviews = withEvent(listed, event, view);
  const statements: Statement[] = [
    ...reviewComments.map((one) => ({ login: one.author, body: one.body, htmlUrl: one.htmlUrl, at: one.createdAt })),
    ...comments.map(({ id, author, body, createdAt }) => {
      return { login: author, body, htmlUrl: `${pullRequest.htmlUrl}#issuecomment-${id}`, at: createdAt };
    }),
    ...reviews.map(({ author, body, htmlUrl, submittedAt, state }) => {
      return { login: author.login, body, htmlUrl, at: submittedAt, state };
    }),
  ];
  if (event?.kind === "comment" && isText(event) && !statements.some((one) => one.htmlUrl === event.htmlUrl)) {
    const { author, body, htmlUrl } = event;
    statements.push({ login: author.login, body, htmlUrl, at: new Date(view.now).toISOString() });
  }
  const apps = new Set(
    reviews.filter(({ author }) => author.type === "Bot").map(({ author }) => author.login.toLowerCase()),
  );
  const kept: Statement[] = [];
  for (const statement of statements) {
    if (!apps.has(statement.login.toLowerCase()) && !(await isBot(view, statement.login))) kept.push(statement);
  }
  return kept;
}

/** Descriptions approve nothing. */
function isText({ source }: GenericComment): boolean {
  return source !== "pull_request" && source !== "issues";
}

/** Reviews with what the event knows newer. */
function withEvent(
  reviews: readonly Review[],
  event: GenericComment | ReviewEvent | null,
  view: View,
): readonly Review[] {
  if (event?.kind !== "review") return reviews;
  const { id, author, state, body, htmlUrl } = event.review;
  const known = reviews.find((one) => one.id === id);
  if (known) return reviews.map((one) => (one === known ? { ...known, state } : one));
  return [...reviews, { id, author, state, body, htmlUrl, submittedAt: new Date(view.now).toISOString() }];
}
