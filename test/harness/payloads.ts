/** Webhook bodies in GitHub's shape, for what has no sandbox behind it. */

export interface CommentInput {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
  readonly body: string;
  readonly login: string;
}

const account = (login: string) => ({
  login,
  id: 1000 + login.length,
  node_id: "U_x",
  type: "User",
  site_admin: false,
  html_url: `https://github.com/${login}`,
});

/** An `issue_comment` `created` on an open pull request, as JSON text. */
export function commentPayload({ owner, repo, number, body, login }: CommentInput): string {
  const url = `https://github.com/${owner}/${repo}`;
  const now = new Date().toISOString();
  return JSON.stringify({
    action: "created",
    issue: {
      id: 5000 + number,
      node_id: "PR_x",
      number,
      title: `Change ${number}`,
      body: "",
      state: "open",
      user: account("author"),
      labels: [],
      assignees: [],
      html_url: `${url}/pull/${number}`,
      pull_request: { url: `${url}/pulls/${number}`, html_url: `${url}/pull/${number}` },
      created_at: now,
      updated_at: now,
    },
    comment: {
      id: 9000 + number,
      node_id: "IC_x",
      body,
      user: account(login),
      html_url: `${url}/pull/${number}#issuecomment-1`,
      created_at: now,
      updated_at: now,
    },
    repository: {
      id: 77,
      node_id: "R_x",
      name: repo,
      full_name: `${owner}/${repo}`,
      private: false,
      default_branch: "main",
      html_url: url,
      owner: account(owner),
    },
    sender: account(login),
  });
}
