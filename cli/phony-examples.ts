/** Webhooks in GitHub's shape, to send by hand. Each is about one repository, number and person. */

export interface ExampleOptions {
  /** `org/repo`. */
  readonly repo: string;
  readonly number: number;
  readonly login: string;
  readonly comment: string;
}

const SHA = { base: "b".repeat(40), head: "a".repeat(40) } as const;

const account = (login: string): object => ({
  login,
  id: 1000 + login.length,
  node_id: "U_phony",
  type: "User",
  site_admin: false,
  html_url: `https://github.com/${login}`,
});

const linkOf = ({ repo }: ExampleOptions): string => `https://github.com/${repo}`;

function about(options: ExampleOptions): object {
  const [owner = "", name = ""] = options.repo.split("/");
  return {
    repository: {
      id: 1,
      node_id: "R_phony",
      name,
      full_name: options.repo,
      private: false,
      default_branch: "main",
      html_url: linkOf(options),
      owner: account(owner),
    },
    sender: account(options.login),
  };
}

const timesAt = (now: string) => ({ created_at: now, updated_at: now });

const issue = (options: ExampleOptions, isPull: boolean): object => ({
  id: 5000 + options.number,
  node_id: "I_phony",
  number: options.number,
  title: `Example ${options.number}`,
  body: "",
  state: "open",
  user: account(options.login),
  labels: [],
  assignees: [],
  html_url: `${linkOf(options)}/${isPull ? "pull" : "issues"}/${options.number}`,
  ...(isPull
    ? {
        pull_request: {
          url: `https://api.github.com/repos/${options.repo}/pulls/${options.number}`,
          html_url: `${linkOf(options)}/pull/${options.number}`,
        },
      }
    : {}),
  ...timesAt(new Date().toISOString()),
});

const pull = (options: ExampleOptions): object => {
  const [owner = ""] = options.repo.split("/");
  const side = (ref: string, sha: string) => ({ ref, sha, user: account(owner), repo: { full_name: options.repo } });
  return {
    ...issue(options, false),
    node_id: "PR_phony",
    html_url: `${linkOf(options)}/pull/${options.number}`,
    draft: false,
    merged: false,
    mergeable: null,
    head: side("example", SHA.head),
    base: side("main", SHA.base),
    requested_reviewers: [],
  };
};

const comment = (options: ExampleOptions): object => ({
  id: 9000 + options.number,
  node_id: "IC_phony",
  body: options.comment,
  user: account(options.login),
  html_url: `${linkOf(options)}/pull/${options.number}#issuecomment-${9000 + options.number}`,
  ...timesAt(new Date().toISOString()),
});

type Make = (options: ExampleOptions) => object;

const EXAMPLES: ReadonlyMap<string, Make> = new Map<string, Make>([
  ["ping", (o) => ({ zen: "Keep it logically awesome.", hook_id: 1, ...about(o) })],
  ["issues", (o) => ({ action: "opened", issue: issue(o, false), ...about(o) })],
  ["issue_comment", (o) => ({ action: "created", issue: issue(o, true), comment: comment(o), ...about(o) })],
  ["pull_request", (o) => ({ action: "opened", number: o.number, pull_request: pull(o), ...about(o) })],
  [
    "pull_request_review",
    (o) => ({
      action: "submitted",
      pull_request: pull(o),
      review: {
        id: 7,
        user: account(o.login),
        state: "approved",
        body: o.comment,
        html_url: `${linkOf(o)}/pull/${o.number}#pullrequestreview-7`,
        commit_id: SHA.head,
        submitted_at: new Date().toISOString(),
      },
      ...about(o),
    }),
  ],
  [
    "push",
    (o) => ({
      ref: "refs/heads/main",
      before: SHA.base,
      after: SHA.head,
      created: false,
      deleted: false,
      forced: false,
      compare: `${linkOf(o)}/compare/${SHA.base.slice(0, 12)}...${SHA.head.slice(0, 12)}`,
      commits: [],
      pusher: { name: o.login },
      ...about(o),
    }),
  ],
  [
    "status",
    (o) => ({ id: 3, sha: SHA.head, context: "example", state: "success", description: "", branches: [], ...about(o) }),
  ],
]);

export const EXAMPLE_EVENTS: readonly string[] = [...EXAMPLES.keys()];

/** The example of an event; null when there is none. */
export const examplePayload = (event: string, options: ExampleOptions): object | null =>
  EXAMPLES.get(event)?.(options) ?? null;
