/** Rows of the mirror's tables (src/store/schema.ts), with the columns' own names. Times in seconds, `seen` in milliseconds. */

export interface IssueRecord {
  readonly number: number;
  readonly is_pr: 0 | 1;
  readonly user: string;
  readonly title: string;
  readonly state: string;
  readonly comments: number;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly milestone: string;
  readonly created: number;
  readonly closed: number | null;
  readonly updated: number;
  readonly seen: number;
  readonly gone: 0 | 1;
}

export interface PullRecord {
  readonly number: number;
  readonly draft: 0 | 1;
  readonly base_ref: string;
  readonly base_sha: string;
  readonly head_ref: string;
  readonly head_sha: string;
  readonly merged: number | null;
  readonly merged_by: string | null;
  readonly merge_commit: string | null;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changed_files: number;
  readonly updated: number;
  readonly seen: number;
}

export interface EventRecord {
  readonly id: number;
  readonly issue: number;
  readonly actor: string | null;
  readonly event: string;
  readonly label: string | null;
  readonly assignee: string | null;
  readonly detail: string | null;
  readonly at: number;
}

export interface CommentRecord {
  readonly review: 0 | 1;
  readonly id: number;
  readonly issue: number;
  readonly user: string;
  readonly body: string;
  readonly at: number;
  readonly updated: number;
  readonly seen: number;
  readonly gone: 0 | 1;
}

export interface ReviewRecord {
  readonly id: number;
  readonly issue: number;
  readonly user: string;
  readonly state: string;
  readonly commit: string;
  readonly at: number;
  readonly seen: number;
}

/** What one answer or one webhook tells. */
export interface Found {
  readonly issues?: readonly IssueRecord[];
  readonly pulls?: readonly PullRecord[];
  readonly events?: readonly EventRecord[];
  readonly comments?: readonly CommentRecord[];
  readonly reviews?: readonly ReviewRecord[];
}
